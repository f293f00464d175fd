import { sourceIdSchema, type AccessPort } from '@kohort/kernel-contracts';
import type { Database } from '../database';
import { msOrNull } from '../read/columns';

/** Keys in PostgreSQL, read under row-level security of the workspace that the key itself names. */
export function accessAdapter(database: Database): AccessPort {
  return {
    apiKeys: (workspaceId) =>
      database.inWorkspace(
        workspaceId,
        async (tx) => {
          const rows = await tx
            .selectFrom('api_key')
            .select(['id', 'secret_hash', 'scopes', 'expires_at', 'revoked_at', 'last_used_at'])
            .where('workspace_id', '=', workspaceId)
            .execute();
          return rows.map((row) => ({
            id: row.id,
            digest: row.secret_hash,
            scopes: row.scopes,
            expiresAt: msOrNull(row.expires_at),
            revokedAt: msOrNull(row.revoked_at),
            lastUsedAt: msOrNull(row.last_used_at),
          }));
        },
        { readOnly: true },
      ),
    writeKeys: (workspaceId) =>
      database.inWorkspace(
        workspaceId,
        async (tx) => {
          const rows = await tx
            .selectFrom('source')
            .select(['id', 'write_key_hash'])
            .where('workspace_id', '=', workspaceId)
            .where('write_key_hash', 'is not', null)
            .execute();
          return rows.flatMap((row) =>
            row.write_key_hash === null ? [] : [{ sourceId: sourceIdSchema.parse(row.id), digest: row.write_key_hash }],
          );
        },
        { readOnly: true },
      ),
    touchApiKey: (workspaceId, keyId, usedAtMs) =>
      database.inWorkspace(workspaceId, async (tx) => {
        await tx
          .updateTable('api_key')
          .set({ last_used_at: new Date(usedAtMs) })
          .where('workspace_id', '=', workspaceId)
          .where('id', '=', keyId)
          .execute();
      }),
  };
}
