import { planSegments, type SegmentPlan } from '@kohort/segments-domain';
import type { GatewayClient } from '../client/gateway-client';
import { countsOf, type StepCounts } from './step-counts';
import { definitionErrors } from './definition-errors';
import { readDefinitions } from './definition-files';
import { workspaceSegments } from './workspace-segments';

/** A plan with what it would do to people, step by step. */
export interface CountedPlan extends SegmentPlan {
  readonly counts: ReadonlyMap<string, StepCounts>;
}

/**
 * Holds the files of a folder against a running workspace.
 *
 * Throws  DEFINITION_NONE for a folder without any, unless everything is to be pruned; what is wrong in a file
 */
export async function makePlan(
  client: GatewayClient,
  options: { readonly dir: string; readonly prune: boolean; readonly withCounts: boolean },
): Promise<CountedPlan> {
  const files = await readDefinitions(options.dir);
  if (files.length === 0) throw definitionErrors.DEFINITION_NONE({ dir: options.dir });
  const standing = await workspaceSegments(client);
  const plan = planSegments(files, standing, { prune: options.prune });
  const counts = options.withCounts ? await countsOf(client, plan.steps, standing) : new Map<string, StepCounts>();
  return { ...plan, counts };
}
