import { featureDefinitionSchema, type FeatureDefinition } from '@kohort/features-domain';
import { z } from 'zod';
import type { GatewayClient } from '../client/gateway-client';

const traitsSchema = z.array(z.object({ version: z.number().int(), trait: featureDefinitionSchema }));

/** The computed traits of a workspace, by key, and the version of their set. */
export interface WorkspaceTraits {
  readonly version: number;
  readonly definitions: readonly FeatureDefinition[];
}

interface TraitNode {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly formula: unknown;
  readonly live: boolean;
  readonly version: number;
}

/** Reads the computed traits of a workspace; a set has no more than a page. */
export async function workspaceTraits(client: GatewayClient): Promise<WorkspaceTraits> {
  const { computedTraits } = await client.query<{ computedTraits: { nodes: readonly TraitNode[] } }>(
    '{ computedTraits(first: 100) { nodes { key label unit formula live version } } }',
  );
  const read = traitsSchema.parse(computedTraits.nodes.map(({ version, ...trait }) => ({ version, trait })));
  return { version: read[0]?.version ?? 0, definitions: read.map(({ trait }) => trait) };
}
