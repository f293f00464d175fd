import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { locateBinaries } from './binaries';
import { takeDataFolder } from './data-owner';
import { embeddedErrors } from './embedded-errors';
import { engineIdentity, type EngineIdentity, type RootMode } from './identity';
import { supervise, type SupervisedChild } from './supervised-child';

export interface StartPostgresOptions {
  /** Folder of ours (made when absent): the cluster in `pgdata`, the owner's password in `owner-password`. */
  readonly dataDir: string;
  /** A free one when absent. */
  readonly port?: number;
  /** Off only in tests: a crash of the machine may then lose or break the data. */
  readonly fsync?: boolean;
  readonly onLog?: (line: string) => void;
  /** For tests of the two ways to run as root. */
  readonly rootMode?: RootMode;
}

export interface RunningPostgres {
  /** postgres://… of the owner (a superuser), database `kohort`, with the password. */
  readonly url: string;
  readonly port: number;
  /** Resolves with the exit code when the engine ends, asked or not. */
  readonly ended: Promise<number>;
  /** Fast shutdown; resolves when the process is gone. May be called twice. */
  stop(): Promise<void>;
}

const DATABASE = 'kohort';
const OWNER = 'postgres';
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;
const ORPHAN_LIMIT_MS = 30_000;

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function ownerPassword(dataDir: string): string {
  const file = join(dataDir, 'owner-password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** Makes the cluster. A folder half made by a killed initdb has no PG_VERSION and is made anew. */
function initialise(identity: EngineIdentity, pgData: string, password: string, fsync: boolean): void {
  if (existsSync(join(pgData, 'PG_VERSION')) && existsSync(join(pgData, 'global', 'pg_control'))) return;
  rmSync(pgData, { recursive: true, force: true });
  mkdirSync(pgData, { mode: 0o700 });
  const secretDir = mkdtempSync(join(tmpdir(), 'kohort-init-'));
  try {
    const passwordFile = join(secretDir, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (identity.user)
      for (const path of [pgData, secretDir, passwordFile]) chownSync(path, identity.user.uid, identity.user.gid);
    const words = [
      ...identity.prefix,
      identity.binaries.initdb,
      ...['-D', pgData, '-U', OWNER, '--locale=C', '-E', 'UTF8', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`],
      ...['--no-instructions', ...(fsync ? [] : ['--no-sync'])],
    ];
    const result = spawnSync(words[0] ?? '', words.slice(1), {
      ...(identity.user ?? {}),
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      encoding: 'utf8',
    });
    if (result.status !== 0) {
      const output = `${result.stderr ?? ''}${result.error?.message ?? ''}`.trim().slice(-500);
      rmSync(pgData, { recursive: true, force: true });
      throw embeddedErrors.EMBEDDED_INIT_FAILED({ exit: result.status ?? -1, output });
    }
  } finally {
    rmSync(secretDir, { recursive: true, force: true });
  }
}

const LEAST_BUFFERS_MB = 128;
const MOST_BUFFERS_MB = 512;
const MB = 1_048_576;

/** A thirty-second of the memory, within bounds: what it keeps of tables that outgrow it comes by way of the system. */
function sharedBuffersMb(): number {
  return Math.min(MOST_BUFFERS_MB, Math.max(LEAST_BUFFERS_MB, Math.floor(totalmem() / 32 / MB)));
}

function serverCommand(identity: EngineIdentity, pgData: string, port: number, fsync: boolean): string[] {
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    fsync: fsync ? 'on' : 'off',
    full_page_writes: fsync ? 'on' : 'off',
    synchronous_commit: 'on',
    shared_buffers: `${fsync ? sharedBuffersMb() : LEAST_BUFFERS_MB}MB`,
    max_wal_size: '2GB',
    huge_pages: 'off',
    // Statistics soon after a first import: until then the planner takes full tables for empty ones.
    autovacuum_naptime: '5s',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return [...identity.prefix, identity.binaries.postgres, '-D', pgData, '-p', String(port), ...flags];
}

/** The postmaster writes its state into line 8 of its lock file; `ready` means that connections are taken. */
async function waitUntilReady(child: SupervisedChild, pgData: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  const lockFile = join(pgData, 'postmaster.pid');
  for (;;) {
    if (child.hasEnded()) {
      throw embeddedErrors.EMBEDDED_START_FAILED({ what: 'ended while starting', output: child.recentOutput() });
    }
    if (existsSync(lockFile) && readFileSync(lockFile, 'utf8').split('\n')[7]?.trim() === 'ready') return;
    if (Date.now() > deadline) {
      child.askToEnd();
      throw embeddedErrors.EMBEDDED_START_FAILED({ what: 'is not ready', output: child.recentOutput() });
    }
    await pause(15);
  }
}

async function ensureDatabase(port: number, password: string): Promise<void> {
  const client = new Client({ host: '127.0.0.1', port, user: OWNER, password, database: OWNER });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function stopChild(child: SupervisedChild): Promise<void> {
  child.askToEnd();
  const limit = new AbortController();
  const late = pause(STOP_LIMIT_MS, 'late', { signal: limit.signal }).catch(() => 'in time');
  const first = await Promise.race([child.ended, late]);
  limit.abort();
  if (first === 'late') throw embeddedErrors.EMBEDDED_STOP_FAILED({ waitedMs: STOP_LIMIT_MS });
}

/**
 * Starts PostgreSQL on a folder: makes the cluster the first time, reuses it afterwards. It listens on the loopback
 * alone, asks for a password, and ends with this process, however that ends.
 *
 * Cost    about one second the first time, 0.1 s afterwards
 * Throws  EMBEDDED_* (see the catalogue); EMBEDDED_DATA_IN_USE when another living process owns the folder
 */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres> {
  const identity = engineIdentity(locateBinaries(), resolve(options.dataDir), options.rootMode);
  const { dataDir } = identity;
  const pgData = join(dataDir, 'pgdata');
  const fsync = options.fsync ?? true;
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  await takeDataFolder(dataDir, pgData, ORPHAN_LIMIT_MS);
  const password = ownerPassword(dataDir);
  initialise(identity, pgData, password, fsync);
  chmodSync(pgData, 0o700);
  const port = options.port ?? (await freePort());
  const child = supervise({
    command: serverCommand(identity, pgData, port, fsync),
    user: identity.user,
    onLog: options.onLog,
  });
  try {
    await waitUntilReady(child, pgData);
    await ensureDatabase(port, password);
  } catch (thrown) {
    await stopChild(child);
    throw thrown;
  }
  let stopping: Promise<void> | undefined;
  return {
    url: `postgres://${OWNER}:${password}@127.0.0.1:${port}/${DATABASE}`,
    port,
    ended: child.ended,
    stop: () => (stopping ??= stopChild(child)),
  };
}
