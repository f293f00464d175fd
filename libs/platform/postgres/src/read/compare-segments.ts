import { sql } from 'kysely';
import {
  MAX_COMPARED_SEGMENTS,
  type SegmentFlow,
  type SegmentId,
  type SegmentMigration,
  type SegmentMigrationRequest,
  type SegmentOverlap,
} from '@kohort/kernel-contracts';
import { reading, type Scope } from './deadline';
import { readErrors } from './read.errors';

function requireFew(ids: readonly SegmentId[]): void {
  const few = ids.length >= 1 && ids.length <= MAX_COMPARED_SEGMENTS;
  if (!few || new Set(ids).size < ids.length) {
    throw readErrors.READ_SEGMENTS_OUT_OF_RANGE({ limit: MAX_COMPARED_SEGMENTS });
  }
}

/**
 * How many people each two of these segments share. Each person is one bit mask of the segments that they are in; pairs
 * are counted over the masks that occur, not over people.
 *
 * Cost    one read of the members
 * Throws  READ_SEGMENTS_OUT_OF_RANGE
 */
export async function segmentOverlap(scope: Scope, ids: readonly SegmentId[]): Promise<readonly SegmentOverlap[]> {
  requireFew(ids);
  const places = sql`generate_series(0, ${ids.length}::int - 1)`;
  const { rows } = await reading(scope, (tx) =>
    sql<{ a: number; b: number; people: string }>`
      with masks as materialized (
        select mask, count(*) as people from (
          select bit_or(1 << (array_position(${ids}::uuid[], m.segment_id) - 1)) as mask from membership m
          where m.workspace_id = ${scope.workspaceId} and m.segment_id = any(${ids}::uuid[]) and m.member
          group by m.profile_id) as each
        group by mask)
      select a.i as a, b.i as b, sum(people) as people
      from ${places} as a (i) join ${places} as b (i) on a.i <= b.i
      join masks on mask & (1 << a.i) <> 0 and mask & (1 << b.i) <> 0
      group by 1, 2 order by 1, 2`.execute(tx),
  );
  return rows.flatMap((row) => {
    const [a, b] = [ids[row.a], ids[row.b]];
    return a === undefined || b === undefined ? [] : [{ a, b, people: Number(row.people) }];
  });
}

/**
 * Who was in which of the first segments at one instant and in which of the second at another. Somebody is in at an
 * instant when the entries recorded before it are one more than the exits.
 *
 * Cost    one read of the segments' changes
 * Throws  READ_SEGMENTS_OUT_OF_RANGE
 */
export async function segmentMigration(scope: Scope, request: SegmentMigrationRequest): Promise<SegmentMigration> {
  const { from, to } = request;
  requireFew(from);
  requireFew(to);
  const before = (epochMs: number) => sql`recorded_at < ${new Date(epochMs).toISOString()}::timestamptz`;
  const net = sql`sum(case kind when 'entered' then 1 else -1 end)`;
  const bit = (ids: readonly SegmentId[], isIn: 'was_in' | 'is_in') =>
    sql`bit_or(case when ${sql.ref(isIn)} then coalesce(1 << (array_position(${ids}::uuid[], segment_id) - 1), 0)
      else 0 end)`;
  // Place -1 is none of the set.
  const places = (ids: readonly SegmentId[]) => sql`generate_series(-1, ${ids.length}::int - 1)`;
  const { rows } = await reading(scope, (tx) =>
    sql<{ from: number; to: number; people: string; all_people: string }>`
      with masks as materialized (
        select was, now, count(*) as people from (
          select ${bit(from, 'was_in')} as was, ${bit(to, 'is_in')} as now from (
            select segment_id, profile_id,
              coalesce(${net} filter (where ${before(request.fromMs)}), 0) > 0 as was_in,
              coalesce(${net} filter (where ${before(request.toMs)}), 0) > 0 as is_in
            from membership_change
            where workspace_id = ${scope.workspaceId} and segment_id = any(${[...new Set([...from, ...to])]}::uuid[])
              and ${before(Math.max(request.fromMs, request.toMs))}
            group by segment_id, profile_id) as state
          group by profile_id) as person
        where was <> 0 or now <> 0
        group by was, now)
      select f.i as "from", t.i as "to", sum(people) as people, (select sum(people) from masks) as all_people
      from masks
      join ${places(from)} as f (i) on case when f.i < 0 then was = 0 else was & (1 << f.i) <> 0 end
      join ${places(to)} as t (i) on case when t.i < 0 then now = 0 else now & (1 << t.i) <> 0 end
      group by 1, 2 order by 1, 2`.execute(tx),
  );
  const flows = rows.map((row): SegmentFlow => {
    return { from: from[row.from] ?? null, to: to[row.to] ?? null, people: Number(row.people) };
  });
  return { people: Number(rows[0]?.all_people ?? 0), flows };
}
