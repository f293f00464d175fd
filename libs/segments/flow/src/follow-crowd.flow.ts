import { z } from 'zod';
import {
  profileIdSchema,
  type CrowdCount,
  type ProfileId,
  type RunContext,
  type RunParams,
} from '@kohort/kernel-contracts';
import { addCrowds, countCrowd, type CrowdTally } from '@kohort/segments-domain';
import { toHistory } from './decide-memberships';
import { addTotals, evaluateProfiles, NO_EVALUATION, PEOPLE_AT_ONCE, type SegmentsDeps } from './evaluate-profiles';
import type { LiveRuleSet } from './live-rule-set';

/** How following the people of an account ended. */
export type CrowdResult = {
  readonly people: number;
  readonly entered: number;
  readonly exited: number;
};

const count = z.number();
const countSchema = z.object({ key: z.string(), matching: count, total: count, soonest: count.nullable() });
const checkpointSchema = z.object({
  phase: z.enum(['counting', 'telling']),
  /** Of this phase: everybody up to here is done. */
  after: profileIdSchema.nullable(),
  people: count,
  counts: z.array(countSchema),
  entered: count,
  exited: count,
});
type Checkpoint = z.infer<typeof checkpointSchema>;

const START: Checkpoint = { phase: 'counting', after: null, people: 0, counts: [], entered: 0, exited: 0 };

type Tallies = ReadonlyMap<string, CrowdTally>;
const talliesOf = (counts: readonly CrowdCount[]): Tallies => new Map(counts.map(({ key, ...tally }) => [key, tally]));
const countsOf = (tallies: Tallies): CrowdCount[] => [...tallies].map(([key, tally]) => ({ key, ...tally }));

interface Crowd {
  readonly deps: SegmentsDeps;
  readonly context: RunContext;
  readonly params: RunParams<'segments.crowd'>;
  readonly set: LiveRuleSet;
}

/** The questions of the rules over accounts, and of those over people, which look at them from two sides. */
const questionsOf = ({ judging }: LiveRuleSet) => [
  ...new Map(
    [judging.account, judging.profile].flatMap(({ compiled }) => compiled.crowds.map((one) => [one.key, one])),
  ).values(),
];

/** Pages of the people, from where the checkpoint stands; each is done when its step has ended. */
async function eachPage(
  { deps, context, params }: Crowd,
  from: ProfileId | null,
  step: (
    people: readonly { readonly profileId: ProfileId; readonly since: number }[],
    last: ProfileId,
  ) => Promise<void>,
): Promise<void> {
  for (let after = from; ;) {
    context.signal.throwIfAborted();
    const page = { after, limit: PEOPLE_AT_ONCE };
    const people = await deps.store.peopleOfAccount(context.fence.workspaceId, params.accountId, page);
    const last = people.at(-1);
    if (last === undefined) return;
    await step(people, last.profileId);
    after = last.profileId;
  }
}

async function countAll(crowd: Crowd, start: Checkpoint): Promise<Checkpoint> {
  const { deps, context, params, set } = crowd;
  const { fence } = context;
  const questions = questionsOf(set);
  const keys = questions.map(({ key }) => key);
  // Rules have changed since: what was counted of others is of no use.
  const isSame =
    start.counts.length === 0 ||
    (start.counts.length === keys.length && start.counts.every(({ key }) => keys.includes(key)));
  let checkpoint = isSame ? start : START;
  await eachPage(crowd, checkpoint.after, async (some, last) => {
    const sinceOf = new Map(some.map(({ profileId, since }) => [profileId, since]));
    const ids = some.map(({ profileId }) => profileId);
    const { now, people } = await deps.store.read(fence.workspaceId, ids, () => set.needs);
    const present = people.flatMap((person) => {
      const since = sinceOf.get(person.profileId);
      return person.isLive && since !== undefined ? [{ since, history: toHistory(person) }] : [];
    });
    const counts = countsOf(addCrowds(talliesOf(checkpoint.counts), countCrowd(questions, present, now)));
    checkpoint = { ...checkpoint, after: last, people: checkpoint.people + some.length, counts };
    await deps.store.saveCheckpoint(fence, checkpoint);
    context.onProgress({ phase: 'counting people', done: checkpoint.people, total: null });
  });
  const isOther = await deps.store.putCrowd(fence, params.accountId, checkpoint.counts);
  const isTold = params.isTold || (isOther && (set.needs.accounts?.steps.profile ?? 0) > 1);
  // Nobody is behind the last of all ids.
  return { ...checkpoint, phase: 'telling', after: isTold ? null : LAST_ID };
}

const LAST_ID = profileIdSchema.parse('ffffffff-ffff-4fff-bfff-ffffffffffff');

/**
 * Counts the people of an account who are more than an evaluation reads, for all that rules ask of them; judges the
 * account by the count, and then its people, where the account has changed or rules lead to it through them.
 *
 * Promise   at least once; an entry or exit is written once
 * Key       the standing membership, under the run's fence; the count is replaced whole
 * Order     the count → the account → its people
 * Resume    from the page that was not ended, of the count or of the people
 * Size      500 people a transaction; what is kept between pages is a few numbers a question. What changes behind a page
 *           that was counted asks for a run of its own
 */
export async function followCrowd(
  deps: SegmentsDeps,
  context: RunContext,
  params: RunParams<'segments.crowd'>,
): Promise<CrowdResult> {
  const { fence, signal, run } = context;
  const { workspaceId } = fence;
  const set = deps.ruleSets.of(await deps.store.liveRules(workspaceId));
  const crowd: Crowd = { deps, context, params, set };
  const earlier = checkpointSchema.safeParse(run.checkpoint);
  let checkpoint = earlier.success ? earlier.data : START;
  const evaluated = { workspaceId, fence, signal, isCounted: true };
  const touched = (profileId: ProfileId) => ({ profileId, cause: params.cause, eventId: null });
  if (checkpoint.phase === 'counting') {
    checkpoint = await countAll(crowd, checkpoint);
    const { entered, exited } = await evaluateProfiles(deps, { ...evaluated, profiles: [touched(params.accountId)] });
    checkpoint = { ...checkpoint, entered, exited };
    await deps.store.saveCheckpoint(fence, checkpoint);
  }
  const segmentIds = set.judging.profile.segments
    .filter(({ key }) => set.relational.has(key))
    .map(({ segmentId }) => segmentId);
  let totals = { ...NO_EVALUATION, entered: checkpoint.entered, exited: checkpoint.exited };
  if (segmentIds.length > 0) {
    await eachPage(crowd, checkpoint.after, async (some, last) => {
      const profiles = some.map(({ profileId }) => touched(profileId));
      totals = addTotals(totals, await evaluateProfiles(deps, { ...evaluated, profiles, segmentIds }));
      const { entered, exited } = totals;
      await deps.store.saveCheckpoint(fence, { ...checkpoint, after: last, entered, exited });
      context.onProgress({ phase: 'evaluating people', done: totals.profiles, total: checkpoint.people });
    });
  }
  return { people: checkpoint.people, entered: totals.entered, exited: totals.exited };
}
