import { maskingSchema, type MaskingStore } from '@kohort/kernel-contracts';
import type { Database } from '../database';

/** What of the sources' messages is masked, in PostgreSQL. See the port for what a caller may rely on. */
export function maskingStore(database: Database): MaskingStore {
  return {
    settingsOf: ({ workspaceId, sourceId }) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await tx
          .selectFrom('source')
          .select('masking')
          .where('workspace_id', '=', workspaceId)
          .where('id', '=', sourceId)
          .executeTakeFirst();
        return row?.masking == null ? null : maskingSchema.parse(row.masking);
      }),
  };
}
