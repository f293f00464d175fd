import { sql } from 'kysely';
import {
  type ChangeLogPort,
  type ChangePage,
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
import { orderOf, positionOf, readChanges, toSentChange, type ChangeRow } from './change-rows';
import { membersAt, type MembersAt } from './members-at';
import { listOf } from './paging';

/** Cursors that are remembered with their places. */
const MOST_RECENT = 4_000;

/** Where the cursors stand that were just given out: whoever asks of those need not prove them. */
class RecentPlaces {
  private readonly places = new Map<string, ChangePlace>();

  encode(position: LogPosition, scope: CursorScope, order = orderOf(position)): string {
    const cursor = encodeCursor(position, scope);
    const [oldest] = this.places.size >= MOST_RECENT ? this.places.keys() : [];
    if (oldest !== undefined) this.places.delete(oldest);
    this.places.set(`${scope.workspaceId} ${cursor}`, { epoch: scope.epoch, order });
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

type LogScope = Omit<CursorScope, 'epoch'>;

/** A row as the port gives it. Its cursor is signed when it is first looked at: most changes are told of without. */
function toChange(row: ChangeRow, scope: CursorScope, recent: RecentPlaces): MembershipChange {
  const position = { xid: row.xid, seq: row.seq };
  const order = orderOf(position);
  let cursor: string | null = null;
  return {
    get cursor() {
      return (cursor ??= recent.encode(position, scope, order));
    },
    place: { epoch: scope.epoch, order },
    ...toSentChange(row),
  };
}

/** One workspace's log within a transaction. */
class LogReading {
  private constructor(
    private readonly tx: WorkspaceTransaction,
    private readonly scope: CursorScope,
    private readonly recent: RecentPlaces,
  ) {}

  static async open(tx: WorkspaceTransaction, of: LogScope, recent: RecentPlaces): Promise<LogReading> {
    return new LogReading(tx, { ...of, epoch: await logEpoch(tx) }, recent);
  }

  private encode(position: LogPosition): string {
    return this.recent.encode(position, this.scope);
  }

  decode(cursor: string): LogPosition {
    return decodeCursor(cursor, this.scope);
  }

  async head(): Promise<string> {
    return this.encode(await logHorizon(this.tx));
  }

  async latest(limit: number): Promise<MembershipChangeBatch> {
    const end = await logHorizon(this.tx);
    const { rows } = await sql<Selectable<KohortTables['membership_change']>>`
      select * from membership_change
      where workspace_id = ${this.scope.workspaceId} and (xid, seq) <= (${end.xid}::xid8, ${end.seq}::bigint)
      order by xid desc, seq desc limit ${limit}`.execute(this.tx);
    return {
      changes: rows.reverse().map((row) => toChange(row, this.scope, this.recent)),
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
    const mark = listOf(this.scope, 'changeMembers', orderOf(of.place), of.segmentId);
    return membersAt(this.tx, { workspaceId: this.scope.workspaceId, ...of }, page, mark);
  }
}

/** What follows a cursor, asked in one statement, which is the last of its transaction. */
async function readAfter(
  tx: WorkspaceTransaction,
  scope: LogScope,
  asked: { readonly cursor: string; readonly page: ChangePage; readonly recent: RecentPlaces },
): Promise<MembershipChangeBatch> {
  const { cursor, page, recent } = asked;
  const { workspaceId } = scope;
  const { limit, filter = {} } = page;
  const known = recent.of(workspaceId, cursor);
  const { epoch, ...after } = known ? { epoch: known.epoch, ...positionOf(known.order) } : openCursor(cursor, scope);
  const read = await readChanges(tx, { workspaceId, after, limit, filter, isLast: true });
  if (read.epoch !== epoch) throw postgresErrors.POSTGRES_CURSOR_EXPIRED();
  const now = { ...scope, epoch };
  const changes = read.rows.map((row) => toChange(row, now, recent));
  const reached = orderOf(read.reached);
  const last = changes.at(-1);
  // Who has not moved keeps the cursor that they have; whose last change is the end has that one's.
  const stands = reached === orderOf(after) ? { cursor } : last?.place.order === reached ? last : null;
  return { changes, cursor: stands?.cursor ?? recent.encode(read.reached, now), more: read.more };
}

/** The membership change log in PostgreSQL, read by the commit-safe reader. */
export function changeLogAdapter(database: Database, options: ChangeLogOptions): ChangeLogPort {
  const { cursorKey: key, retentionMs = 7 * DAY_MS } = options;
  const recent = new RecentPlaces();
  const inLog = <T>(
    workspaceId: WorkspaceId,
    work: (tx: WorkspaceTransaction, scope: LogScope) => Promise<T>,
    keepPlans = true,
  ): Promise<T> => {
    const how = { readOnly: true, keepPlans };
    return database.inWorkspace(workspaceId, (tx) => work(tx, { table: TABLE, workspaceId, key }), how);
  };
  const within = <T>(
    workspaceId: WorkspaceId,
    work: (reading: LogReading) => Promise<T>,
    keepPlans = true,
  ): Promise<T> => inLog(workspaceId, async (tx, scope) => work(await LogReading.open(tx, scope, recent)), keepPlans);
  return {
    retentionMs,
    readAfter: (workspaceId, cursor, page) =>
      inLog(workspaceId, (tx, scope) => readAfter(tx, scope, { cursor, page, recent })),
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
      within(
        workspaceId,
        async (reading) => {
          const place = await reading.resumable(cursor, retentionMs);
          return reading.membersAt({ place, segmentId }, page);
        },
        // Pages of a whole segment: how they are best read depends on where they begin.
        false,
      ),
    horizon: async () => {
      const { rows } = await sql<{ xmin: string; xmax: string }>`
        select pg_snapshot_xmin(snapshot)::text as xmin, pg_snapshot_xmax(snapshot)::text as xmax
        from pg_current_snapshot() as snapshot`.execute(database.relay);
      const { xmin = '0', xmax = '0' } = rows[0] ?? {};
      return { readable: BigInt(xmin), committed: BigInt(xmax) };
    },
  };
}
