import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { DoorDatabase } from './door-database';

/** A gateway process that serves. */
export interface DoorProcess {
  readonly url: string;
  readonly pid: number;
  /** From its start until it served, milliseconds: with what CPU it had. */
  readonly startMs: number;
  /** SIGTERM; resolves when it is gone. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Process ids of its children: behind a supervisor, the workers. */
  children(): readonly number[];
}

/** For one that hangs: beside other work on the machine a start of two seconds of CPU takes a minute and more. */
const START_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 60_000;

function portOf(text: string): number | null {
  const line = text.split('\n').find((one) => one.includes('"gateway is up"'));
  const found = line === undefined ? null : /"port":(\d+)/.exec(line);
  return found ? Number(found[1]) : null;
}

/** Hands on what it says, line by line. */
function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', onLine);
}

async function untilUp(child: ChildProcess): Promise<number> {
  let said = '';
  return new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error(`the gateway is not up: ${said}`)), START_LIMIT_MS);
    const streams = [child.stdout, child.stderr];
    const take = (chunk: Buffer): void => {
      said = `${said}${chunk.toString('utf8')}`.slice(-20_000);
      const port = portOf(said);
      if (port === null) return;
      clearTimeout(late);
      // What it says from now on is not kept here, but must be read.
      for (const stream of streams) stream?.removeListener('data', take).resume();
      done(port);
    };
    for (const stream of streams) stream?.on('data', take);
    child.once('exit', (code) => fail(new Error(`the gateway ended with ${String(code)}: ${said}`)));
  });
}

/** Starts the built gateway on the database. `folder`: its artifacts, and whatever else it keeps. */
export async function startDoorProcess(options: {
  readonly bundle: string;
  readonly folder: string;
  readonly database: Pick<DoorDatabase, 'url' | 'pepper' | 'suppressionKey'>;
  readonly env?: Readonly<Record<string, string>>;
  /** Told of every line of its log. */
  readonly onLine?: (line: string) => void;
}): Promise<DoorProcess> {
  const { bundle, folder, database, env = {}, onLine } = options;
  const child = spawn(process.execPath, [bundle], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ PATH: process.env['PATH'] ?? '', HOME: folder, TZ: 'UTC', KOHORT_LOG_LEVEL: 'info' },
      ...{ DATABASE_URL: database.url, KOHORT_KEY_PEPPER: database.pepper, KOHORT_PORT: '0' },
      KOHORT_SUPPRESSION_KEY: database.suppressionKey,
      KOHORT_ARTIFACTS: join(folder, 'artifacts'),
      ...env,
    },
  });
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await gone;
    clearTimeout(late);
  };
  const orphan = (): void => void child.kill('SIGKILL');
  process.once('exit', orphan);
  void gone.then(() => process.removeListener('exit', orphan));
  if (onLine) for (const stream of [child.stdout, child.stderr]) readLines(stream, onLine);
  const begunAt = performance.now();
  const port = await untilUp(child);
  const startMs = Math.round(performance.now() - begunAt);
  const url = `http://127.0.0.1:${port}`;
  const pid = child.pid ?? 0;
  return {
    ...{ url, pid, startMs, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') },
    children: () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  };
}
