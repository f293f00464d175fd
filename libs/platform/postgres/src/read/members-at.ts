import { sql } from 'kysely';
import type { MembershipRecord, Page, PageRequest, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import type { LogPosition } from '../read-log';
import { toMember, type MemberRow } from './members-as-of';
import { cursorTwoUuids, parseCursor, toPage, uuidsOf, type ListMark } from './paging';

/** Whose state is asked for, and when. */
export interface MembersAt {
  readonly workspaceId: WorkspaceId;
  /** A place of the change log: all at or before it is in. */
  readonly place: LogPosition;
  readonly segmentId?: string | undefined;
}

/**
 * Those whose latest change at or before a place of the log is an entry, by segment and profile.
 *
 * Cost    the changes of the people up to the end of the page, in the order of the log's key: no sort of the whole
 * Throws  READ_CURSOR_INVALID
 */
export async function membersAt(
  tx: WorkspaceTransaction,
  of: MembersAt,
  request: PageRequest,
  list: ListMark,
): Promise<Page<MembershipRecord>> {
  const after = parseCursor(request.after, cursorTwoUuids, list);
  const [segmentId] = of.segmentId === undefined ? [undefined] : uuidsOf([of.segmentId]);
  if (of.segmentId !== undefined && segmentId === undefined) return { items: [], hasNextPage: false };
  const within = segmentId === undefined ? sql`` : sql`and segment_id = ${segmentId}::uuid`;
  const behind = after ? sql`and (segment_id, profile_id) > (${after[0]}::uuid, ${after[1]}::uuid)` : sql``;
  const { rows } = await sql<MemberRow>`
    select * from (
      select distinct on (segment_id, profile_id)
        segment_id, profile_id, kind, change_version, segment_version, evaluated_at, cause
      from membership_change
      where workspace_id = ${of.workspaceId} and (xid, seq) <= (${of.place.xid}::xid8, ${of.place.seq}::bigint)
        ${within} ${behind}
      order by segment_id, profile_id, change_version desc) as latest
    where kind = 'entered' order by segment_id, profile_id limit ${request.first + 1}`.execute(tx);
  return toPage(rows, { request, list, node: toMember, cursor: (row) => [row.segment_id, row.profile_id] });
}
