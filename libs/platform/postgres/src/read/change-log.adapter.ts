import { sql } from 'kysely';
import {
  eventIdSchema,
  profileIdSchema,
  segmentIdSchema,
  type ChangeLogPort,
  type MembershipChange,
  type MembershipChangeBatch,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Selectable } from 'kysely';
import { decodeCursor, encodeCursor, type CursorScope } from '../cursor';
import type { Database } from '../database';
import { logEpoch, logHorizon, readLog } from '../read-log';
import type { KohortTables } from '../tables';
import { ms } from './columns';

function toChange(row: Selectable<KohortTables['membership_change']>, scope: CursorScope): MembershipChange {
  return {
    cursor: encodeCursor({ xid: row.xid, seq: row.seq }, scope),
    segmentId: segmentIdSchema.parse(row.segment_id),
    segmentKey: row.segment_key,
    profileId: profileIdSchema.parse(row.profile_id),
    kind: row.kind === 'entered' ? 'entered' : 'exited',
    changeVersion: Number(row.change_version),
    segmentVersion: row.segment_version,
    evaluatedAt: ms(row.evaluated_at),
    recordedAt: ms(row.recorded_at),
    cause: row.cause,
    eventId: row.event_id === null ? null : eventIdSchema.parse(row.event_id),
  };
}

/** The membership change log in PostgreSQL, read by the commit-safe reader. `cursorKey` signs the cursors. */
export function changeLogAdapter(database: Database, cursorKey: Buffer): ChangeLogPort {
  const scopeOf = (workspaceId: WorkspaceId, epoch: number): CursorScope => ({
    table: 'membership_change',
    workspaceId,
    epoch,
    key: cursorKey,
  });
  return {
    readAfter: (workspaceId, cursor, limit): Promise<MembershipChangeBatch> =>
      database.inWorkspace(
        workspaceId,
        async (tx) => {
          const scope = scopeOf(workspaceId, await logEpoch(tx));
          const after = decodeCursor(cursor, scope);
          const page = await readLog(tx, { table: 'membership_change', after, limit, workspaceId });
          return {
            changes: page.rows.map((row) => toChange(row, scope)),
            cursor: page.rows.length === 0 || page.next === null ? cursor : encodeCursor(page.next, scope),
            more: page.rows.length === limit,
          };
        },
        { readOnly: true },
      ),
    head: (workspaceId) =>
      database.inWorkspace(
        workspaceId,
        async (tx) => encodeCursor(await logHorizon(tx), scopeOf(workspaceId, await logEpoch(tx))),
        { readOnly: true },
      ),
    horizon: async () => {
      const { rows } = await sql<{ xmin: string }>`
        select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`.execute(database.relay);
      return rows[0]?.xmin ?? '0';
    },
  };
}
