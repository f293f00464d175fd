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
import { logHorizon, readLog, type LogPosition } from '../read-log';
import type { KohortTables } from '../tables';
import { ms } from './columns';

/** A row of the change log without its cursor. */
export function toSentChange(row: Selectable<KohortTables['membership_change']>): SentChange {
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
  readonly rows: readonly Selectable<KohortTables['membership_change']>[];
  /** Behind what was passed over too: whoever wants few of the changes does not look through the others again. */
  readonly reached: LogPosition;
  readonly more: boolean;
}

/** Reads changes behind a position. */
export async function readChanges(
  tx: WorkspaceTransaction,
  of: {
    readonly workspaceId: WorkspaceId;
    readonly after: LogPosition;
    readonly limit: number;
    readonly filter: ChangeFilter;
  },
): Promise<ChangeRows> {
  const { workspaceId, after, limit, filter } = of;
  // Asked before the rows: all that is at or before it is visible to the reading that follows.
  const end = isNarrow(filter) ? laterOf(after, await logHorizon(tx)) : after;
  const narrowed = narrowing(filter);
  const { rows, next } = await readLog(tx, { table: 'membership_change', after, limit, workspaceId, narrowed });
  const more = rows.length === limit;
  return { rows, more, reached: more ? (next ?? after) : laterOf(next ?? after, end) };
}
