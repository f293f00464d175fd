import { isAppError } from '@kohort/kernel-errors';
import type { SegmentDefinition, SegmentStep } from '@kohort/segments-domain';
import type { GatewayClient } from '../client/gateway-client';
import { followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import type { WorkspaceSegment } from './workspace-segments';

/** How a step ended. Held: it would take more than 30 % out, and a person has to say that it is meant. */
export interface StepOutcome {
  readonly key: string;
  readonly action: SegmentStep['action'];
  readonly result: 'applied' | 'already' | 'held';
  /** What the guard said. */
  readonly reason: string | null;
}

type JobAnswer = MutationAnswer & { readonly id: string };

async function mutate(client: GatewayClient, document: string, variables: object, answer = 'Segment'): Promise<void> {
  const { done } = await client.query<{ done: MutationAnswer }>(document, { ...variables });
  payloadOf(done, answer);
}

const fields = `{ __typename ${FAILURE_FIELDS} }`;

async function schedule(client: GatewayClient, { key, refreshMinutes }: SegmentDefinition): Promise<void> {
  await mutate(
    client,
    `mutation ($key: String!, $minutes: Int) { done: scheduleSegment(key: $key, everyMinutes: $minutes) ${fields} }`,
    { key, minutes: refreshMinutes },
  );
}

async function create(client: GatewayClient, wanted: SegmentDefinition): Promise<void> {
  const { key, label: name, kind, description, tags, purpose, rule } = wanted;
  await mutate(client, `mutation ($input: CreateSegmentInput!) { done: createSegment(input: $input) ${fields} }`, {
    input: { key, name, kind: kind.toUpperCase(), description, tags, purpose, rule },
  });
  if (wanted.refreshMinutes !== null) await schedule(client, wanted);
}

/** Sets what differs: words, purpose, and a draft of the rule that follows the version that was seen. */
async function change(client: GatewayClient, wanted: SegmentDefinition, now: WorkspaceSegment): Promise<void> {
  const { key, label: name, description, tags, purpose, rule, ruleHash } = wanted;
  const has = now.definition;
  const wordsDiffer =
    JSON.stringify([has.label, has.description, has.tags]) !== JSON.stringify([name, description, tags]);
  if (wordsDiffer) {
    await mutate(
      client,
      `mutation ($key: String!, $input: DescribeSegmentInput!) { done: describeSegment(key: $key, input: $input) ${fields} }`,
      { key, input: { name, description, tags } },
    );
  }
  if (has.purpose !== purpose) {
    await mutate(
      client,
      `mutation ($input: SetPurposeInput!) { done: setPurpose(input: $input) ${fields} }`,
      { input: { segment: key, purpose } },
      'PurposeSet',
    );
  }
  if (now.latestRuleHash !== ruleHash) {
    await mutate(
      client,
      `mutation ($key: String!, $rule: JSON!, $after: Int) { done: updateSegment(key: $key, rule: $rule, afterVersion: $after) ${fields} }`,
      { key, rule, after: now.latestVersion },
    );
  }
  // Behind the rule: what a rule is says whether it is counted.
  if (has.refreshMinutes !== wanted.refreshMinutes) await schedule(client, wanted);
}

/** Publishes the latest version and waits until it serves; answers what the guard says when it holds it. */
async function publish(client: GatewayClient, key: string, release: boolean): Promise<string | null> {
  const { publishSegment } = await client.query<{ publishSegment: JobAnswer }>(
    `mutation ($key: String!, $release: Boolean) { publishSegment(key: $key, release: $release) { __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
    { key, release },
  );
  try {
    await followJob(client, payloadOf<JobAnswer>(publishSegment, 'Job').id, key);
    return null;
  } catch (thrown) {
    if (!isAppError(thrown) || thrown.details['remoteCode'] !== 'SEGMENTS_GUARD_HELD') throw thrown;
    return String(thrown.details['reason']);
  }
}

/**
 * Does what is left of one step. Each of its parts asks first what is there, so that it may be broken off anywhere and
 * done again.
 *
 * Throws  CLIENT_REFUSED when the workspace refuses (COMMAND_VERSION_MOVED: somebody was faster), CLIENT_JOB_FAILED
 */
export async function applyStep(
  client: GatewayClient,
  step: SegmentStep,
  state: { readonly now: WorkspaceSegment | null; readonly release: boolean },
): Promise<StepOutcome> {
  const { action, key, desired } = step;
  const done = { key, action, result: 'applied', reason: null } as const;
  if (desired === null) {
    await mutate(
      client,
      `mutation ($key: String!, $release: Boolean) { done: archiveSegment(key: $key, release: $release) ${fields} }`,
      { key, release: state.release },
    );
    return done;
  }
  if (state.now === null) await create(client, desired);
  else await change(client, desired, state.now);
  const serves =
    state.now !== null && !state.now.definition.isDraft && state.now.definition.ruleHash === desired.ruleHash;
  if (desired.isDraft || serves) return done;
  const reason = await publish(client, key, state.release);
  return reason === null ? done : { ...done, result: 'held', reason };
}
