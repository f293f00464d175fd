import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Session } from 'chdb';
import { toAppError, type AppError } from '@kohort/kernel-errors';
import { doorErrors } from './errors';

/** One statement's own connection: its settings and parameters die with it. */
export interface EngineSession {
  /** Runs statements for their effect or for a small answer, off the event loop. */
  run(sql: string, format: string): Promise<Uint8Array>;
  /** Result chunks as the engine makes them. One at a time; ends the work when the consumer stops. */
  stream(sql: string, format: string): AsyncIterable<Uint8Array>;
  /** `INSERT … FORMAT X` with its rows beside it, untouched by JavaScript. Answers how many rows were written. */
  insert(prefix: string, rows: Buffer): Promise<number>;
  close(): void;
}

/** The embedded engine, open on one directory, in this process alone. */
export interface Engine {
  readonly tableFunctions: readonly string[];
  session(): EngineSession;
  /** Ends the statement of a session whose `log_comment` is this word; nothing when it is over. */
  cancel(word: string): Promise<void>;
  close(): Promise<void>;
}

/** The part of the native addon that the package's own insert does not pass on (it takes text formats only). */
interface NativeInsert {
  InsertRawAsyncConnection(connection: unknown, prefix: string, rows: Buffer, countLines: boolean): Promise<unknown>;
}

function isNativeInsert(value: unknown): value is NativeInsert {
  return typeof value === 'object' && value !== null && 'InsertRawAsyncConnection' in value;
}

function loadNativeInsert(): NativeInsert {
  const load = createRequire(__filename);
  const loader: unknown = load(join(dirname(load.resolve('chdb/package.json')), 'dist', 'loader.js'));
  if (typeof loader === 'object' && loader !== null && 'loadNative' in loader) {
    const addon: unknown = typeof loader.loadNative === 'function' ? loader.loadNative() : undefined;
    if (isNativeInsert(addon)) return addon;
  }
  throw doorErrors.DOOR_ENGINE_UNAVAILABLE({ reason: 'this build of chdb has no raw insert' });
}

function writtenRows(summary: unknown): number {
  if (typeof summary !== 'object' || summary === null || !('rowsWritten' in summary)) return 0;
  return typeof summary.rowsWritten === 'number' ? summary.rowsWritten : 0;
}

/** Whether the process that the engine's status file names is alive: the engine's own error does not say why. */
function ownerIsAlive(dataDir: string): boolean {
  try {
    const pid = Number(/PID: (\d+)/.exec(readFileSync(join(dataDir, 'status'), 'utf8'))?.[1]);
    return Number.isInteger(pid) && pid !== process.pid && process.kill(pid, 0);
  } catch (thrown) {
    // No status file, or nobody with that id. EPERM means alive, but not ours.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

function cannotOpen(dataDir: string, thrown: unknown): AppError {
  if (ownerIsAlive(dataDir)) return doorErrors.DOOR_DIRECTORY_LOCKED({ dataDir }, { cause: thrown });
  const reason = toAppError(thrown, 'opening').message;
  return doorErrors.DOOR_ENGINE_UNAVAILABLE({ reason }, { cause: thrown });
}

function wrap(session: Session, native: NativeInsert): EngineSession {
  return {
    run: async (sql, format) => (await session.queryAsync(sql, { format })).bytes(),
    async *stream(sql, format) {
      for await (const chunk of session.queryStream(sql, { format })) yield chunk.raw();
    },
    insert: async (prefix, rows) =>
      writtenRows(await native.InsertRawAsyncConnection(session.connection, prefix, rows, false)),
    close: () => session.close(),
  };
}

/** The engine looks twenty times a second how much memory it has unless it is told otherwise. */
const ENGINE_SETTINGS = '<clickhouse><memory_worker_period_ms>1000</memory_worker_period_ms></clickhouse>\n';

/**
 * Runs `open` where the engine finds its settings: it takes them from `config.xml` of the folder that the process stands
 * in at the opening, and from nowhere else when it is embedded. What `open` does is over when it returns.
 */
async function withSettings<T>(folder: string, open: () => T): Promise<T> {
  await writeFile(join(folder, 'config.xml'), ENGINE_SETTINGS);
  const stoodIn = process.cwd();
  process.chdir(folder);
  try {
    return open();
  } finally {
    process.chdir(stoodIn);
  }
}

/**
 * Opens the embedded ClickHouse engine. Every statement gets a connection of its own (under 0.1 ms), because settings
 * and parameters belong to a connection, and parameters bound any other way leak between concurrent statements.
 *
 * Cost    about 0.5 s and 250 MB at the first opening
 * Throws  DOOR_DIRECTORY_LOCKED, DOOR_ENGINE_UNAVAILABLE
 */
export async function openEngine(dataDir: string): Promise<Engine> {
  const path = resolve(dataDir);
  await mkdir(path, { recursive: true });
  const chdb = await import('chdb').catch((thrown: unknown) => {
    throw cannotOpen(dataDir, thrown);
  });
  const native = loadNativeInsert();
  const open = (): Session => {
    try {
      return new chdb.Session(path);
    } catch (thrown) {
      throw cannotOpen(dataDir, thrown);
    }
  };
  // The one that keeps the engine alive between statements.
  const keeper = await withSettings(path, open);
  const names = await keeper.queryAsync('SELECT name FROM system.table_functions', { format: 'TSVRaw' });
  return {
    tableFunctions: names
      .text()
      .split('\n')
      .filter((name) => name !== ''),
    session: () => wrap(open(), native),
    async cancel(word) {
      // A session has no interrupt of its own, but the engine lists every statement with its settings.
      await keeper.queryAsync(`KILL QUERY WHERE Settings['log_comment'] = '${word}' ASYNC`, { format: 'Null' });
    },
    async close() {
      keeper.close();
      await chdb.drainPending();
    },
  };
}
