import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { startDoor, type Door, type DoorOptions } from './door';
import type { DoorKeys } from './door-request';
import { doorErrors } from './errors';

export interface SpawnDoorOptions {
  /** Usually `process.execPath`. */
  readonly command: string;
  /** Such that the process calls `runDoorChild`, e.g. `['kohort.cjs', 'door', '--data', dir, '--port', '0']`. */
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly startTimeoutMs?: number;
}

export interface SpawnedDoor extends DoorKeys {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  stop(): Promise<void>;
}

const START = z.object({ adminKey: z.string(), queryKey: z.string() });
const READY = z.object({ port: z.number().int().positive() });

function parseLine<T>(schema: z.ZodType<T>, line: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    throw doorErrors.DOOR_HANDSHAKE_INVALID({ reason: 'not the expected JSON' }, { cause });
  }
}

/** The first line of a stream; undefined when it ends before one. What follows is read on and thrown away. */
async function firstLine(input: Readable): Promise<string | undefined> {
  const lines = createInterface({ input });
  return new Promise((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(undefined));
  });
}

async function awaitReady(child: ChildProcess, stdout: Readable, timeoutMs: number): Promise<{ port: number }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(doorErrors.DOOR_DID_NOT_START({ reason: `not within ${timeoutMs} ms` })),
      timeoutMs,
    );
  });
  try {
    const line = await Promise.race([firstLine(stdout), late]);
    if (line === undefined) throw doorErrors.DOOR_DID_NOT_START({ reason: 'see its log' });
    return parseLine(READY, line);
  } catch (thrown) {
    child.kill('SIGKILL');
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Starts the door as a child process with random keys, and waits until it serves. The keys go through standard input,
 * where no list of processes shows them; the same pipe is the child's life line: it ends when its parent does, by
 * whatever death.
 *
 * Throws  DOOR_DID_NOT_START (why, stands in the child's log on standard error)
 */
export async function spawnDoor(options: SpawnDoorOptions): Promise<SpawnedDoor> {
  const keys = { adminKey: randomBytes(24).toString('hex'), queryKey: randomBytes(24).toString('hex') };
  const child = spawn(options.command, options.args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Statements occupy threads of this pool while they run; four would leave none for gzip and files.
    env: { ...options.env, UV_THREADPOOL_SIZE: '12' },
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  // A child that dies early breaks the pipe; the missing ready line tells it better.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(keys)}\n`);
  const { port } = await awaitReady(child, child.stdout, options.startTimeoutMs ?? 30_000);
  return {
    ...keys,
    port,
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** What the child needs beside its keys: where the data lie, the port, and the two ends of the pipe to its parent. */
export interface DoorChildOptions extends Omit<DoorOptions, keyof DoorKeys> {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

function parentGone(stdin: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stdin.readableEnded || stdin.destroyed) resolve();
    stdin.once('end', resolve);
    stdin.once('close', resolve);
    stdin.once('error', () => resolve());
  });
}

/**
 * The other half of `spawnDoor`: reads the keys from standard input, serves, writes one ready line, and resolves when
 * the parent has closed the pipe or died and the directory has been given up. The caller then lets its process end.
 */
export async function runDoorChild(options: DoorChildOptions): Promise<void> {
  const { stdin, stdout, ...rest } = options;
  const line = await firstLine(stdin);
  if (line === undefined) throw doorErrors.DOOR_HANDSHAKE_INVALID({ reason: 'standard input ended' });
  const keys = parseLine(START, line);
  const gone = parentGone(stdin);
  const door: Door = await startDoor({ ...rest, ...keys });
  stdout.write(`${JSON.stringify({ port: door.port })}\n`);
  await gone;
  await door.stop();
}
