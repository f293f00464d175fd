import { z } from 'zod';
import {
  profileIdSchema,
  type ColumnLoader,
  type ColumnStore,
  type Fence,
  type ProfileId,
  type RunContext,
  type RunParams,
  type VersionToFill,
} from '@kohort/kernel-contracts';
import { isAppError, type AppError } from '@kohort/kernel-errors';
import { compileRules, compileToSql, evaluateRules, isBatchOnly, parseRule } from '@kohort/segments-domain';
import { toHistory } from './decide-memberships';
import { PEOPLE_AT_ONCE, type SegmentsDeps } from './evaluate-profiles';
import { emptySegment } from './empty-segment';
import { GUARDED_SHARE } from './guard';
import { compileLiveRules, NOT_LIVE, rulesByKey, withDependents } from './live-rule-set';
import { NOT_IN_COLUMNS } from './not-in-columns';
import { segmentsFlowErrors } from './segments-flow-errors';
import { walkProfiles } from './walk-profiles';

/** What a back-fill needs beside the store: the column store, and what brings it up to date. */
export interface BackfillDeps extends SegmentsDeps {
  readonly columns: ColumnStore;
  readonly loader: ColumnLoader;
}

/** How a back-fill ended. */
export type BackfillResult = {
  readonly members: number;
  readonly entered: number;
  readonly exited: number;
  /** Entries and exits that the walk behind the flip put right: people who changed in the meantime. */
  readonly corrected: number;
};

/** Changes of one transaction before the version serves. */
const ROWS_AT_ONCE = 5_000;

const checkpointSchema = z.object({
  phase: z.literal('settling'),
  after: profileIdSchema.nullable(),
  members: z.number(),
  entered: z.number(),
  exited: z.number(),
});
type Checkpoint = z.infer<typeof checkpointSchema>;

/** A rule that no statement says, or whose statement the store cannot carry, is answered person by person. */
const WALKED = new Set(['SEGMENTS_NODE_UNSUPPORTED', 'COLUMNS_TOO_HEAVY']);

/** Everybody's answer, person by person. */
async function membersByWalk(
  deps: BackfillDeps,
  context: RunContext,
  version: VersionToFill,
): Promise<{ ids: ProfileId[]; now: number }> {
  const { store } = deps;
  const { workspaceId } = context.fence;
  const { segmentId } = version.rule;
  const ids: ProfileId[] = [];
  let [after, now, done]: [ProfileId | null, number, number] = [null, 0, 0];
  for (;;) {
    context.signal.throwIfAborted();
    const some: readonly ProfileId[] = await store.profilesAfter(workspaceId, after, PEOPLE_AT_ONCE);
    const last = some.at(-1);
    const live = await store.liveRules(workspaceId);
    const segments = [...live.segments.filter((segment) => segment.segmentId !== segmentId), version.rule];
    const set = compileLiveRules({ ...live, segments }, [segmentId]);
    const input = await store.read(workspaceId, some, () => set.needs);
    // All answers are of the first instant: the walk afterwards sets right what time has changed.
    now = now === 0 ? input.now : now;
    if (last === undefined) return { ids, now };
    for (const person of input.people) {
      if (person.isLive && evaluateRules(set.compiled, toHistory(person), now)[0]?.member === true)
        ids.push(person.profileId);
    }
    after = last;
    done += some.length;
    context.onProgress({ phase: 'evaluating people', done, total: null });
  }
}

/** What is wrong with a statement that holds somebody's predicate is wrong with the predicate. */
function refusedPredicate({ rule: { key } }: VersionToFill, thrown: AppError): AppError {
  if (thrown.code !== 'COLUMNS_STATEMENT_INVALID') return thrown;
  return segmentsFlowErrors.SEGMENTS_PREDICATE_REFUSED({ key, reason: thrown.message }, { cause: thrown });
}

async function membersOf(
  deps: BackfillDeps,
  context: RunContext,
  version: VersionToFill,
): Promise<{ ids: readonly ProfileId[]; now: number }> {
  const { workspaceId } = context.fence;
  const live = await deps.store.liveRules(workspaceId);
  const others = live.segments.filter(({ segmentId }) => segmentId !== version.rule.segmentId);
  const set = compileLiveRules({ ...live, segments: [...others, version.rule] });
  const { now } = await deps.store.read(workspaceId, [], () => ({ eventNames: [], traitKeys: [] }));
  const rule = parseRule(version.rule.rule, version.rule.key);
  const segments = rulesByKey(set.segments);
  // A rule that cannot be evaluated for a person is refused by name, not taken for an empty segment.
  const asked = { rule, key: version.rule.key };
  if (!isBatchOnly(rule))
    compileRules([asked], { segments, otherSegments: 'membership', timezone: live.timezone, without: NOT_LIVE });
  try {
    const options = {
      workspaceId,
      nowMs: now,
      timezone: live.timezone,
      segments,
      without: NOT_IN_COLUMNS,
      key: version.rule.key,
    };
    const { sql, params } = compileToSql(rule, options);
    context.onProgress({ phase: 'loading columns', done: 0, total: null });
    await deps.loader.load(workspaceId, { signal: context.signal });
    context.onProgress({ phase: 'asking the column store', done: 0, total: null });
    return { ids: await deps.columns.members(sql, params, { signal: context.signal }), now };
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    if (isBatchOnly(rule)) throw refusedPredicate(version, thrown);
    if (!WALKED.has(thrown.code)) throw thrown;
    return membersByWalk(deps, context, version);
  }
}

/** A mistake in a rule, or an outage upstream, must not take an audience apart: a person has to say that it is meant. */
async function holdMassExit(
  deps: BackfillDeps,
  fence: Fence,
  change: { readonly rule: VersionToFill['rule']; readonly leaving: number; readonly members: number },
): Promise<void> {
  const { leaving, members, rule } = change;
  if (leaving <= members * GUARDED_SHARE) return;
  await deps.store.hold(fence, rule, { leaving, members });
  const { key, version } = rule;
  throw segmentsFlowErrors.SEGMENTS_GUARD_HELD({ key, version, leaving, members });
}

/** Writes the difference and makes the version serve: in steps while nobody is served, else all at once. */
async function publish(
  deps: BackfillDeps,
  context: RunContext,
  version: VersionToFill & { readonly isReleased: boolean },
): Promise<Checkpoint> {
  const { fence } = context;
  const { rule } = version;
  const { ids, now } = await membersOf(deps, context, version);
  const [wanted, standing] = [new Set(ids), new Set(await deps.store.membersOf(fence.workspaceId, rule.segmentId))];
  const entering = [...wanted].filter((id) => !standing.has(id)).sort();
  const leaving = [...standing].filter((id) => !wanted.has(id)).sort();
  const total = entering.length + leaving.length;
  if (version.liveVersion !== null && !version.isReleased)
    await holdMassExit(deps, fence, { rule, leaving: leaving.length, members: standing.size });
  let [entered, exited] = [0, 0];
  const apply = async (
    some: { entering: readonly ProfileId[]; leaving: readonly ProfileId[] },
    flip: boolean,
  ): Promise<void> => {
    context.signal.throwIfAborted();
    const outcome = await deps.store.applyDiff({ fence, rule, evaluatedAt: now, flip, ...some });
    entered += outcome.entered;
    exited += outcome.exited;
    context.onProgress({ phase: 'writing memberships', done: entered + exited, total });
  };
  if (version.liveVersion === null) {
    for (let at = 0; at < entering.length; at += ROWS_AT_ONCE) {
      await apply({ entering: entering.slice(at, at + ROWS_AT_ONCE), leaving: [] }, false);
    }
    for (let at = 0; at < leaving.length; at += ROWS_AT_ONCE) {
      await apply({ entering: [], leaving: leaving.slice(at, at + ROWS_AT_ONCE) }, false);
    }
    await apply({ entering: [], leaving: [] }, true);
  } else {
    await apply({ entering, leaving }, true);
  }
  return { phase: 'settling', after: null, members: wanted.size, entered, exited };
}

/** Everybody once with the new rule, and whatever refers to it: timers, and those who changed since the answer. */
async function settle(
  deps: BackfillDeps,
  context: RunContext,
  from: { version: VersionToFill; checkpoint: Checkpoint },
): Promise<number> {
  const { fence, signal } = context;
  const { workspaceId } = fence;
  const { segments } = deps.ruleSets.of(await deps.store.liveRules(workspaceId));
  const affected = withDependents(segments, new Set([from.version.rule.key]));
  // A list that nothing refers to: its members stand as they were counted.
  if (affected.length === 0) return 0;
  const { entered, exited } = await walkProfiles(deps, {
    workspaceId,
    segmentIds: affected.map(({ segmentId }) => segmentId),
    cause: 'edit',
    after: from.checkpoint.after,
    fence,
    signal,
    onStep: async (after, totals) => {
      await deps.store.saveCheckpoint(fence, { ...from.checkpoint, after });
      context.onProgress({ phase: 'setting timers', done: totals.profiles, total: null });
    },
  });
  return entered + exited;
}

/**
 * Computes a version of a segment for everybody and makes it the one that serves.
 *
 * Promise   at least once; each entry and exit once; the old version serves until the new one is whole
 * Key       the standing membership, under the run's fence
 * Order     members from the column store → difference → pointer → timers and people who changed meanwhile
 * Resume    before the pointer: anew, what stands is not written again; behind it: from the checkpoint
 * Size      at most 5,000 changes a transaction while nothing serves; an edit's difference in one, so that no reader
 *           sees two versions mixed
 * Throws    SEGMENTS_GUARD_HELD when an edit would take more than 30 % of the members out and nobody released it;
 *           SEGMENTS_VERSION_MISSING, SEGMENTS_SEGMENT_ARCHIVED, SEGMENTS_RULE_… when the rule cannot be evaluated
 */
export async function backfillSegment(
  deps: BackfillDeps,
  context: RunContext,
  params: RunParams<'segments.backfill'>,
): Promise<BackfillResult> {
  const { segmentId, version: number, released: isReleased = false } = params;
  const version = await deps.store.versionToFill(context.fence.workspaceId, segmentId, number);
  if (version === null) throw segmentsFlowErrors.SEGMENTS_VERSION_MISSING({ segmentId, version: number });
  if (version.isArchived && params.emptied === true) {
    const { exited } = await emptySegment(deps, context, version);
    return { members: 0, entered: 0, exited, corrected: 0 };
  }
  if (version.isArchived) throw segmentsFlowErrors.SEGMENTS_SEGMENT_ARCHIVED({ key: version.rule.key });
  const earlier = checkpointSchema.safeParse(context.run.checkpoint);
  const checkpoint = earlier.success ? earlier.data : await publish(deps, context, { ...version, isReleased });
  await deps.store.saveCheckpoint(context.fence, checkpoint);
  const corrected = await settle(deps, context, { version, checkpoint });
  return { members: checkpoint.members, entered: checkpoint.entered, exited: checkpoint.exited, corrected };
}
