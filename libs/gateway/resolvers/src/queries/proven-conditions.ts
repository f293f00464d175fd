import type { Json } from '@kohort/kernel-contracts';
import { z } from 'zod';
import type { GatewayContext } from '../context/gateway-context';

/** A node of a proof, and what it asks. */
export interface ProvenCondition {
  readonly id: string;
  readonly text: string;
}

const proofSchema = z.looseObject({ nodes: z.array(z.looseObject({ id: z.string() })) });
/** The last segment that a node's id leads through, and the node's id in that one's rule. */
const WITHIN = /^.*>([a-z0-9_]+):(.*)$/s;

async function ruleOfKey(context: GatewayContext, key: string): Promise<Json> {
  const segment = await context.loaders.segmentByKey.load(key);
  return segment === null ? null : ((await context.loaders.segmentVersion.load(segment.id))?.rule ?? null);
}

/** The nodes of a proof in words, in its order; those of rules that are gone meanwhile are left out. */
export async function provenConditions(
  context: GatewayContext,
  of: { readonly proof: Json; readonly rule: Json },
): Promise<readonly ProvenCondition[]> {
  const proof = proofSchema.safeParse(of.proof);
  if (!proof.success) return [];
  const { rules } = context.services;
  const places = proof.data.nodes.map(({ id }) => {
    const [, key = '', node = id] = WITHIN.exec(id) ?? [];
    return { id, key, node };
  });
  const keys = [...new Set(places.map(({ key }) => key))];
  const found = await Promise.all(keys.map((key) => (key === '' ? of.rule : ruleOfKey(context, key))));
  const texts = new Map(keys.map((key, i) => [key, rules.conditions(found[i] ?? null)]));
  return places.flatMap(({ id, key, node }) => {
    const text = texts.get(key)?.get(node);
    return text === undefined ? [] : [{ id, text }];
  });
}
