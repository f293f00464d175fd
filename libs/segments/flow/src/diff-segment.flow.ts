import type { JobControl, Json, ProfileId, WorkspaceId } from '@kohort/kernel-contracts';
import { GUARDED_SHARE } from './guard';
import { withDependents } from './live-rule-set';
import { previewSegment, type PreviewDeps, type SegmentPreview } from './preview-segment.flow';

/** What serving a rule would change in a segment. */
export interface SegmentDiff {
  readonly preview: SegmentPreview;
  /** Members now, as the column store knows them. */
  readonly standing: number;
  readonly entering: number;
  readonly leaving: number;
  readonly staying: number;
  readonly enteringSample: readonly ProfileId[];
  readonly leavingSample: readonly ProfileId[];
  /** So many would leave that a person has to release it. */
  readonly wouldBeHeld: boolean;
  /** Keys of live segments whose rules refer to it, directly or through others. */
  readonly dependents: readonly string[];
}

/**
 * Holds a rule against the members that its segment has now.
 *
 * Cost    one preview
 * Throws  as `previewSegment`
 */
export async function diffSegment(
  deps: PreviewDeps,
  request: { readonly workspaceId: WorkspaceId; readonly key: string; readonly rule: Json },
  control?: JobControl,
): Promise<SegmentDiff> {
  const { workspaceId, key, rule } = request;
  // The segment itself is none of the rules that may be referred to, so that it is looked up as it stands.
  const preview = await previewSegment(deps, { workspaceId, rule, key, compare: [key] }, control);
  const [now] = preview.overlap;
  const [standing, staying] = [now?.size ?? 0, now?.shared ?? 0];
  const leaving = standing - staying;
  const { segments } = deps.ruleSets.of(await deps.store.liveRules(workspaceId));
  const dependents = withDependents(segments, new Set([key])).map((segment) => segment.key);
  return {
    preview,
    standing,
    staying,
    leaving,
    entering: preview.members - staying,
    enteringSample: now?.onlyMembers ?? [],
    leavingSample: now?.onlyOther ?? [],
    wouldBeHeld: leaving > standing * GUARDED_SHARE,
    dependents: dependents.filter((other) => other !== key).sort(),
  };
}
