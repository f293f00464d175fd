import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { livingOwner } from '@kohort/platform-owned-folder';
import { startPostgres, type RunningPostgres } from './start-postgres';

const PREFIX = 'kohort-pg-';
const STALE_MS = 3_600_000;

/** A test run that was killed could not remove its folder; the next one does, an hour later. */
function sweepStale(): void {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    const stats = name.startsWith(PREFIX) ? statSync(folder, { throwIfNoEntry: false }) : undefined;
    const isStale = stats !== undefined && stats.uid === process.getuid?.() && Date.now() - stats.mtimeMs > STALE_MS;
    if (isStale && livingOwner(folder) === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * An empty PostgreSQL in a temporary folder for one medium spec: not synced to disk, gone after `stop`.
 * For a database with our schema see `startTestDatabase` of `@kohort/platform-postgres`.
 */
export async function startTemporaryPostgres(): Promise<RunningPostgres> {
  sweepStale();
  const dataDir = mkdtempSync(join(tmpdir(), PREFIX));
  const running = await startPostgres({ dataDir, fsync: false });
  return {
    ...running,
    stop: async () => {
      await running.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
