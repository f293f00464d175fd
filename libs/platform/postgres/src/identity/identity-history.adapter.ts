import { sql } from 'kysely';
import type { IdentityHistory, MessageScreen, WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { activeRules, type ActiveRules } from './active-rules';
import { decidedLinks, historyPage } from './history-page';
import { rebuildIn } from './rebuild';

async function storedRules(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  version: number | 'active',
): Promise<ActiveRules | null> {
  if (version === 'active') return activeRules(tx, workspaceId);
  if (version === 0) return { version: 0, rules: null };
  const { rows } = await sql<ActiveRules>`
    select version, rules from identity_rules
    where workspace_id = ${workspaceId}::uuid and version = ${version}`.execute(tx);
  return rows[0] ?? null;
}

/**
 * The history of a workspace's identities in PostgreSQL. See the port for what a caller may rely on. `screen` keeps out
 * whoever has been suppressed.
 */
export function identityHistory(
  database: Database,
  { screen }: { readonly screen: MessageScreen | null },
): IdentityHistory {
  return {
    page: (workspaceId, of) =>
      database.inWorkspace(workspaceId, (tx) => historyPage(tx, workspaceId, { ...of, screen }), { readOnly: true }),
    decided: (workspaceId) =>
      database.inWorkspace(workspaceId, (tx) => decidedLinks(tx, workspaceId), { readOnly: true }),
    storedRules: (workspaceId, version) =>
      database.inWorkspace(workspaceId, (tx) => storedRules(tx, workspaceId, version), { readOnly: true }),
    rebuild: (fence, asked, control) =>
      database.inWorkspace(fence.workspaceId, (tx) => rebuildIn(tx, { fence, ...asked, control, screen })),
  };
}
