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
import { parseCursor, toPage } from './paging';

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

function inRange(column: 'minute' | 'received_at', of: TimeRange & { readonly sourceId?: SourceId | undefined }) {
  const name = sql.ref(column);
  const from = of.fromMs === undefined ? sql`` : sql`and ${name} >= ${minute(of.fromMs)}::timestamptz`;
  const to = of.toMs === undefined ? sql`` : sql`and ${name} < ${minute(of.toMs)}::timestamptz`;
  const source = of.sourceId === undefined ? sql`` : sql`and source_id = ${of.sourceId}::uuid`;
  return sql`${from} ${to} ${source}`;
}

const cursor = z.tuple([z.iso.datetime({ offset: true }), z.uuid()]);

/** The ledger by time, and held against the events that are there. */
export function ledgerReader(scope: Scope): Pick<TrackingReader, 'ledgerSeries' | 'balance'> {
  return {
    async ledgerSeries(of, request) {
      const after = parseCursor(request.after, cursor);
      // As a literal: an expression with a parameter is not the one it is grouped by.
      const at = sql`date_trunc(${sql.lit(of.step)}, minute)`;
      const behind = after ? sql`having (${at}, source_id) > (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``;
      const { rows } = await reading(scope, (tx) =>
        sql<Sums & { source_id: string; at: Date }>`
          select source_id, ${at} as at, ${sums} from ledger_minute
          where workspace_id = ${scope.workspaceId} ${inRange('minute', of)}
          group by ${at}, source_id ${behind}
          order by ${at}, source_id limit ${request.first + 1}`.execute(tx),
      );
      return toPage(rows, {
        request,
        node: (row) => ({ sourceId: sourceIdSchema.parse(row.source_id), at: row.at.getTime(), ...countsOf(row) }),
        cursor: (row) => [row.at.toISOString(), row.source_id],
      });
    },
    async balance(of) {
      // One statement is one snapshot: the books and the events are of the same instant.
      const { rows } = await reading(scope, (tx) =>
        sql<Sums & { processed: string; pending: string }>`
          select l.*, e.processed, e.pending
          from (select ${sums} from ledger_minute
                where workspace_id = ${scope.workspaceId} ${inRange('minute', of)}) as l,
            (select coalesce(sum(row_weight) filter (where is_assigned), 0) as processed,
               coalesce(sum(row_weight) filter (where not is_assigned), 0) as pending
             from (select row_weight, exists (
                     select 1 from event_assignment a
                     where a.workspace_id = event.workspace_id and a.event_id = event.id) as is_assigned
                   from event where workspace_id = ${scope.workspaceId} ${inRange('received_at', of)}) as each) as e`.execute(
          tx,
        ),
      );
      const [row] = rows;
      return { ...countsOf(row), processed: Number(row?.processed ?? 0), pending: Number(row?.pending ?? 0) };
    },
  };
}
