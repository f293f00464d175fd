import { sql } from 'kysely';
import type { SourceId, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from './database';

/** Input records by what became of them; each is in exactly one of the five fates. */
export interface LedgerCounts {
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly suppressed: number;
  readonly quarantined: number;
}

/** What was received from one source in one minute. */
export interface LedgerEntry {
  readonly workspaceId: WorkspaceId;
  readonly sourceId: SourceId;
  /** Any instant of the minute, epoch milliseconds. */
  readonly at: number;
  readonly counts: LedgerCounts;
}

const MINUTE_MS = 60_000;

/**
 * Adds to the ledger in the transaction that decides the records' fates. `received` is their sum, so that the law of
 * conservation cannot be broken by a caller's slip; the table checks it again.
 */
export async function addToLedger(tx: WorkspaceTransaction, entry: LedgerEntry): Promise<void> {
  const { stored, duplicate, rejected, suppressed, quarantined } = entry.counts;
  const received = stored + duplicate + rejected + suppressed + quarantined;
  if (received === 0) return;
  const minute = new Date(Math.floor(entry.at / MINUTE_MS) * MINUTE_MS);
  await sql`
    insert into ledger_minute as l
      (workspace_id, source_id, minute, received, stored, duplicate, rejected, suppressed, quarantined)
    values (${entry.workspaceId}, ${entry.sourceId}, ${minute}, ${received}, ${stored}, ${duplicate}, ${rejected},
            ${suppressed}, ${quarantined})
    on conflict (workspace_id, source_id, minute) do update set
      received = l.received + excluded.received, stored = l.stored + excluded.stored,
      duplicate = l.duplicate + excluded.duplicate, rejected = l.rejected + excluded.rejected,
      suppressed = l.suppressed + excluded.suppressed, quarantined = l.quarantined + excluded.quarantined`.execute(tx);
}

/** The ledger held against the events that are there. Both residuals must be 0. */
export interface LedgerBalance extends LedgerCounts {
  readonly received: number;
  /** received − the five fates. */
  readonly residual: number;
  /** stored − the records that the event rows stand for. */
  readonly storedResidual: number;
  /** Stored records whose events are not yet assigned to a person. */
  readonly pending: number;
}

/**
 * Balances the ledger since an instant (its minute included). For a consistent answer while events come in, give it a
 * `repeatable read` transaction.
 *
 * Cost    reads every event since then
 */
export async function ledgerResidual(
  tx: WorkspaceTransaction,
  scope: { readonly workspaceId: WorkspaceId; readonly since?: number },
): Promise<LedgerBalance> {
  const since = new Date(Math.floor((scope.since ?? 0) / MINUTE_MS) * MINUTE_MS);
  const answer = await sql<Record<string, string>>`
    select coalesce(sum(received), 0) as received, coalesce(sum(stored), 0) as stored,
      coalesce(sum(duplicate), 0) as duplicate, coalesce(sum(rejected), 0) as rejected,
      coalesce(sum(suppressed), 0) as suppressed, coalesce(sum(quarantined), 0) as quarantined,
      (select coalesce(sum(row_weight), 0) from event
       where workspace_id = ${scope.workspaceId} and received_at >= ${since}) as event_records,
      (select coalesce(sum(e.row_weight), 0) from event e
       where e.workspace_id = ${scope.workspaceId} and e.received_at >= ${since} and not exists (
         select 1 from event_assignment a where a.workspace_id = e.workspace_id and a.event_id = e.id)) as pending
    from ledger_minute where workspace_id = ${scope.workspaceId} and minute >= ${since}`.execute(tx);
  const row = answer.rows[0];
  const of = (name: string): number => Number(row?.[name] ?? 0);
  const counts = {
    stored: of('stored'),
    duplicate: of('duplicate'),
    rejected: of('rejected'),
    suppressed: of('suppressed'),
    quarantined: of('quarantined'),
  };
  const fates = counts.stored + counts.duplicate + counts.rejected + counts.suppressed + counts.quarantined;
  return {
    ...counts,
    received: of('received'),
    residual: of('received') - fates,
    storedResidual: counts.stored - of('event_records'),
    pending: of('pending'),
  };
}
