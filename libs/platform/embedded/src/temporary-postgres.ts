import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { livingOwner } from '@kohort/platform-owned-folder';
import { embeddedErrors } from './embedded-errors';
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

/** What a temporary PostgreSQL holds from its beginning. */
export interface Prepared {
  /** Of all that is prepared alike. */
  readonly name: string;
  readonly prepare: (url: string) => Promise<unknown>;
}

/**
 * A folder with a stopped cluster that was prepared once, for the whole run of tests. Two that make it at the same time
 * make it twice, and the first one stays.
 */
async function templateOf(templates: string, { name, prepare }: Prepared): Promise<string> {
  // A folder in use is young: see sweepStale.
  utimesSync(templates, new Date(), new Date());
  const template = join(templates, name);
  if (existsSync(template)) return template;
  const making = mkdtempSync(join(templates, 'making-'));
  const running = await startPostgres({ dataDir: making, fsync: false });
  try {
    await prepare(running.url);
  } finally {
    await running.stop();
  }
  rmSync(join(making, 'owner'), { force: true });
  try {
    renameSync(making, template);
  } catch (thrown) {
    if (!existsSync(template)) throw thrown;
    rmSync(making, { recursive: true, force: true });
  }
  return template;
}

/** Copies with owners and modes, which the engine insists on. */
function copyCluster(template: string, dataDir: string): void {
  const copied = spawnSync('cp', ['-a', `${template}/.`, dataDir], { encoding: 'utf8' });
  if (copied.status !== 0)
    throw embeddedErrors.EMBEDDED_INIT_FAILED({ exit: copied.status ?? -1, output: copied.stderr });
}

const EMPTY: Prepared = { name: 'empty', prepare: () => Promise.resolve() };

/**
 * A PostgreSQL in a temporary folder for one medium spec: not synced to disk, gone after `stop`. Empty, or with what
 * `prepared` put into it. With KOHORT_TEST_TEMPLATES, a folder that lives as long as a run of tests, that is done once a
 * run, and each spec gets a copy of the folder for an engine of its own.
 * For a database with our schema see `startTestDatabase` of `@kohort/platform-postgres`.
 *
 * Cost    about 1 s and what `prepare` takes; a copy about 0.3 s
 */
export async function startTemporaryPostgres(prepared: Prepared = EMPTY): Promise<RunningPostgres> {
  sweepStale();
  const templates = process.env['KOHORT_TEST_TEMPLATES'] ?? '';
  const template = existsSync(templates) ? await templateOf(templates, prepared) : undefined;
  const dataDir = mkdtempSync(join(tmpdir(), PREFIX));
  // Where the engine cannot reach the temporary folder its data lie elsewhere, and there is nothing to copy.
  const hasCopy = template !== undefined && existsSync(join(template, 'pgdata', 'PG_VERSION'));
  if (hasCopy) copyCluster(template, dataDir);
  const running = await startPostgres({ dataDir, fsync: false });
  if (!hasCopy) await prepared.prepare(running.url);
  return {
    ...running,
    stop: async () => {
      await running.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
