import { sql } from 'kysely';
import {
  profileIdSchema,
  segmentIdSchema,
  type MembershipRecord,
  type Page,
  type PageRequest,
} from '@kohort/kernel-contracts';
import { ms } from './columns';
import { reading, type Scope } from './deadline';
import { cursorUuid, listOf, parseCursor, toPage, uuidsOf } from './paging';

/** The latest change of a member, as it is read. */
export interface MemberRow {
  segment_id: string;
  profile_id: string;
  change_version: string;
  segment_version: number;
  evaluated_at: Date;
  cause: string;
}

/** Whoever is in has entered last and not left since. */
export const toMember = (row: MemberRow): MembershipRecord => ({
  segmentId: segmentIdSchema.parse(row.segment_id),
  profileId: profileIdSchema.parse(row.profile_id),
  member: true,
  changeVersion: Number(row.change_version),
  segmentVersion: row.segment_version,
  enteredAt: ms(row.evaluated_at),
  exitedAt: null,
  cause: row.cause,
});

/**
 * Those whose latest change recorded before an instant is an entry, by profile id.
 *
 * Cost    the changes of the people up to the end of the page, in the order of the log's key: no sort of the whole
 */
export async function membersAsOf(
  scope: Scope,
  of: { readonly segmentId: string; readonly asOfMs: number },
  request: PageRequest,
): Promise<Page<MembershipRecord>> {
  const mark = listOf(scope, 'membersAsOf', of.segmentId, of.asOfMs);
  const after = parseCursor(request.after, cursorUuid, mark);
  const [segmentId] = uuidsOf([of.segmentId]);
  if (segmentId === undefined) return { items: [], hasNextPage: false };
  const behind = after ? sql`and profile_id > ${after[0]}::uuid` : sql``;
  const { rows } = await reading(scope, (tx) =>
    sql<MemberRow>`
      select * from (
        select distinct on (profile_id)
          segment_id, profile_id, kind, change_version, segment_version, evaluated_at, cause
        from membership_change
        where workspace_id = ${scope.workspaceId} and segment_id = ${segmentId}::uuid
          and recorded_at < ${new Date(of.asOfMs).toISOString()}::timestamptz ${behind}
        order by profile_id, change_version desc) as latest
      where kind = 'entered' order by profile_id limit ${request.first + 1}`.execute(tx),
  );
  return toPage(rows, { request, list: mark, node: toMember, cursor: (row) => [row.profile_id] });
}
