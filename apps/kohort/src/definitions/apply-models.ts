import type { GatewayClient } from '../client/gateway-client';
import { followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { definitionErrors } from './definition-errors';
import { differingModelFields, type ModelDefinition } from './model-file';
import type { ModelPlan, ModelStep } from './plan-models';
import { workspaceModels } from './workspace-models';

/** How the step of a clustering ended. */
export interface ModelOutcome {
  readonly key: string;
  readonly action: ModelStep['action'];
  readonly result: 'applied' | 'already';
}

type JobAnswer = MutationAnswer & { readonly id: string };

const TRAIN = `mutation ($input: TrainClustersInput!) { answer: trainClusters(input: $input) {
  __typename ... on Job { id } ${FAILURE_FIELDS} } }`;

const REFIT = `mutation ($input: SetModelRefitInput!) { answer: setModelRefit(input: $input) {
  __typename ... on Model { key } ${FAILURE_FIELDS} } }`;

function trainInput({ k, sizes = {}, refit: _refit, ...rest }: ModelDefinition): object {
  const { min: minSize = null, max: maxSize = null } = sizes;
  if (k === 'auto') return { ...rest, minSize, maxSize };
  return typeof k === 'number'
    ? { ...rest, minSize, maxSize, k }
    : { ...rest, minSize, maxSize, kLeast: k.from, kMost: k.to };
}

function refitInput({ key: model, refit }: ModelDefinition): object {
  return typeof refit === 'string'
    ? { model, kind: refit.toUpperCase(), everyDays: null }
    : { model, kind: 'SCHEDULE', everyDays: refit.everyDays };
}

/** What only says when it is fitted again needs no fit; what is new, or known no more, is fitted first. */
async function applyStep(
  client: GatewayClient,
  { now, desired }: { readonly now: ModelDefinition | null; readonly desired: ModelDefinition },
): Promise<void> {
  const fields = now ? differingModelFields(now, desired) : null;
  if (fields === null || fields.some((field) => field !== 'refit')) {
    const { answer } = await client.query<{ answer: MutationAnswer }>(TRAIN, { input: trainInput(desired) });
    await followJob(client, payloadOf<JobAnswer>(answer, 'Job').id, `model ${desired.key}`);
  }
  if (fields === null || fields.includes('refit')) {
    const { answer } = await client.query<{ answer: MutationAnswer }>(REFIT, { input: refitInput(desired) });
    payloadOf(answer, 'Model');
  }
}

/**
 * Fits the clusterings of a plan, one after the other, and says when each is fitted again. Each is as it was planned with,
 * or as it is wanted, before anything is done; what is done already is left.
 *
 * Throws  PLAN_STALE, naming model and fields; CLIENT_REFUSED, CLIENT_JOB_FAILED
 */
export async function applyModels(client: GatewayClient, plan: ModelPlan): Promise<readonly ModelOutcome[]> {
  const steps = plan.steps.filter(({ action }) => action !== 'unchanged');
  if (steps.length === 0) return [];
  const standing = new Map((await workspaceModels(client)).map((one) => [one.key, one.definition]));
  const states = steps.map((step) => {
    const { key, before, desired, action } = step;
    const now = standing.get(key) ?? null;
    const isDone = now !== null && differingModelFields(now, desired).length === 0;
    const fields = before && now ? differingModelFields(before, now) : [];
    const isNew = before === null && now !== null && action === 'create';
    if (!isDone && (fields.length > 0 || isNew)) {
      throw definitionErrors.PLAN_STALE({ what: 'model', key, fields: isNew ? 'created' : fields.join(', ') });
    }
    return { step, now, isDone };
  });
  const outcomes: ModelOutcome[] = [];
  for (const { step, now, isDone } of states) {
    if (!isDone) await applyStep(client, { now, desired: step.desired });
    outcomes.push({ key: step.key, action: step.action, result: isDone ? 'already' : 'applied' });
  }
  return outcomes;
}
