import type { JobControl, ProfileId, SegmentId, WorkspaceId } from '@kohort/kernel-contracts';
import { compileToSql, parseRule } from '@kohort/segments-domain';
import { compileLiveRules, rulesByKey } from './live-rule-set';
import { MOST_EXCLUDED, type PreviewDeps } from './preview-segment.flow';
import { segmentsFlowErrors } from './segments-flow-errors';

/** What is asked: a page of a segment at an instant. */
export interface MembersKnownNowRequest {
  readonly workspaceId: WorkspaceId;
  readonly key: string;
  /** Epoch milliseconds; one that lies ahead is now. */
  readonly asOf: number;
  /** The last of the page before; null for the first. */
  readonly after: ProfileId | null;
  readonly limit: number;
}

/** A page of those who were in. */
export interface MembersKnownNow {
  readonly segmentId: SegmentId;
  readonly segmentVersion: number;
  /** In the order of ids. */
  readonly ids: readonly ProfileId[];
}

const FIRST_ID = '';

/**
 * Who was in a segment at an instant by what is known now: the rule that serves, asked of the column store for that instant,
 * with late events, merges and corrected traits where they belong. Scores, consent and the memberships of lists are as they
 * stand, for they have no past.
 *
 * Ties    by profile id; `after` is the last of the page before, null for the first
 * Cost    one load of what is new, one statement for each page
 * Throws  SEGMENTS_SEGMENT_NOT_LIVE, SEGMENTS_NODE_UNSUPPORTED, COLUMNS_…
 */
export async function membersKnownNow(
  deps: PreviewDeps,
  request: MembersKnownNowRequest,
  control?: JobControl,
): Promise<MembersKnownNow> {
  const { workspaceId, key, asOf, after, limit } = request;
  const { now, rules } = await deps.store.read(workspaceId, [], () => ({ eventNames: [], traitKeys: [] }));
  const live = rules.segments.find((segment) => segment.key === key);
  if (live === undefined) throw segmentsFlowErrors.SEGMENTS_SEGMENT_NOT_LIVE({ key });
  const segments = rulesByKey(compileLiveRules(rules).segments.filter((segment) => segment.key !== key));
  const nowMs = Math.min(asOf, now);
  const options = { workspaceId, nowMs, timezone: rules.timezone, key, segments };
  const { sql, params } = compileToSql(parseRule(live.rule, key), options);
  await deps.refresh(workspaceId, control);
  const excluded = await deps.store.suppressed(workspaceId, MOST_EXCLUDED);
  const page = `SELECT profile_id FROM (${sql})
    WHERE toString(profile_id) > {after:String} AND NOT has({excluded:Array(UUID)}, profile_id)
    ORDER BY toString(profile_id) LIMIT ${Math.max(1, Math.trunc(limit))}`;
  const ids = await deps.columns.members(page, { ...params, after: after ?? FIRST_ID, excluded }, control);
  return { segmentId: live.segmentId, segmentVersion: live.version, ids };
}
