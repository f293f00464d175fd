import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type RunningPostgres } from './start-postgres';

/**
 * An empty PostgreSQL in a temporary folder for one medium spec: not synced to disk, gone after `stop`.
 * For a database with our schema see `startTestDatabase` of `@kohort/platform-postgres`.
 */
export async function startTemporaryPostgres(): Promise<RunningPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kohort-pg-'));
  const running = await startPostgres({ dataDir, fsync: false });
  return {
    ...running,
    stop: async () => {
      await running.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
