import { editFeatureSet, planFeatures, type FeaturePlan, type FeatureStep } from '@kohort/features-domain';
import type { GatewayClient } from '../client/gateway-client';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import type { TraitFile } from './trait-file';
import { workspaceTraits } from './workspace-traits';

/** What a trait would do to the values of people. */
export interface TraitCounts {
  readonly people: number;
  readonly known: number;
  readonly changed: number;
}

/** A plan of traits with what it would do, by key. */
export interface TraitPlan extends FeaturePlan {
  readonly counts: ReadonlyMap<string, TraitCounts>;
}

const PREVIEW = `query ($trait: ComputedTraitInput!) { answer: computedTraitPreview(trait: $trait) {
  __typename ... on ComputedTraitPreview { people known changed } ${FAILURE_FIELDS} } }`;

type PreviewAnswer = MutationAnswer & TraitCounts;

/** What a plan's steps make of a set. */
export const editOf = (steps: readonly FeatureStep[]) => ({
  set: steps.flatMap(({ action, desired }) => (action === 'unchanged' || desired === null ? [] : [desired])),
  remove: steps.flatMap(({ key, desired }) => (desired === null ? [key] : [])),
});

/**
 * Holds files of traits against what a workspace computes, and counts for whom a value would come or change.
 *
 * Throws  FEATURES_SET_TOO_LARGE, FEATURES_BUILT_IN; CLIENT_REFUSED
 */
export async function planTraits(
  client: GatewayClient,
  files: readonly TraitFile[],
  options: { readonly prune: boolean; readonly withCounts: boolean },
): Promise<TraitPlan> {
  const standing = await workspaceTraits(client);
  const wanted = files.map(({ definition }) => definition);
  // A folder without any file of a trait is about segments: it says nothing of the workspace's own traits.
  const plan = planFeatures(wanted, standing, { prune: options.prune && files.length > 0 });
  editFeatureSet(standing.definitions, editOf(plan.steps));
  const counts = new Map<string, TraitCounts>();
  for (const { key, action, desired, fields } of options.withCounts ? plan.steps : []) {
    const isCounted = action === 'create' || fields.includes('formula');
    if (desired === null || !isCounted) continue;
    const { answer } = await client.query<{ answer: MutationAnswer }>(PREVIEW, { trait: { ...desired } });
    const { people, known, changed } = payloadOf<PreviewAnswer>(answer, 'ComputedTraitPreview');
    counts.set(key, { people, known, changed });
  }
  return { ...plan, onlyThere: files.length > 0 ? plan.onlyThere : [], counts };
}
