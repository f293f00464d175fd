import { sql } from 'kysely';
import type { IdentityHistory, MessageScreen, WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { activeRules, type ActiveRules } from './active-rules';
import { decidedLinks, historyPage } from './history-page';
import { RebuildRun, type RebuildSizes } from './rebuild';
import { dropSlices, isSwitching } from './rebuild-state';

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

/** What the history is read and switched with. */
export interface IdentityHistoryOptions {
  /** Keeps out whoever has been suppressed; null is for specs alone. */
  readonly screen: MessageScreen | null;
  /** For specs; see `RebuildSizes`. */
  readonly sizes?: RebuildSizes;
}

/** The history of a workspace's identities in PostgreSQL. See the port for what a caller may rely on. */
export function identityHistory(database: Database, { screen, sizes = {} }: IdentityHistoryOptions): IdentityHistory {
  return {
    page: (workspaceId, of) =>
      database.inWorkspace(workspaceId, (tx) => historyPage(tx, workspaceId, { ...of, screen }), { readOnly: true }),
    decided: (workspaceId) =>
      database.inWorkspace(workspaceId, (tx) => decidedLinks(tx, workspaceId), { readOnly: true }),
    storedRules: (workspaceId, version) =>
      database.inWorkspace(workspaceId, (tx) => storedRules(tx, workspaceId, version), { readOnly: true }),
    rebuild: (fence, asked, control, checkpoint) =>
      new RebuildRun({ database, fence, asked, control, checkpoint, screen, sizes }).run(),
    async discard(fence) {
      const { workspaceId } = fence;
      const dropSome = async (tx: WorkspaceTransaction): Promise<boolean> =>
        !(await isSwitching(tx, fence)) && dropSlices(tx, fence, 'own');
      while (await database.inWorkspace(workspaceId, dropSome));
    },
  };
}
