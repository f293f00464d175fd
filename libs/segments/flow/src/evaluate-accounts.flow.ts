import {
  MOST_PEOPLE_READ,
  type BatchId,
  type ProfileId,
  type SegmentId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import {
  addTotals,
  evaluateProfiles,
  NO_EVALUATION,
  PEOPLE_AT_ONCE,
  type EvaluationTotals,
  type SegmentsDeps,
} from './evaluate-profiles';

/** Accounts of one transaction: each may bring the records of all its people. */
const ACCOUNTS_AT_ONCE = 10;

interface Following {
  readonly workspaceId: WorkspaceId;
  readonly segmentIds?: readonly SegmentId[];
  readonly signal: AbortSignal | undefined;
}

const touched = (ids: readonly ProfileId[]) =>
  ids.map((profileId) => ({ profileId, cause: 'event' as const, eventId: null }));

async function evaluateSome(
  deps: SegmentsDeps,
  of: Following,
  { ids, atOnce }: { readonly ids: readonly ProfileId[]; readonly atOnce: number },
): Promise<EvaluationTotals> {
  let totals = NO_EVALUATION;
  for (let at = 0; at < ids.length; at += atOnce) {
    const profiles = touched(ids.slice(at, at + atOnce));
    totals = addTotals(totals, await evaluateProfiles(deps, { ...of, profiles }));
  }
  return totals;
}

/** Everybody who belongs to an account; a crowd is left to a run of its own, which goes on where it was broken off. */
async function evaluatePeopleOf(
  deps: SegmentsDeps,
  of: Following,
  account: { readonly accountId: ProfileId; readonly isChanged: boolean },
): Promise<EvaluationTotals> {
  const { accountId, isChanged } = account;
  const { workspaceId } = of;
  const page = { after: null, limit: MOST_PEOPLE_READ + 1 };
  const people = await deps.store.peopleOfAccount(workspaceId, accountId, page);
  if (people.length > MOST_PEOPLE_READ) {
    await deps.store.askCrowd(workspaceId, { accountId, cause: 'event', isTold: isChanged });
    return NO_EVALUATION;
  }
  const ids = people.map(({ profileId }) => profileId);
  return evaluateSome(deps, of, { ids, atOnce: PEOPLE_AT_ONCE });
}

const union = (...lists: readonly (readonly ProfileId[])[]): readonly ProfileId[] => [...new Set(lists.flat())].sort();

/**
 * Brings accounts up to date that some batches name or whose people they touched, and then the people of accounts that
 * have changed as far as rules look at them.
 *
 * Promise   at least once; a (segment, account or person) enters or exits once for it
 * Key       the standing membership
 * Order     as an event's; accounts before their people
 * Resume    from the start; who is done shows no difference
 * Size      10 accounts, or 500 people, a transaction; accounts of more than 1,000 people are counted and followed by runs
 *           of their own (`followCrowd`). Batches that wait meanwhile are taken together
 */
export async function evaluateAccounts(
  deps: SegmentsDeps,
  batches: { readonly workspaceId: WorkspaceId; readonly batchIds: readonly BatchId[] },
  signal?: AbortSignal,
): Promise<EvaluationTotals> {
  const { workspaceId, batchIds } = batches;
  const { store, ruleSets } = deps;
  const { needs, judging, relational } = ruleSets.of(await store.liveRules(workspaceId));
  const { accounts } = needs;
  if (accounts === undefined) return NO_EVALUATION;
  const named = await store.accountsNamed(workspaceId, batchIds, accounts);
  const { steps } = accounts;
  const people =
    steps.account > 0 || steps.profile > 1
      ? (await store.touchedBy(workspaceId, batchIds)).map(({ profileId }) => profileId)
      : [];
  const theirs = await store.accountsOf(workspaceId, people);
  const changed = named.filter(({ isChanged }) => isChanged).map(({ accountId }) => accountId);
  let totals = NO_EVALUATION;
  if (judging.account.segments.length > 0) {
    const ids = union(
      named.map(({ accountId }) => accountId),
      theirs,
    );
    totals = await evaluateSome(deps, { workspaceId, signal }, { ids, atOnce: ACCOUNTS_AT_ONCE });
  }
  const segmentIds = judging.profile.segments
    .filter(({ key }) => relational.has(key))
    .map(({ segmentId }) => segmentId);
  if (segmentIds.length === 0) return totals;
  for (const accountId of union(changed, steps.profile > 1 ? theirs : [])) {
    const account = { accountId, isChanged: changed.includes(accountId) };
    totals = addTotals(totals, await evaluatePeopleOf(deps, { workspaceId, segmentIds, signal }, account));
  }
  return totals;
}
