import { checkMigrated, openDatabase } from '@kohort/platform-postgres';
import { ensureWorkspace } from './first-workspace';
import type { SoloHome } from '@kohort/hosts-home';

/**
 * Makes the first workspace of an installation that is not solo, with its keys: they stand in `homeDir/solo.json`, their
 * digests in the database. A repeat finds what is there.
 *
 * Throws  POSTGRES_NOT_MIGRATED, SOLO_PEPPER_DIFFERS
 */
export async function bootstrapWorkspace(options: {
  readonly databaseUrl: string;
  readonly homeDir: string;
  /** Hex; made when absent and the folder is new. */
  readonly pepper?: string | undefined;
}): Promise<SoloHome & { readonly suppressionKey: string }> {
  await checkMigrated(options.databaseUrl);
  const database = openDatabase({
    url: options.databaseUrl,
    maxConnections: 2,
    applicationName: 'kohort-bootstrap',
  });
  try {
    return await ensureWorkspace(database, options.homeDir, options.pepper);
  } finally {
    await database.close();
  }
}
