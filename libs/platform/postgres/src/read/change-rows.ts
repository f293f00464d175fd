import { sql, type RawBuilder, type Selectable } from 'kysely';
import {
  eventIdSchema,
  profileIdSchema,
  segmentIdSchema,
  type ChangeFilter,
  type SentChange,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { postgresErrors } from '../postgres-errors';
import type { LogPosition } from '../read-log';
import { askLast } from '../send-along';
import type { KohortTables } from '../tables';
import { ms } from './columns';

const COLUMNS = [
  ...['xid', 'seq', 'segment_id', 'segment_key', 'profile_id', 'kind', 'change_version', 'segment_version'],
  ...['evaluated_at', 'recorded_at', 'cause', 'event_id'],
] as const;
const columns = sql.join(COLUMNS.map((name) => sql.ref(name)));

/** What is read of a row of the change log. */
export type ChangeRow = Omit<
  Selectable<KohortTables['membership_change']>,
  'workspace_id' | 'batch_id' | 'rule_hash' | 'proof_hash'
>;

/** A row of the change log without its cursor. */
export function toSentChange(row: ChangeRow): SentChange {
  return {
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

/** Text that sorts as the positions do. */
export const orderOf = ({ xid, seq }: LogPosition): string => `${xid.padStart(20, '0')}.${seq.padStart(19, '0')}`;

/** The position whose text that is. */
export const positionOf = (order: string): LogPosition => {
  const [xid = '', seq = ''] = order.split('.');
  return { xid: BigInt(xid).toString(), seq: BigInt(seq).toString() };
};

/** The one of two positions that is further on. */
const laterOf = (one: LogPosition, other: LogPosition): LogPosition => (orderOf(one) < orderOf(other) ? other : one);

/** What the rows must be besides: `and …`. */
function narrowing({ segmentId, profileId, kinds }: ChangeFilter): RawBuilder<unknown> {
  const bySegment = segmentId === undefined ? sql`` : sql`and segment_id = ${segmentId}::uuid`;
  // With the segments named, the log's key finds a person's changes, however long the log is.
  const byProfile =
    profileId === undefined
      ? sql``
      : sql`and profile_id = ${profileId}::uuid and segment_id in (select id from segment)`;
  return kinds === undefined ? sql`${bySegment} ${byProfile}` : sql`${bySegment} ${byProfile} and kind = any(${kinds})`;
}

const isNarrow = ({ segmentId, profileId, kinds }: ChangeFilter): boolean =>
  segmentId !== undefined || profileId !== undefined || kinds !== undefined;

/** Some rows of the change log, and the position that is reached with them. */
export interface ChangeRows {
  readonly rows: readonly ChangeRow[];
  /** Behind what was passed over too: whoever wants few of the changes does not look through the others again. */
  readonly reached: LogPosition;
  readonly more: boolean;
  /** The timeline that the log is in. */
  readonly epoch: number;
}

/** What the log says of itself beside each of its rows, or alone where there are none. */
interface LogState {
  readonly log_epoch: number;
  /** The place lies in the future of this server: it was given out before a restore to an older state. */
  readonly log_ahead: boolean;
  readonly log_end: string;
}
type StatedRow = LogState & (ChangeRow | { readonly xid: null });

const LAST_SEQ = '9223372036854775807';

/**
 * Reads changes behind a position as `readLog` does, with the log's timeline and end, in one statement: all of it is what
 * one snapshot shows. `isLast`: its transaction asks nothing more.
 *
 * Throws  POSTGRES_CURSOR_EXPIRED as `readLog`
 */
export async function readChanges(
  tx: WorkspaceTransaction,
  of: {
    readonly workspaceId: WorkspaceId;
    readonly after: LogPosition;
    readonly limit: number;
    readonly filter: ChangeFilter;
    readonly isLast?: boolean;
  },
): Promise<ChangeRows> {
  const { workspaceId, after, limit, filter, isLast = false } = of;
  const statement = sql<StatedRow>`
    select log.*, m.*
    from (
      select coalesce((select epoch from reader_position where reader = 'timeline'), 1) as log_epoch,
        ${after.xid}::xid8 >= pg_snapshot_xmax(snapshot) as log_ahead,
        (pg_snapshot_xmin(snapshot)::text::bigint - 1)::text as log_end
      from pg_current_snapshot() as snapshot
    ) as log
    left join lateral (
      select ${columns} from membership_change
      where (xid, seq) > (${after.xid}::xid8, ${after.seq}::bigint) and workspace_id = ${workspaceId}
        and xid < pg_snapshot_xmin(pg_current_snapshot()) ${narrowing(filter)}
      order by xid, seq limit ${limit}
    ) as m on true
    order by m.xid, m.seq`;
  const answer = await (isLast ? askLast(tx, statement) : statement.execute(tx));
  const [state] = answer.rows;
  const rows = answer.rows.filter((row): row is LogState & ChangeRow => row.xid !== null);
  const last = rows.at(-1);
  if (!last && state?.log_ahead === true) throw postgresErrors.POSTGRES_CURSOR_EXPIRED();
  const next = last ? { xid: last.xid, seq: last.seq } : after;
  const more = rows.length === limit;
  // All that is at or before the end is visible to the snapshot that the rows were read in.
  const end = isNarrow(filter) && !more ? laterOf(after, { xid: state?.log_end ?? '0', seq: LAST_SEQ }) : after;
  return { rows, more, reached: laterOf(next, end), epoch: state?.log_epoch ?? 1 };
}
