import {
  differingFeatureFields,
  type FeatureDefinition,
  type FeaturePlan,
  type FeatureStep,
} from '@kohort/features-domain';
import type { GatewayClient } from '../client/gateway-client';
import { followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { definitionErrors } from './definition-errors';
import { editOf } from './plan-traits';
import { workspaceTraits } from './workspace-traits';

/** How the step of a trait ended. */
export interface TraitOutcome {
  readonly key: string;
  readonly action: FeatureStep['action'];
  readonly result: 'applied' | 'already';
}

const EDIT = `mutation ($input: EditComputedTraitsInput!) { answer: editComputedTraits(input: $input) {
  __typename ... on ComputedTraitSet { version } ${FAILURE_FIELDS} } }`;
const COMPUTE = `mutation ($asOf: DateTime) { answer: computeFeatures(asOf: $asOf) {
  __typename ... on Job { id } ${FAILURE_FIELDS} } }`;

type JobAnswer = MutationAnswer & { readonly id: string };

/** The fields in which two of them differ; that one is there and the other is not is a difference too. */
function difference(a: FeatureDefinition | null, b: FeatureDefinition | null): readonly string[] {
  if (a === null || b === null) return a === b ? [] : [a === null ? 'created' : 'removed'];
  return differingFeatureFields(a, b);
}

/**
 * Applies the traits of a plan in one new version of the set, and has their values computed. Each trait is as it was
 * planned with, or as it is wanted, before anything is done.
 *
 * Throws  PLAN_STALE, naming trait and fields; CLIENT_REFUSED, CLIENT_JOB_FAILED
 */
export async function applyTraits(client: GatewayClient, plan: FeaturePlan): Promise<readonly TraitOutcome[]> {
  const steps = plan.steps.filter(({ action }) => action !== 'unchanged');
  if (steps.length === 0) return [];
  const { version, definitions } = await workspaceTraits(client);
  const open = steps.filter((step) => {
    const now = definitions.find(({ key }) => key === step.key) ?? null;
    if (difference(now, step.desired).length === 0) return false;
    const fields = difference(step.before, now);
    if (fields.length > 0)
      throw definitionErrors.PLAN_STALE({ what: 'trait', key: step.key, fields: fields.join(', ') });
    return true;
  });
  if (open.length > 0) {
    const input = { ...editOf(open), afterVersion: version };
    const { answer } = await client.query<{ answer: MutationAnswer }>(EDIT, { input });
    payloadOf(answer, 'ComputedTraitSet');
  }
  // Also when another apply was broken off between the two: what is computed already is computed again.
  const { answer } = await client.query<{ answer: MutationAnswer }>(COMPUTE, { asOf: null });
  await followJob(client, payloadOf<JobAnswer>(answer, 'Job').id, 'computed traits');
  return steps.map((step) => {
    return { key: step.key, action: step.action, result: open.includes(step) ? 'applied' : 'already' };
  });
}
