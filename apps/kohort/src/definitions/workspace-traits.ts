import { featureFormulaSchema, type FeatureDefinition } from '@kohort/features-domain';
import { z } from 'zod';
import type { GatewayClient } from '../client/gateway-client';

const traitsSchema = z.array(
  z.object({ key: z.string(), label: z.string(), unit: z.string(), formula: featureFormulaSchema }),
);

/** The computed traits of a workspace, by key; a set has fewer than a page. */
export async function workspaceTraits(client: GatewayClient): Promise<readonly FeatureDefinition[]> {
  const { computedTraits } = await client.query<{ computedTraits: { nodes: unknown } }>(
    '{ computedTraits(first: 100) { nodes { key label unit formula } } }',
  );
  return traitsSchema.parse(computedTraits.nodes);
}
