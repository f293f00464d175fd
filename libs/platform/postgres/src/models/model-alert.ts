import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { AlertKind, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

/** What an alert about a model is of. */
export interface ModelAlert {
  readonly workspaceId: WorkspaceId;
  readonly modelId: string;
  readonly kind: Extract<AlertKind, 'drift' | 'damage'>;
}

/** What was seen, how much of it, and how much would have been in order. */
export interface ModelFinding {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
}

/** Opens an alert about a model, or goes on with the one of its kind that stands. True when it was opened. */
export async function raiseModelAlert(
  tx: WorkspaceTransaction,
  { workspaceId, modelId, kind }: ModelAlert,
  { what, value, limit }: ModelFinding,
): Promise<boolean> {
  const { rows } = await sql<{ fresh: boolean }>`
    insert into volume_alert (workspace_id, id, model_id, event, kind, state, opened_at, seen_at, observed, expected, score)
    values (${workspaceId}::uuid, ${randomUUID()}::uuid, ${modelId}::uuid, ${what}, ${kind}, 'open', now(), now(),
      ${value}, ${limit}, ${limit === 0 ? value : value / limit})
    on conflict (workspace_id, model_id, kind) where state <> 'resolved' and model_id is not null do update set
      seen_at = excluded.seen_at, event = excluded.event, observed = excluded.observed, expected = excluded.expected,
      score = excluded.score
    returning (xmax = 0) as fresh`.execute(tx);
  return rows[0]?.fresh === true;
}

/** Resolves the alert that stands. True when there was one. */
export async function resolveModelAlert(tx: WorkspaceTransaction, of: ModelAlert): Promise<boolean> {
  const { numAffectedRows } = await sql`update volume_alert set state = 'resolved', resolved_at = now()
    where workspace_id = ${of.workspaceId} and model_id = ${of.modelId} and kind = ${of.kind}
      and state <> 'resolved'`.execute(tx);
  return (numAffectedRows ?? 0n) > 0n;
}
