import { sql } from 'kysely';
import type { ImportedFiles } from '@kohort/kernel-contracts';
import type { Database } from '../database';

/** Which files a source has had, in PostgreSQL. See the port for what a caller may rely on. */
export function importedFiles(database: Database): ImportedFiles {
  return {
    async remember({ workspaceId, sourceId, sha256, bytes, mappingDigest, runId, rows }) {
      await database.inWorkspace(workspaceId, (tx) =>
        tx
          .insertInto('imported_file')
          .values({
            workspace_id: workspaceId,
            source_id: sourceId,
            sha256,
            mapping_digest: mappingDigest,
            bytes,
            rows,
            run_id: runId,
          })
          .onConflict((conflict) =>
            conflict
              .columns(['workspace_id', 'source_id', 'sha256', 'mapping_digest'])
              .doUpdateSet({ bytes, rows, run_id: runId, imported_at: sql`now()` }),
          )
          .execute(),
      );
    },
  };
}
