import type { ProfileId, RunContext, VersionToFill } from '@kohort/kernel-contracts';
import type { SegmentsDeps } from './evaluate-profiles';

/** Changes of one transaction. */
const ROWS_AT_ONCE = 5_000;

/**
 * Takes everybody out of an archived segment, so that each destination is owed the removals. It serves nothing, so that
 * the exits may come in steps; a repeat finds those who are left.
 */
export async function emptySegment(
  deps: SegmentsDeps,
  context: RunContext,
  { rule }: VersionToFill,
): Promise<{ exited: number }> {
  const { fence, signal } = context;
  const { now } = await deps.store.read(fence.workspaceId, [], () => ({ eventNames: [], traitKeys: [] }));
  const members: readonly ProfileId[] = await deps.store.membersOf(fence.workspaceId, rule.segmentId);
  let exited = 0;
  for (let at = 0; at < members.length; at += ROWS_AT_ONCE) {
    signal.throwIfAborted();
    const leaving = members.slice(at, at + ROWS_AT_ONCE);
    const outcome = await deps.store.applyDiff({ fence, rule, evaluatedAt: now, flip: false, entering: [], leaving });
    exited += outcome.exited;
    context.onProgress({ phase: 'taking everybody out', done: exited, total: members.length });
  }
  return { exited };
}
