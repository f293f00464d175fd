import { sql } from 'kysely';
import {
  type ChangeFilter,
  type ChangeLogPort,
  type ChangePlace,
  type MembershipChange,
  type MembershipChangeBatch,
  type MembershipRecord,
  type Page,
  type PageRequest,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Selectable } from 'kysely';
import { decodeCursor, encodeCursor, openCursor, type CursorScope } from '../cursor';
import type { Database, WorkspaceTransaction } from '../database';
import { postgresErrors } from '../postgres-errors';
import { logEpoch, logHorizon, readLog, type LogPosition } from '../read-log';
import type { KohortTables } from '../tables';
import { orderOf, readChanges, toSentChange } from './change-rows';
import { membersAt, type MembersAt } from './members-at';

/** Cursors that are remembered with their places. */
const MOST_RECENT = 4_000;

/** Where the cursors stand that were just given out: whoever asks of those need not prove them. */
class RecentPlaces {
  private readonly places = new Map<string, ChangePlace>();

  encode(position: LogPosition, scope: CursorScope): string {
    const cursor = encodeCursor(position, scope);
    const [oldest] = this.places.size >= MOST_RECENT ? this.places.keys() : [];
    if (oldest !== undefined) this.places.delete(oldest);
    this.places.set(`${scope.workspaceId} ${cursor}`, { epoch: scope.epoch, order: orderOf(position) });
    return cursor;
  }

  of(workspaceId: WorkspaceId, cursor: string): ChangePlace | undefined {
    return this.places.get(`${workspaceId} ${cursor}`);
  }
}

/** What the log is opened with. */
export interface ChangeLogOptions {
  /** Signs the cursors. */
  readonly cursorKey: Buffer;
  /** How long a client may stay away and still resume; seven days when absent. */
  readonly retentionMs?: number | undefined;
}

const DAY_MS = 86_400_000;
const TABLE = 'membership_change';

/** One workspace's log within a transaction. */
class LogReading {
  private constructor(
    private readonly tx: WorkspaceTransaction,
    private readonly scope: CursorScope,
    private readonly recent: RecentPlaces,
  ) {}

  static async open(
    tx: WorkspaceTransaction,
    of: Omit<CursorScope, 'epoch'>,
    recent: RecentPlaces,
  ): Promise<LogReading> {
    return new LogReading(tx, { ...of, epoch: await logEpoch(tx) }, recent);
  }

  private encode(position: LogPosition): string {
    return this.recent.encode(position, this.scope);
  }

  private toChange(row: Selectable<KohortTables['membership_change']>): MembershipChange {
    return { cursor: this.encode({ xid: row.xid, seq: row.seq }), ...toSentChange(row) };
  }

  decode(cursor: string): LogPosition {
    return decodeCursor(cursor, this.scope);
  }

  async head(): Promise<string> {
    return this.encode(await logHorizon(this.tx));
  }

  async readAfter(cursor: string, limit: number, filter: ChangeFilter): Promise<MembershipChangeBatch> {
    const { workspaceId } = this.scope;
    const after = this.decode(cursor);
    const { rows, reached, more } = await readChanges(this.tx, { workspaceId, after, limit, filter });
    return {
      changes: rows.map((row) => this.toChange(row)),
      // Who has not moved keeps the cursor that they have.
      cursor: orderOf(reached) === orderOf(after) ? cursor : this.encode(reached),
      more,
    };
  }

  async latest(limit: number): Promise<MembershipChangeBatch> {
    const end = await logHorizon(this.tx);
    const { rows } = await sql<Selectable<KohortTables['membership_change']>>`
      select * from membership_change
      where workspace_id = ${this.scope.workspaceId} and (xid, seq) <= (${end.xid}::xid8, ${end.seq}::bigint)
      order by xid desc, seq desc limit ${limit}`.execute(this.tx);
    return {
      changes: rows.reverse().map((row) => this.toChange(row)),
      cursor: this.encode(end),
      more: rows.length === limit,
    };
  }

  /** The place of a cursor that may be resumed from. */
  async resumable(cursor: string, retentionMs: number): Promise<LogPosition> {
    const after = this.decode(cursor);
    const { workspaceId } = this.scope;
    const { rows } = await readLog(this.tx, { table: TABLE, after, limit: 1, workspaceId });
    const [first] = rows;
    if (first) {
      const { rows: answer } = await sql<{ expired: boolean }>`
        select ${first.recorded_at.toISOString()}::timestamptz < now() - ${retentionMs} * interval '1 millisecond'
          as expired`.execute(this.tx);
      if (answer[0]?.expired === true) throw postgresErrors.POSTGRES_CURSOR_EXPIRED();
    }
    return after;
  }

  async membersAt(of: Omit<MembersAt, 'workspaceId'>, page: PageRequest): Promise<Page<MembershipRecord>> {
    return membersAt(this.tx, { workspaceId: this.scope.workspaceId, ...of }, page);
  }
}

/** The membership change log in PostgreSQL, read by the commit-safe reader. */
export function changeLogAdapter(database: Database, options: ChangeLogOptions): ChangeLogPort {
  const { cursorKey: key, retentionMs = 7 * DAY_MS } = options;
  const recent = new RecentPlaces();
  const within = <T>(workspaceId: WorkspaceId, work: (reading: LogReading) => Promise<T>): Promise<T> =>
    database.inWorkspace(
      workspaceId,
      async (tx) => work(await LogReading.open(tx, { table: TABLE, workspaceId, key }, recent)),
      { readOnly: true, keepPlans: true },
    );
  return {
    retentionMs,
    readAfter: (workspaceId, cursor, { limit, filter = {} }) =>
      within(workspaceId, (reading) => reading.readAfter(cursor, limit, filter)),
    latest: (workspaceId, limit) => within(workspaceId, (reading) => reading.latest(limit)),
    check: (workspaceId, cursor) =>
      within(workspaceId, async (reading) => {
        await reading.resumable(cursor, retentionMs);
      }),
    placeOf: (workspaceId, cursor) => {
      const known = recent.of(workspaceId, cursor);
      if (known) return known;
      const { epoch, ...position } = openCursor(cursor, { table: TABLE, workspaceId, key });
      return { epoch, order: orderOf(position) };
    },
    head: (workspaceId) => within(workspaceId, (reading) => reading.head()),
    membersAt: (workspaceId, { cursor, segmentId }, page) =>
      within(workspaceId, async (reading) => {
        const place = await reading.resumable(cursor, retentionMs);
        return reading.membersAt({ place, segmentId }, page);
      }),
    horizon: async () => {
      const { rows } = await sql<{ xmin: string; xmax: string }>`
        select pg_snapshot_xmin(snapshot)::text as xmin, pg_snapshot_xmax(snapshot)::text as xmax
        from pg_current_snapshot() as snapshot`.execute(database.relay);
      const { xmin = '0', xmax = '0' } = rows[0] ?? {};
      return { readable: BigInt(xmin), committed: BigInt(xmax) };
    },
  };
}
