import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bundle, root } from './run-kohort';

/** A process by id and start tick, so that a reused id is not taken for it. */
export interface ProcessMark {
  readonly pid: number;
  readonly born: string;
  /** Of its program, at most 15 characters. */
  readonly name: string;
}

function statOf(pid: number): { name: string; state: string; parent: number; born: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    const [state = '', parent, ...rest] = stat.slice(end + 2).split(' ');
    return { name: stat.slice(stat.indexOf('(') + 1, end), state, parent: Number(parent), born: rest[17] ?? '' };
  } catch {
    // It ended while we looked.
    return undefined;
  }
}

/** All processes below one: children, their children and so on, those in process groups of their own too. */
export function descendantsOf(pid: number): ProcessMark[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = statOf(Number(name));
      return stat ? [{ pid: Number(name), ...stat }] : [];
    });
  const found: ProcessMark[] = [];
  let parents = new Set([pid]);
  while (parents.size > 0) {
    const children = all.filter((one) => parents.has(one.parent));
    found.push(...children.map(({ pid: id, born, name }) => ({ pid: id, born, name })));
    parents = new Set(children.map((one) => one.pid));
  }
  return found;
}

/** Those that still live. */
export function survivorsOf(marks: readonly ProcessMark[]): ProcessMark[] {
  return marks.filter(({ pid, born }) => {
    const stat = statOf(pid);
    return stat !== undefined && stat.state !== 'Z' && stat.born === born;
  });
}

/** Asked more often, the questions themselves would take the machine's time. */
const POLL_MS = 150;

/** Waits until a condition holds. Throws, naming it, when it does not within the limit. */
export async function until(what: string, limitMs: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await pause(POLL_MS);
  }
}

/** Waits until none of these processes lives. */
export function untilGone(marks: readonly ProcessMark[], limitMs = 120_000): Promise<void> {
  return until('end of the children', limitMs, () => survivorsOf(marks).length === 0);
}

/** A started command whose output is kept. */
export interface StartedKohort {
  readonly pid: number;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** What it has written so far. */
  output(): string;
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

/** Holds a process still; answers all that it has written by then. */
export async function holdStill(started: StartedKohort): Promise<string> {
  started.signal('SIGSTOP');
  await until('standstill', 240_000, () => statOf(started.pid)?.state === 'T');
  // Nothing is added to the pipes any more, and between two pauses they are read.
  await pause(POLL_MS);
  await pause(POLL_MS);
  return started.output();
}

/** Starts the built command line and lets it run. */
export function spawnKohort(args: readonly string[], env: Record<string, string>): StartedKohort {
  const child: ChildProcess = spawn(process.execPath, [bundle, ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => void written.push(text));
  const { pid } = child;
  if (pid === undefined) throw new Error('the command did not start');
  return {
    pid,
    // `exit`, not `close`: an engine that outlives it for a moment holds the pipe open.
    ended: new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal }))),
    output: () => written.join(''),
    signal: (name) => void child.kill(name),
  };
}

/** A `kohort start` that serves. */
export interface RunningKohort {
  readonly url: string;
  readonly apiKey: string;
  readonly children: readonly ProcessMark[];
  query<T>(document: string, variables?: Record<string, unknown>): Promise<T>;
  /** Ends it as a power cut would; answers the children that it had. */
  kill(): Promise<ProcessMark[]>;
  /** Drains it; answers its exit code. */
  stop(): Promise<number | null>;
}

interface Home {
  readonly url: string;
  readonly apiKey: string;
}

/** A few seconds where nothing else runs; two engines are started, so that much else running makes many of them. */
const START_LIMIT_MS = 180_000;

/** Starts solo on a folder and a free port, and waits until it serves. */
export async function startKohort(homeDir: string, limitMs = START_LIMIT_MS): Promise<RunningKohort> {
  const started = spawnKohort(['start', '--port', '0'], { KOHORT_HOME: homeDir, KOHORT_LOG_LEVEL: 'warn' });
  let over = false;
  void started.ended.then(() => (over = true));
  await until('start of Kohort', limitMs, () => {
    if (over) throw new Error(`kohort start ended: ${started.output()}`);
    return started.output().includes('Kohort is up.');
  });
  const { url, apiKey } = JSON.parse(readFileSync(join(homeDir, 'solo.json'), 'utf8')) as Home;
  return {
    url,
    apiKey,
    get children() {
      return descendantsOf(started.pid);
    },
    async query<T>(document: string, variables: Record<string, unknown> = {}): Promise<T> {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ query: document, variables }),
      });
      const reply = (await response.json()) as { data?: T; errors?: { message: string }[] };
      if (reply.errors || !reply.data) throw new Error(JSON.stringify(reply.errors ?? response.status));
      return reply.data;
    },
    async kill() {
      const children = descendantsOf(started.pid);
      started.signal('SIGKILL');
      await started.ended;
      return children;
    },
    async stop() {
      started.signal('SIGTERM');
      return (await started.ended).code;
    },
  };
}
