import { sql } from 'kysely';
import { z } from 'zod';
import {
  sourceIdSchema,
  type LedgerPoint,
  type SourceId,
  type TimeRange,
  type TrackingReader,
} from '@kohort/kernel-contracts';
import { reading, type Scope } from './deadline';
import { listOf, parseCursor, toPage } from './paging';

const FATES = ['received', 'stored', 'duplicate', 'rejected', 'suppressed', 'quarantined'] as const;
type Sums = Record<(typeof FATES)[number], string>;
const sums = sql.raw(FATES.map((fate) => `coalesce(sum(${fate}), 0) as ${fate}`).join(', '));

function countsOf(row: Sums | undefined): Omit<LedgerPoint, 'sourceId' | 'at'> {
  const of = (fate: (typeof FATES)[number]): number => Number(row?.[fate] ?? 0);
  return {
    received: of('received'),
    stored: of('stored'),
    duplicate: of('duplicate'),
    rejected: of('rejected'),
    suppressed: of('suppressed'),
    quarantined: of('quarantined'),
  };
}

const MINUTE_MS = 60_000;
/** Whole minutes, as the books are kept: a range begins and ends with a minute of its own. */
const minute = (epochMs: number): Date => new Date(Math.floor(epochMs / MINUTE_MS) * MINUTE_MS);

function inRange(of: TimeRange & { readonly sourceId?: SourceId | undefined }) {
  const from = of.fromMs === undefined ? sql`` : sql`and minute >= ${minute(of.fromMs)}::timestamptz`;
  const to = of.toMs === undefined ? sql`` : sql`and minute < ${minute(of.toMs)}::timestamptz`;
  const source = of.sourceId === undefined ? sql`` : sql`and source_id = ${of.sourceId}::uuid`;
  return sql`${from} ${to} ${source}`;
}

/**
 * The books of a range and the events that are there. One statement is one snapshot: both are of the same instant.
 *
 * Cost    reads the events since the last sealed hour, of open hours and of the hours that the range cuts; all others are
 *         counted already
 */
function balanceOf(scope: Scope, of: TimeRange & { readonly sourceId?: SourceId | undefined }) {
  const workspace = sql`${scope.workspaceId}::uuid`;
  const source = of.sourceId === undefined ? sql`` : sql`and source_id = ${of.sourceId}::uuid`;
  const low = of.fromMs === undefined ? '-infinity' : minute(of.fromMs);
  const high = of.toMs === undefined ? 'infinity' : minute(of.toMs);
  return sql<Sums & { processed: string; pending: string }>`
    with range as materialized (
      select ${low}::timestamptz as low, ${high}::timestamptz as high,
        coalesce((select sealed_until from event_seal where workspace_id = ${workspace}), '-infinity') as sealed
    ), uncounted as materialized (
      select o.hour from event_open_hour o, range r
      where o.workspace_id = ${workspace} and o.hour < r.sealed and o.hour < r.high and o.hour > r.low - interval '1 hour'
      union
      select date_bin('1 hour', t.at, 'epoch') from range r, unnest(array[r.low, r.high]) as t (at)
      where isfinite(t.at) and t.at < r.sealed and t.at <> date_bin('1 hour', t.at, 'epoch')
    ), span as (
      select greatest(u.hour, r.low) as a, least(u.hour + interval '1 hour', r.high) as b from uncounted u, range r
      union all
      select greatest(r.low, r.sealed), r.high from range r
    ), counted as (
      select coalesce(sum(h.records), 0) as records from event_sealed_hour h, range r
      where h.workspace_id = ${workspace} ${source} and h.hour >= r.low and h.hour + interval '1 hour' <= r.high
        and h.hour < r.sealed and not exists (select 1 from uncounted u where u.hour = h.hour)
    ), looked as (
      select coalesce(sum(each.row_weight) filter (where each.is_assigned), 0) as processed,
        coalesce(sum(each.row_weight) filter (where not each.is_assigned), 0) as pending
      from span s cross join lateral (
        select row_weight, exists (
          select 1 from event_assignment a
          where a.workspace_id = event.workspace_id and a.event_id = event.id) as is_assigned
        from event where workspace_id = ${workspace} ${source} and received_at >= s.a and received_at < s.b) as each
    )
    select l.*, c.records + e.processed as processed, e.pending
    from (select ${sums} from ledger_minute where workspace_id = ${workspace} ${inRange(of)}) as l, counted c, looked e`;
}

const cursor = z.tuple([z.iso.datetime({ offset: true }), z.uuid()]);

/** The ledger by time, and held against the events that are there. */
export function ledgerReader(scope: Scope): Pick<TrackingReader, 'ledgerSeries' | 'balance'> {
  return {
    async ledgerSeries(of, request) {
      const mark = listOf(scope, 'ledgerSeries', of.step);
      const after = parseCursor(request.after, cursor, mark);
      // As a literal: an expression with a parameter is not the one it is grouped by.
      const at = sql`date_trunc(${sql.lit(of.step)}, minute)`;
      const behind = after ? sql`having (${at}, source_id) > (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
      const { rows } = await reading(scope, (tx) =>
        sql<Sums & { source_id: string; at: Date }>`
          select source_id, ${at} as at, ${sums} from ledger_minute
          where workspace_id = ${scope.workspaceId} ${inRange(of)}
          group by ${at}, source_id ${behind}
          order by ${at}, source_id limit ${request.first + 1}`.execute(tx),
      );
      return toPage(rows, {
        request,
        list: mark,
        node: (row) => ({ sourceId: sourceIdSchema.parse(row.source_id), at: row.at.getTime(), ...countsOf(row) }),
        cursor: (row) => [row.at.toISOString(), row.source_id],
      });
    },
    async balance(of) {
      const { rows } = await reading(scope, (tx) => balanceOf(scope, of).execute(tx));
      const [row] = rows;
      return { ...countsOf(row), processed: Number(row?.processed ?? 0), pending: Number(row?.pending ?? 0) };
    },
  };
}
