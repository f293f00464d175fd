import { sql, type RawBuilder } from 'kysely';
import type { GroupedRequest, IngestCounts, KeyOutcome, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { sendAlong } from '../send-along';

const MINUTE_MS = 60_000;
const PARTS = ['received', 'stored', 'duplicate', 'rejected', 'suppressed', 'quarantined'] as const;

/** The counts of one request, in input records. */
export function countsOf(request: GroupedRequest, outcomes: readonly KeyOutcome[]): IngestCounts {
  const weight = (outcome: KeyOutcome): number =>
    request.messages.reduce((sum, { message }, i) => (outcomes[i] === outcome ? sum + message.rowWeight : sum), 0);
  const duplicateConflict = weight('duplicate_conflict');
  const { rejected, suppressed, quarantined } = request.refused;
  const parts = {
    stored: weight('stored'),
    duplicate: weight('duplicate') + duplicateConflict,
    rejected,
    suppressed: suppressed + weight('suppressed'),
    quarantined,
  };
  const received = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { received, ...parts, duplicateConflict };
}

/** A line of the ledger: one source, one minute. */
interface LedgerLine {
  readonly sourceId: string;
  readonly minute: number;
  readonly sums: Record<(typeof PARTS)[number], number>;
}

function linesOf(requests: readonly GroupedRequest[], counts: readonly IngestCounts[]): LedgerLine[] {
  const lines = new Map<string, LedgerLine>();
  requests.forEach(({ sourceId, receivedAt }, i) => {
    const added = counts[i];
    if (!added || added.received === 0) return;
    const minute = Math.floor(receivedAt / MINUTE_MS) * MINUTE_MS;
    const key = `${sourceId} ${String(minute).padStart(16, '0')}`;
    const none = { received: 0, stored: 0, duplicate: 0, rejected: 0, suppressed: 0, quarantined: 0 };
    const line = lines.get(key) ?? { sourceId, minute, sums: none };
    for (const part of PARTS) line.sums[part] += added[part];
    lines.set(key, line);
  });
  // In the same order in every transaction: two of them never wait for each other crosswise.
  return [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

/**
 * The last statement before the commit: all groups of a source in one minute meet on its row. `volumes`: those of its
 * events, a part of the same statement, whose rows are taken after the ledger's in every transaction.
 */
export async function addToLedger(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  done: {
    readonly requests: readonly GroupedRequest[];
    readonly counts: readonly IngestCounts[];
    readonly volumes: RawBuilder<unknown> | null;
  },
): Promise<void> {
  const lines = linesOf(done.requests, done.counts);
  if (lines.length === 0) return;
  const sums = (part: (typeof PARTS)[number]): number[] => lines.map((line) => line.sums[part]);
  const beside = done.volumes === null ? sql`` : sql`with hours as (${done.volumes})`;
  await sendAlong(
    tx,
    sql`
    ${beside}
    insert into ledger_minute as l
      (workspace_id, source_id, minute, received, stored, duplicate, rejected, suppressed, quarantined)
    select ${workspaceId}::uuid, m.source_id, 'epoch'::timestamptz + m.minute * interval '1 millisecond',
      m.received, m.stored, m.duplicate, m.rejected, m.suppressed, m.quarantined
    from unnest(
      ${lines.map((line) => line.sourceId)}::uuid[],
      ${lines.map((line) => line.minute)}::float8[],
      ${sums('received')}::bigint[], ${sums('stored')}::bigint[], ${sums('duplicate')}::bigint[],
      ${sums('rejected')}::bigint[], ${sums('suppressed')}::bigint[], ${sums('quarantined')}::bigint[]
    ) as m (source_id, minute, received, stored, duplicate, rejected, suppressed, quarantined)
    on conflict (workspace_id, source_id, minute) do update set
      received = l.received + excluded.received, stored = l.stored + excluded.stored,
      duplicate = l.duplicate + excluded.duplicate, rejected = l.rejected + excluded.rejected,
      suppressed = l.suppressed + excluded.suppressed, quarantined = l.quarantined + excluded.quarantined`,
  );
}
