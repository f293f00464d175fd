import { migrationList } from './migrations/list';
import { postgresErrors } from './postgres-errors';
import { withClient } from './with-client';

/**
 * Refuses a database that is older than this release. A newer one is fine: migrations only add until every process of
 * the older release is gone. Called at boot by processes that do not migrate, after `checkSafety`.
 *
 * Throws  POSTGRES_NOT_MIGRATED, with the names in `details.missing`
 */
export async function checkMigrated(url: string): Promise<void> {
  const { rows } = await withClient({ connectionString: url }, async (client) => {
    await client.query('set role kohort_app');
    return client.query<{ name: string }>('select name from kohort_meta.migration');
  });
  const ran = new Set(rows.map((row) => row.name));
  const missing = Object.keys(migrationList).filter((name) => !ran.has(name));
  if (missing.length > 0) throw postgresErrors.POSTGRES_NOT_MIGRATED({ missing });
}
