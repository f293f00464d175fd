import { sql, type Kysely, type Selectable } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { postgresErrors } from './postgres-errors';
import type { KohortTables } from './tables';

/** The append-only tables that are read in commit-safe order. */
export type LogTable = 'outbox' | 'membership_change' | 'event_assignment' | 'trait_value';

/** A place in a log: transaction id and sequence number, both as decimal text (64 bits). */
export interface LogPosition {
  readonly xid: string;
  readonly seq: string;
}

export interface ReadLogOptions<T extends LogTable> {
  readonly table: T;
  /** Rows behind this place; null for the beginning. */
  readonly after: LogPosition | null;
  readonly limit: number;
  /** For the relay, which sees all workspaces; within a workspace's transaction row-level security does it. */
  readonly workspaceId?: WorkspaceId;
}

export interface LogPage<T extends LogTable> {
  readonly rows: readonly Selectable<KohortTables[T]>[];
  /** Where to read on: the last row, or `after` when there was none. */
  readonly next: LogPosition | null;
}

/** Whether the place lies in the future of this server: it was given out before a restore to an older state. */
async function isFromAnotherTimeline(db: Kysely<KohortTables>, position: LogPosition): Promise<boolean> {
  const answer = await sql<{ ahead: boolean }>`
    select ${position.xid}::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) as ahead`.execute(db);
  return answer.rows[0]?.ahead === true;
}

/**
 * Reads a log so that no row is ever passed over. Sequence numbers are given out before transactions commit: a reader
 * that goes by them alone skips the rows of a slower writer. Here order is (transaction, sequence), and only rows of
 * transactions older than every open one are shown, so nothing can appear behind the place already read.
 *
 * Shape   rows in (xid, seq) order, at most `limit`; the same place gives the same rows again
 * Cost    one index range; a row becomes visible when all transactions that began writing before it have ended
 * Throws  POSTGRES_CURSOR_EXPIRED when `after` lies in the future of this server
 */
export async function readLog<T extends LogTable>(
  db: Kysely<KohortTables>,
  options: ReadLogOptions<T>,
): Promise<LogPage<T>> {
  const { table, after, limit, workspaceId } = options;
  const behind = after ? sql`(xid, seq) > (${after.xid}::xid8, ${after.seq}::bigint) and` : sql``;
  const mine = workspaceId ? sql`workspace_id = ${workspaceId} and` : sql``;
  const answer = await sql<Selectable<KohortTables[T]> & LogPosition>`
    select * from ${sql.table(table)}
    where ${behind} ${mine} xid < pg_snapshot_xmin(pg_current_snapshot())
    order by xid, seq limit ${limit}`.execute(db);
  const last = answer.rows.at(-1);
  if (!last && after && (await isFromAnotherTimeline(db, after))) throw postgresErrors.POSTGRES_CURSOR_EXPIRED();
  return { rows: answer.rows, next: last ? { xid: last.xid, seq: last.seq } : after };
}

/**
 * The place behind everything that is visible now: where a reader starts who wants only what comes.
 */
export async function logHorizon(db: Kysely<KohortTables>): Promise<LogPosition> {
  const answer = await sql<{ xid: string }>`
    select (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)::text as xid`.execute(db);
  return { xid: answer.rows[0]?.xid ?? '0', seq: '9223372036854775807' };
}

/** The timeline that cursors are bound to: 1, and one more after each restore or major upgrade. */
export async function logEpoch(db: Kysely<KohortTables>): Promise<number> {
  const row = await db
    .selectFrom('reader_position')
    .select('epoch')
    .where('reader', '=', 'timeline')
    .executeTakeFirst();
  return row?.epoch ?? 1;
}

/** Makes every cursor given out so far expired. An operator's step after a logical restore. */
export async function raiseLogEpoch(db: Kysely<KohortTables>): Promise<number> {
  return db.transaction().execute(async (tx) => {
    // The relay's pool does not wait for the disk; an operator who was answered relies on it.
    await sql`set local synchronous_commit = on`.execute(tx);
    const answer = await sql<{ epoch: number }>`
      insert into reader_position (reader, xid, seq, epoch) values ('timeline', '0', 0, 2)
      on conflict (reader) do update set epoch = reader_position.epoch + 1, moved_at = now() returning epoch`.execute(
      tx,
    );
    return answer.rows[0]?.epoch ?? 1;
  });
}
