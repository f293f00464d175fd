import { sql } from 'kysely';
import { segmentIdSchema, type SegmentLagRecord } from '@kohort/kernel-contracts';
import { reading, type Scope } from './deadline';
import { uuidsOf } from './paging';

/** The latest changes of a segment that its lag is measured on. */
const LAG_CHANGES = 1_000;

/**
 * From the acceptance of events to the recorded changes of membership that they brought about, by nearest rank.
 *
 * Units   milliseconds
 * Cost    the latest 1,000 changes of each segment, each event found by its key
 */
export async function segmentLags(scope: Scope, ids: readonly string[]): Promise<readonly SegmentLagRecord[]> {
  const { rows } = await reading(scope, (tx) =>
    sql<{ id: string; p50: number; p99: number; changes: string }>`
      select wanted.id, percentile_disc(0.5) within group (order by late.lag) as p50,
        percentile_disc(0.99) within group (order by late.lag) as p99, count(*) as changes
      from unnest(${uuidsOf(ids)}::uuid[]) as wanted (id)
      cross join lateral (
        select greatest(0, extract(epoch from latest.recorded_at - a.received_at)::float8 * 1000) as lag
        from (
          select c.recorded_at, c.event_id from membership_change c
          where c.workspace_id = ${scope.workspaceId} and c.segment_id = wanted.id
          order by c.xid desc, c.seq desc limit ${LAG_CHANGES}) as latest
        cross join lateral (
          select received_at from event_assignment
          where workspace_id = ${scope.workspaceId} and event_id = latest.event_id limit 1) as a) as late
      group by wanted.id`.execute(tx),
  );
  return rows.map(({ id, p50, p99, changes }) => ({
    segmentId: segmentIdSchema.parse(id),
    p50Ms: p50,
    p99Ms: p99,
    changes: Number(changes),
  }));
}
