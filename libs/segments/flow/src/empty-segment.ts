import type { ProfileId, RunContext, VersionToFill } from '@kohort/kernel-contracts';
import { evaluateProfiles, type SegmentsDeps } from './evaluate-profiles';
import { withDependents } from './live-rule-set';

/** Changes of one transaction. */
const ROWS_AT_ONCE = 5_000;

/**
 * Takes everybody out of an archived segment, so that each destination is owed the removals, and asks the segments that
 * name it about them. It serves nothing, so that the exits may come in steps; a repeat finds those who are left.
 */
export async function emptySegment(
  deps: SegmentsDeps,
  context: RunContext,
  { rule }: VersionToFill,
): Promise<{ exited: number }> {
  const { fence, signal } = context;
  const { now } = await deps.store.read(fence.workspaceId, [], () => ({ eventNames: [], traitKeys: [] }));
  const members: readonly ProfileId[] = await deps.store.membersOf(fence.workspaceId, rule.segmentId);
  const { segments } = deps.ruleSets.of(await deps.store.liveRules(fence.workspaceId));
  const segmentIds = withDependents(segments, new Set([rule.key])).map(({ segmentId }) => segmentId);
  let exited = 0;
  for (let at = 0; at < members.length; at += ROWS_AT_ONCE) {
    signal.throwIfAborted();
    const leaving = members.slice(at, at + ROWS_AT_ONCE);
    const outcome = await deps.store.applyDiff({ fence, rule, evaluatedAt: now, flip: false, entering: [], leaving });
    exited += outcome.exited;
    const profiles = leaving.map((profileId) => ({ profileId, cause: 'edit' as const, eventId: null }));
    if (segmentIds.length > 0)
      await evaluateProfiles(deps, { workspaceId: fence.workspaceId, profiles, segmentIds, fence, signal });
    context.onProgress({ phase: 'taking everybody out', done: exited, total: members.length });
  }
  return { exited };
}
