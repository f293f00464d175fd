import { sql } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

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
  await sql`select pg_advisory_xact_lock(hashtextextended(${`identity:${workspaceId}`}, 0))`.execute(tx);
}
