import type { SegmentStep } from '@kohort/segments-domain';
import type { GatewayClient } from '../client/gateway-client';
import { FAILURE_FIELDS, reasonOf, type MutationAnswer } from '../client/results';
import { ADVICE_FIELDS, warningsOf, type AdviceAnswer, type RuleWarning } from '../client/rule-advice';
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
  /** What its syncs would have to bring to their destinations. */
  readonly syncs: readonly StepSync[];
  /** Conditions of a new rule that hold for nobody, by what is stored. */
  readonly warnings: readonly string[];
}

/** What a sync would have to bring to its destination, in people and in requests, by the destination's action. */
export interface StepSync {
  readonly destination: string;
  readonly adds: number;
  readonly removes: number;
  readonly calls: readonly {
    readonly action: string;
    readonly operation: string;
    readonly records: number;
    readonly calls: number;
  }[];
}

/** People alone; what follows for destinations is asked behind that. */
type PeopleCounts = Omit<StepCounts, 'syncs' | 'warnings'>;

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

const unknown = (now: number, reason: string): PeopleCounts => {
  return { now, entering: null, leaving: null, wouldBeHeld: false, reason };
};

async function countStep(
  client: GatewayClient,
  step: SegmentStep,
  { segments, lists }: WorkspaceSegments,
): Promise<PeopleCounts> {
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

const CALLS = `query ($key: String!, $adds: Int!, $removes: Int!) { segment(key: $key) {
  downstreamCalls(adds: $adds, removes: $removes) {
    sync { destination { key } } adds removes calls { action operation records calls } } } }`;

interface CallsAnswer {
  readonly segment: {
    readonly downstreamCalls: readonly (Omit<StepSync, 'destination'> & {
      readonly sync: { readonly destination: { readonly key: string } };
    })[];
  } | null;
}

/** Who does not come or go is brought nowhere, and a segment that is not there yet has no sync. */
async function syncsOf(client: GatewayClient, key: string, counts: PeopleCounts): Promise<readonly StepSync[]> {
  const { entering, leaving } = counts;
  if (entering === null || leaving === null || entering + leaving === 0) return [];
  const { segment } = await client.query<CallsAnswer>(CALLS, { key, adds: entering, removes: leaving });
  return (segment?.downstreamCalls ?? []).map(({ sync, ...rest }) => ({ destination: sync.destination.key, ...rest }));
}

const ADVICE = `query ($rule: JSON!) { advice: ruleAdvice(rule: $rule) { ${ADVICE_FIELDS} } }`;

/** What the plan itself makes, by kind of name: a rule may name it before it is there. */
export type PlannedNames = Readonly<Record<'segment' | 'trait' | 'model', ReadonlySet<string>>>;

/** What may be mistyped in a rule that comes or changes. */
async function adviceOf(
  client: GatewayClient,
  { action, desired, fields }: SegmentStep,
  planned: PlannedNames,
): Promise<readonly string[]> {
  if (desired === null || (action !== 'create' && !fields.includes('rule'))) return [];
  const { advice } = await client.query<{ advice: AdviceAnswer }>(ADVICE, { rule: desired.rule });
  const isPlanned = ({ kind, name }: RuleWarning): boolean =>
    (kind === 'segment' || kind === 'trait' || kind === 'model') && planned[kind].has(name);
  return warningsOf(advice).flatMap((warning) => (isPlanned(warning) ? [] : [warning.message]));
}

/** Counts what each step would do, one after the other: each is a question to the column store. */
export async function countsOf(
  client: GatewayClient,
  steps: readonly SegmentStep[],
  { standing, planned }: { readonly standing: WorkspaceSegments; readonly planned: PlannedNames },
): Promise<ReadonlyMap<string, StepCounts>> {
  const counts = new Map<string, StepCounts>();
  for (const step of steps) {
    if (step.action === 'unchanged') continue;
    const people = await countStep(client, step, standing);
    const syncs = standing.segments.has(step.key) ? await syncsOf(client, step.key, people) : [];
    counts.set(step.key, { ...people, syncs, warnings: await adviceOf(client, step, planned) });
  }
  return counts;
}
