import type { FillMark, LiveRules, MembershipCause, ProfileId, SegmentId } from '@kohort/kernel-contracts';
import type { Answered, Question } from './answer-rules';
import { addTotals, evaluateProfiles, NO_EVALUATION, type EvaluationTotals } from './evaluate-profiles';
import { someAtOnce, type BackfillDeps, type FillPass } from './fill-pass';
import { modelSegments, namedBy, withDependents, type ReadableSegment } from './live-rule-set';
import { differenceOf } from './publish-version';
import { walkProfiles } from './walk-profiles';

/** Versions that serve by now, and what they were answered with. */
export interface Served {
  readonly question: Question;
  readonly mark: FillMark;
  readonly answers: ReadonlyMap<SegmentId, Answered>;
  /** Segments whose new version serves. */
  readonly segmentIds: readonly SegmentId[];
  /** Segments whose memberships were not written from these answers: versions of an earlier start. */
  readonly unwritten: readonly SegmentId[];
  /** Why those come and go who follow. */
  readonly cause: MembershipCause;
  /** Answers of segments that refer to others hold for the versions that serve. */
  readonly isWhole: boolean;
}

/** People with a record stamped later than the answer: time brings it in, and the evaluator knows when. */
async function peopleAhead(deps: BackfillDeps, { workspaceId, now }: Question, signal: AbortSignal) {
  const later = "fromUnixTimestamp64Milli({nowMs:Int64}, 'UTC')";
  const own = 'workspace_id = {workspaceId:UUID}';
  const sql = `SELECT DISTINCT profile_id FROM (SELECT profile_id FROM live_events WHERE ${own} AND ts > ${later}
    UNION ALL SELECT profile_id FROM traits WHERE ${own} AND valid_from > ${later})`;
  return deps.columns.members(sql, { workspaceId, nowMs: now }, { signal });
}

async function setTimers(deps: BackfillDeps, pass: FillPass, served: Served, segmentId: SegmentId): Promise<void> {
  const answer = served.answers.get(segmentId);
  if (answer === undefined || 'thrown' in answer) return;
  pass.signal.throwIfAborted();
  const { workspaceId } = served.question;
  await deps.store.setTimers({ workspaceId, segmentId, profileIds: answer.waking, dueAt: answer.dueAt });
}

/** People who stand otherwise than the answer says, of segments that were not written from it. */
async function misplaced(deps: BackfillDeps, served: Served, segmentIds: readonly SegmentId[]): Promise<ProfileId[]> {
  const found: ProfileId[] = [];
  for (const segmentId of segmentIds) {
    const answer = served.answers.get(segmentId);
    if (answer === undefined || 'thrown' in answer) continue;
    const standing = await deps.store.membersOf(served.question.workspaceId, segmentId);
    const { entering, leaving } = differenceOf(answer.ids, standing);
    for (const id of [...entering, ...leaving]) found.push(id);
  }
  return found;
}

/** Everybody whom the answer may be wrong of by now. */
async function peopleToCorrect(
  deps: BackfillDeps,
  pass: FillPass,
  served: Served,
  affected: readonly ReadableSegment[],
): Promise<readonly ProfileId[]> {
  const { question, mark, segmentIds, unwritten } = served;
  const written = new Set(segmentIds.filter((id) => !unwritten.includes(id)));
  const named = new Set(affected.flatMap(({ parsed }) => [...namedBy(parsed, question.byKey)]));
  const changed = await deps.store.changedSince(question.workspaceId, {
    mark,
    segmentIds,
    // Whose rule is at hand is followed by its records; others by their memberships.
    named: [...named].filter((key) => !question.byKey.has(key)),
  });
  const others = affected.flatMap(({ segmentId }) => (written.has(segmentId) ? [] : [segmentId]));
  const people = new Set([
    ...changed,
    ...(await peopleAhead(deps, question, pass.signal)),
    ...(await misplaced(deps, served, others)),
  ]);
  return [...people].sort();
}

/**
 * Those whose answer was of other versions than serve now, of their own or of one that they name: another run published
 * them, or one was archived, since the rules were read.
 */
function outdated(
  { live: then, byKey }: Question,
  now: LiveRules,
  affected: readonly ReadableSegment[],
): ReadonlySet<ReadableSegment> {
  const versions = ({ segments }: LiveRules) =>
    new Map(segments.map(({ segmentId, key, version }) => [key, `${segmentId} ${version}`]));
  const [asked, serving] = [versions(then), versions(now)];
  const isOther = (key: string): boolean => byKey.has(key) && asked.get(key) !== serving.get(key);
  return new Set(affected.filter(({ key, parsed }) => [key, ...namedBy(parsed, byKey)].some(isOther)));
}

/**
 * What follows the flip: timers of everybody whom time may turn, the people who changed since the answer, and the segments
 * that refer to those that were filled. Doing it twice changes nothing.
 */
export async function settleVersions(deps: BackfillDeps, pass: FillPass, served: Served): Promise<EvaluationTotals> {
  const { workspaceId } = served.question;
  const live = await deps.store.liveRules(workspaceId);
  const { segments, relational } = deps.ruleSets.of(live);
  const keys = served.question.rules
    .filter(({ segmentId }) => served.segmentIds.includes(segmentId))
    .map(({ key }) => key);
  // Rankings and predicates are not evaluated person by person: their members stand as they were counted. Those who refer
  // to them follow their memberships.
  const affected = withDependents(segments, new Set(keys));
  if (affected.length === 0) return NO_EVALUATION;
  const isFilled = ({ segmentId }: ReadableSegment): boolean => served.segmentIds.includes(segmentId);
  const old = outdated(served.question, live, affected);
  const known = affected.filter((one) => !old.has(one) && (served.isWhole || isFilled(one)));
  pass.tell({ phase: 'setting timers', done: 0, total: known.length });
  let done = 0;
  await someAtOnce(known, async ({ segmentId }) => {
    await setTimers(deps, pass, served, segmentId);
    done += 1;
    pass.tell({ phase: 'setting timers', done, total: known.length });
  });
  const people = await peopleToCorrect(deps, pass, served, affected);
  const segmentIds = affected.map(({ segmentId }) => segmentId);
  const profiles = people.map((profileId) => ({ profileId, cause: served.cause, eventId: null }));
  const { signal } = pass;
  const corrected = await evaluateProfiles(deps, { workspaceId, profiles, segmentIds, signal });
  // What the answer does not cover: models and versions that took over in the meantime, segments that refer to one that was
  // held.
  const { models } = await deps.store.mark(workspaceId);
  const uncovered = new Set([
    ...(models === served.mark.models ? [] : modelSegments(affected)),
    ...affected.filter((one) => !known.includes(one) || !served.answers.has(one.segmentId)),
    // Nor when time turns what a relation leads to, nor who changed through it.
    ...affected.filter(({ key, parsed }) => parsed.entity === 'account' || relational.has(key)),
  ]);
  if (uncovered.size === 0) return corrected;
  const rest = [...uncovered].map(({ segmentId }) => segmentId);
  return addTotals(
    corrected,
    await walkProfiles(deps, { workspaceId, segmentIds: rest, cause: served.cause, after: null, signal }),
  );
}
