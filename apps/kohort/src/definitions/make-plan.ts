import { planSegments, type SegmentPlan } from '@kohort/segments-domain';
import type { GatewayClient } from '../client/gateway-client';
import { countsOf, type PlannedNames, type StepCounts } from './step-counts';
import { definitionErrors } from './definition-errors';
import { readAllDefinitions } from './definition-files';
import { planModels, type ModelPlan } from './plan-models';
import { planTraits, type TraitPlan } from './plan-traits';
import { workspaceModels } from './workspace-models';
import { workspaceSegments } from './workspace-segments';

/** A plan with what it would do to people, step by step. */
export interface CountedPlan extends SegmentPlan {
  readonly counts: ReadonlyMap<string, StepCounts>;
  readonly traits: TraitPlan;
  readonly models: ModelPlan;
}

/** Whether there is nothing to do. */
export const isDone = ({ steps, traits, models }: WithSteps & Record<'traits' | 'models', WithSteps>) =>
  [...steps, ...traits.steps, ...models.steps].every(({ action }) => action === 'unchanged');

interface WithSteps {
  readonly steps: readonly { readonly action: string }[];
}

/** What rules may name once the plan is applied: segments that serve, traits that are live, models. */
export function plannedNames(
  { steps }: Pick<SegmentPlan, 'steps'>,
  traits: Pick<TraitPlan, 'steps'>,
  models: Pick<ModelPlan, 'steps'>,
): PlannedNames {
  const keysOf = <T extends { readonly key: string }>(all: readonly T[], isThere: (step: T) => boolean) =>
    new Set(all.filter(isThere).map(({ key }) => key));
  return {
    segment: keysOf(steps, ({ desired }) => desired !== null && !desired.isDraft),
    trait: keysOf(traits.steps, ({ desired }) => desired?.live === true),
    model: keysOf(models.steps, () => true),
  };
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
  const { segments: files, traits, models } = await readAllDefinitions(options.dir);
  if (files.length + traits.length + models.length === 0) throw definitionErrors.DEFINITION_NONE({ dir: options.dir });
  const traitPlan = await planTraits(client, traits, options);
  const wanted = models.map(({ definition }) => definition);
  const modelPlan = planModels(wanted, wanted.length === 0 ? [] : await workspaceModels(client));
  const standing = await workspaceSegments(client);
  const plan = planSegments(files, standing, { prune: options.prune });
  const planned = plannedNames(plan, traitPlan, modelPlan);
  const counts = options.withCounts
    ? await countsOf(client, plan.steps, { standing, planned })
    : new Map<string, StepCounts>();
  return { ...plan, counts, traits: traitPlan, models: modelPlan };
}
