import type { Json, JsonObject } from '@kohort/kernel-contracts';
import { formatInstant } from '../time/instant';
import type { CompiledNode } from './compile-rules';
import { cheapestFlip } from './flip';
import { holds } from './holds';
import type { BoundLeaf } from './leaf';
import type { ShownWindow } from './time-window';

/** What one deciding node saw. */
export interface ProofNode {
  readonly id: string;
  readonly result: boolean;
  readonly values: readonly Json[];
  /** Capped; `count` has them all. */
  readonly eventIds: readonly string[];
  readonly count: number | null;
  readonly window: ShownWindow | null;
}

/** The nearest change that would turn the answer round. */
export interface ProofFlip {
  /** `time`: nothing needs to happen; `record`: new records are needed. */
  readonly kind: 'time' | 'record';
  readonly text: string;
  /** For `time` the instant of the change; for `record` the instant before which it must come, null when any time does. */
  readonly by: string | null;
  /** The nodes that change. */
  readonly nodes: readonly string[];
}

/** Why a profile is in or out: the deciding nodes, root first, and what would turn the answer round. */
export interface Proof {
  readonly nodes: readonly ProofNode[];
  readonly flip: ProofFlip | null;
}

interface ProofInput {
  readonly root: CompiledNode;
  readonly now: number;
  readonly nextChangeAt: number | null;
  readonly leafOf: (leaf: number) => BoundLeaf;
}

/** The children that settle a node's answer: those that had to be as they are. */
function decidingChildren(
  node: CompiledNode,
  result: boolean,
  isTrue: (node: CompiledNode) => boolean,
): readonly CompiledNode[] {
  switch (node.kind) {
    case 'all':
      return result ? node.children : node.children.filter((child) => !isTrue(child));
    case 'any':
      return result ? node.children.filter(isTrue) : node.children;
    case 'none':
      return result ? node.children : node.children.filter(isTrue);
    case 'atLeast':
      return node.children.filter((child) => isTrue(child) === result);
    case 'segment':
      return [node.child];
    case 'leaf':
      return [];
  }
}

function flipOf(input: ProofInput, member: boolean): ProofFlip | null {
  const { nextChangeAt } = input;
  const byTime: ProofFlip | null =
    nextChangeAt === null
      ? null
      : {
          kind: 'time',
          text: `nothing new until ${formatInstant(nextChangeAt)}`,
          by: formatInstant(nextChangeAt),
          nodes: [],
        };
  if (member && byTime !== null) return byTime;
  const cheapest = cheapestFlip(input.root, !member, { now: input.now, leafOf: input.leafOf });
  if (cheapest === null) return byTime;
  const by = cheapest.until === null ? null : formatInstant(cheapest.until);
  const text = cheapest.texts.join(' and ');
  return { kind: 'record', text: by === null ? text : `${text} before ${by}`, by, nodes: cheapest.nodes };
}

/** Explains an answer: the nodes that decide it, root first, and what would turn it round. */
export function makeProof(input: ProofInput): Proof {
  const { now, leafOf } = input;
  const isTrue = (node: CompiledNode): boolean => holds(node, (leaf) => leafOf(leaf).at(now));
  const nodes: ProofNode[] = [];
  const visit = (node: CompiledNode): void => {
    const result = isTrue(node);
    const base = { id: node.id, result };
    if (node.kind === 'leaf') {
      const { values, eventIds, count, window } = leafOf(node.leaf).evidence(now);
      nodes.push({ ...base, values, eventIds, count, window });
      return;
    }
    const values: Json[] =
      node.kind === 'segment' ? [{ segment: node.key, member: isTrue(node.child), is: node.is }] : [];
    nodes.push({ ...base, values, eventIds: [], count: null, window: null });
    decidingChildren(node, result, isTrue).forEach(visit);
  };
  visit(input.root);
  return { nodes, flip: flipOf(input, isTrue(input.root)) };
}

/** The proof as plain JSON, to be stored and hashed. */
export function proofToJson({ nodes, flip }: Proof): JsonObject {
  return {
    nodes: nodes.map(({ id, result, values, eventIds, count, window }) => ({
      id,
      result,
      values,
      eventIds,
      count,
      window: window === null ? null : { from: window.from, to: window.to, bounds: window.bounds },
    })),
    flip: flip === null ? null : { kind: flip.kind, text: flip.text, by: flip.by, nodes: flip.nodes },
  };
}
