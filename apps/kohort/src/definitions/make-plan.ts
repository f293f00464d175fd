import { planSegments, type SegmentPlan } from '@kohort/segments-domain';
import type { GatewayClient } from '../client/gateway-client';
import { countsOf, type StepCounts } from './step-counts';
import { definitionErrors } from './definition-errors';
import { readAllDefinitions } from './definition-files';
import { planTraits, type TraitPlan } from './plan-traits';
import { workspaceSegments } from './workspace-segments';

/** A plan with what it would do to people, step by step. */
export interface CountedPlan extends SegmentPlan {
  readonly counts: ReadonlyMap<string, StepCounts>;
  readonly traits: TraitPlan;
}

/** Whether there is nothing to do. */
export const isDone = ({ steps, traits }: { readonly steps: Steps; readonly traits: { readonly steps: Steps } }) =>
  [...steps, ...traits.steps].every(({ action }) => action === 'unchanged');

type Steps = readonly { readonly action: string }[];

/**
 * Holds the files of a folder against a running workspace.
 *
 * Throws  DEFINITION_NONE for a folder without any, unless everything is to be pruned; what is wrong in a file
 */
export async function makePlan(
  client: GatewayClient,
  options: { readonly dir: string; readonly prune: boolean; readonly withCounts: boolean },
): Promise<CountedPlan> {
  const { segments: files, traits } = await readAllDefinitions(options.dir);
  if (files.length + traits.length === 0) throw definitionErrors.DEFINITION_NONE({ dir: options.dir });
  const traitPlan = await planTraits(client, traits, options);
  const standing = await workspaceSegments(client);
  const plan = planSegments(files, standing, { prune: options.prune });
  const counts = options.withCounts ? await countsOf(client, plan.steps, standing) : new Map<string, StepCounts>();
  return { ...plan, counts, traits: traitPlan };
}
