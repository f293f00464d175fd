import type { SegmentStep } from '@kohort/segments-domain';
import type { GatewayClient } from '../client/gateway-client';
import { FAILURE_FIELDS, type MutationAnswer } from '../client/results';
import type { WorkspaceSegments } from './workspace-segments';

/** What a step does to people, by itself: as if no other step of the plan had been applied. */
export interface StepCounts {
  readonly now: number;
  /** null: it cannot be said before the step is applied; `reason` says why. */
  readonly entering: number | null;
  readonly leaving: number | null;
  /** It would take more than 30 % out: publishing is held until somebody releases it. */
  readonly wouldBeHeld: boolean;
  readonly reason: string | null;
}

const PREVIEW = `query ($rule: JSON!, $key: String) { answer: segmentPreview(rule: $rule, key: $key) {
  __typename ... on SegmentPreview { members } ${FAILURE_FIELDS} } }`;
const DIFF = `query ($key: String!, $rule: JSON) { answer: segmentDiff(key: $key, rule: $rule) {
  __typename ... on SegmentDiff { standing entering leaving wouldBeHeld } ${FAILURE_FIELDS} } }`;

interface Preview extends MutationAnswer {
  readonly members: number;
}

interface Diff extends MutationAnswer {
  readonly standing: number;
  readonly entering: number;
  readonly leaving: number;
  readonly wouldBeHeld: boolean;
}

const unknown = (now: number, reason: string): StepCounts => {
  return { now, entering: null, leaving: null, wouldBeHeld: false, reason };
};

const reasonOf = ({ code, message, issues }: MutationAnswer): string =>
  issues?.[0]?.message ?? message ?? code ?? 'unknown';

async function countStep(
  client: GatewayClient,
  step: SegmentStep,
  { segments, lists }: WorkspaceSegments,
): Promise<StepCounts> {
  const { action, key, desired, before, fields } = step;
  const now = segments.get(key)?.size ?? 0;
  const plain = { now, wouldBeHeld: false, reason: null };
  if (desired === null) return { ...plain, entering: 0, leaving: now };
  const isServed = before !== null && !before.isDraft;
  const moves = fields.includes('rule') || fields.includes('draft') || action === 'create';
  if (!moves || desired.isDraft) return { ...plain, entering: 0, leaving: 0 };
  // Nobody is in what is not there yet: a count would say so, and be wrong once it is.
  const unmade = desired.names.find((name) => !lists.has(name) && (segments.get(name)?.definition.isDraft ?? true));
  if (unmade !== undefined) return unknown(now, `its rule names ${unmade}, which does not serve yet`);
  if (!isServed) {
    const { answer } = await client.query<{ answer: MutationAnswer }>(PREVIEW, { rule: desired.rule, key });
    if (answer.__typename !== 'SegmentPreview') return unknown(now, reasonOf(answer));
    return { ...plain, entering: (answer as Preview).members, leaving: 0 };
  }
  const { answer } = await client.query<{ answer: MutationAnswer }>(DIFF, { key, rule: desired.rule });
  if (answer.__typename !== 'SegmentDiff') return unknown(now, reasonOf(answer));
  const { standing, entering, leaving, wouldBeHeld } = answer as Diff;
  return { now: standing, entering, leaving, wouldBeHeld, reason: null };
}

/** Counts what each step would do, one after the other: each is a question to the column store. */
export async function countsOf(
  client: GatewayClient,
  steps: readonly SegmentStep[],
  standing: WorkspaceSegments,
): Promise<ReadonlyMap<string, StepCounts>> {
  const counts = new Map<string, StepCounts>();
  for (const step of steps) {
    if (step.action === 'unchanged') continue;
    counts.set(step.key, await countStep(client, step, standing));
  }
  return counts;
}
