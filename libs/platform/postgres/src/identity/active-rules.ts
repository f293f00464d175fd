import { sql } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import type { WorkspaceTransaction } from '../database';
import { sendAlong } from '../send-along';

/** When to ask again for something that waits for a switch. */
const AGAIN_AFTER_MS = 60_000;

const switchErrors = defineErrors({
  IDENTITY_SWITCHING: {
    kind: 'rate-limited',
    message: () => 'everybody is just being made anew: try again in a moment',
  },
});

/** Decisions about people wait until the workspace has switched. */
export const switching = () => switchErrors.IDENTITY_SWITCHING({}, { afterMs: AGAIN_AFTER_MS });

/** The rules that a workspace resolves by, as they are stored; version 0 when it has set none. */
export interface ActiveRules {
  readonly version: number;
  readonly rules: unknown;
}

/** The version that is active. */
export async function activeRules(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<ActiveRules> {
  const found = await sql<ActiveRules>`
    select version, rules from identity_rules where workspace_id = ${workspaceId}::uuid and status = 'active'`.execute(
    tx,
  );
  return found.rows[0] ?? { version: 0, rules: null };
}

/** One decision of a workspace at a time: it sees the whole effect of those before it. */
export async function lockGraph(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<void> {
  // Whatever is asked next is asked when it is held.
  await sendAlong(tx, sql`select pg_advisory_xact_lock(hashtextextended(${`identity:${workspaceId}`}, 0))`);
}

/**
 * Begins a decision: waits for its turn, and reads the rules that hold.
 *
 * Throws  IDENTITY_SWITCHING (rate-limited)
 */
export async function beginDecision(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<ActiveRules> {
  await lockGraph(tx, workspaceId);
  const found = await sql<ActiveRules & { readonly switching: boolean }>`
    select coalesce(r.version, 0) as version, r.rules,
      exists (select 1 from identity_switch where workspace_id = ${workspaceId}::uuid) as switching
    from (values (1)) as one left join identity_rules r on r.workspace_id = ${workspaceId}::uuid and r.status = 'active'
    `.execute(tx);
  const [row] = found.rows;
  if (row?.switching) throw switching();
  return { version: row?.version ?? 0, rules: row?.rules ?? null };
}
