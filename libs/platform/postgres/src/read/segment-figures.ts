import { sql } from 'kysely';
import {
  MAX_SIZE_POINTS,
  type SegmentFigures,
  type SizeCause,
  type SizeChange,
  type SizeHistory,
  type SizeHistoryRequest,
  type SizePoint,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { reading, type Scope } from './deadline';
import { segmentMigration, segmentOverlap } from './compare-segments';
import { readErrors } from './read.errors';
import { stepBoundaries, volatilityOf } from './size-steps';

const iso = (epochMs: number): string => new Date(epochMs).toISOString();

async function timeZoneOf(tx: WorkspaceTransaction, scope: Scope): Promise<string> {
  const { workspaceId } = scope;
  const row = await tx
    .selectFrom('workspace')
    .select('time_zone')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return row?.time_zone ?? 'UTC';
}

interface StepRow {
  /** 1: the first step; one more than there are: later than all. Null: no change at all. */
  step: number | null;
  entered: string;
  exited: string;
  size: string;
}

/** The size now and the changes by step, of one snapshot. */
async function changesByStep(
  tx: WorkspaceTransaction,
  scope: Scope,
  of: { readonly segmentId: string; readonly boundaries: readonly number[] },
): Promise<readonly StepRow[]> {
  const [first] = of.boundaries;
  if (first === undefined) return [];
  const { rows } = await sql<StepRow>`
    select c.step, coalesce(c.entered, 0) as entered, coalesce(c.exited, 0) as exited, s.size
    from segment s left join (
      select width_bucket(recorded_at, ${of.boundaries.map(iso)}::timestamptz[]) as step,
        count(*) filter (where kind = 'entered') as entered, count(*) filter (where kind = 'exited') as exited
      from membership_change
      where workspace_id = ${scope.workspaceId} and segment_id = ${of.segmentId}::uuid
        and recorded_at >= ${iso(first)}::timestamptz
      group by 1) as c on true
    where s.workspace_id = ${scope.workspaceId} and s.id = ${of.segmentId}::uuid`.execute(tx);
  return rows;
}

/** Backwards from the size now: what came in later is taken away, what went is given back. */
function pointsOf(boundaries: readonly number[], rows: readonly StepRow[]): readonly SizePoint[] {
  const changes = new Map(rows.map((row) => [row.step, { entered: Number(row.entered), exited: Number(row.exited) }]));
  const none = { entered: 0, exited: 0 };
  const later = changes.get(boundaries.length) ?? none;
  let size = Number(rows[0]?.size ?? 0) - later.entered + later.exited;
  const points: SizePoint[] = [];
  for (let step = boundaries.length - 1; step >= 1; step -= 1) {
    const [fromMs, toMs] = [boundaries[step - 1], boundaries[step]];
    if (fromMs === undefined || toMs === undefined) continue;
    const change = changes.get(step) ?? none;
    points.push({ fromMs, toMs, size, ...change });
    size += change.exited - change.entered;
  }
  return points.reverse();
}

async function sizeHistory(scope: Scope, request: SizeHistoryRequest): Promise<SizeHistory> {
  const now = scope.clock.now();
  if (request.fromMs > now) throw readErrors.READ_RANGE_INVALID({ limit: MAX_SIZE_POINTS });
  return reading(scope, async (tx) => {
    const timeZone = await timeZoneOf(tx, scope);
    const toMs = Math.min(request.toMs, now + 1);
    const boundaries = stepBoundaries({ ...request, toMs }, timeZone);
    const points = pointsOf(boundaries, await changesByStep(tx, scope, { segmentId: request.segmentId, boundaries }));
    return { timeZone, points, volatility: volatilityOf(points.filter((point) => point.toMs <= now)) };
  });
}

interface CauseRow {
  /** Null: later than the stretch, or no change at all. */
  cause: string | null;
  is_new: boolean | null;
  entered: string;
  exited: string;
  size: string;
}

async function sizeChange(scope: Scope, request: Omit<SizeHistoryRequest, 'step'>): Promise<SizeChange> {
  const { segmentId, fromMs, toMs } = request;
  if (!(fromMs < toMs)) throw readErrors.READ_RANGE_INVALID({ limit: MAX_SIZE_POINTS });
  const [from, to] = [sql`${iso(fromMs)}::timestamptz`, sql`${iso(toMs)}::timestamptz`];
  const { rows } = await reading(scope, (tx) =>
    sql<CauseRow>`
      select c.cause, c.is_new, coalesce(c.entered, 0) as entered, coalesce(c.exited, 0) as exited, s.size
      from segment s left join (
        select each.cause, each.is_new, count(*) filter (where kind = 'entered') as entered,
          count(*) filter (where kind = 'exited') as exited
        from (
          select m.kind, case when m.recorded_at < ${to} then m.cause end as cause,
            m.recorded_at < ${to} and p.first_seen_at >= ${from} and p.first_seen_at < ${to} as is_new
          from membership_change m
          join profile p on p.workspace_id = m.workspace_id and p.id = m.profile_id
          where m.workspace_id = ${scope.workspaceId} and m.segment_id = ${segmentId}::uuid
            and m.recorded_at >= ${from}) as each
        group by 1, 2) as c on true
      where s.workspace_id = ${scope.workspaceId} and s.id = ${segmentId}::uuid
      order by c.cause, c.is_new desc`.execute(tx),
  );
  let after = Number(rows[0]?.size ?? 0);
  let net = 0;
  const causes: SizeCause[] = [];
  for (const row of rows) {
    const [entered, exited] = [Number(row.entered), Number(row.exited)];
    if (row.cause === null) after -= entered - exited;
    else {
      net += entered - exited;
      causes.push({ cause: row.cause, isNew: row.is_new === true, entered, exited });
    }
  }
  return { before: after - net, after, causes };
}

/** Figures over memberships and their change log; see the port for what a caller may rely on. */
export function segmentFigures(scope: Scope): SegmentFigures {
  return {
    sizeHistory: (request) => sizeHistory(scope, request),
    sizeChange: (request) => sizeChange(scope, request),
    overlap: (segmentIds) => segmentOverlap(scope, segmentIds),
    migration: (request) => segmentMigration(scope, request),
  };
}
