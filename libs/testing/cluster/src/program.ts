import { spawn } from 'node:child_process';

/** A running program, in a process group of its own. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  /** Everything that it has said so far, both streams. */
  said(): string;
  /** Resolves with the first line that fits; fails when the program ends before, or says nothing fitting in time. */
  line(pattern: RegExp, limitMs?: number): Promise<string>;
  /** Holds it still, and lets it go on. */
  pause(): void;
  resume(): void;
  /** SIGTERM, and the exit code. A program that does not end in time is killed, and the code is null. */
  end(limitMs?: number): Promise<number | null>;
  /** Whether any process of the group is left. */
  isGone(): boolean;
}

/** What to start; nothing of our own environment but the path is passed on. */
export interface ProgramStart {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
}

function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Starts a program. */
export function start({ name, command, args, env, cwd }: ProgramStart): Program {
  const child = spawn(command, args, {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, TZ: 'UTC', ...env },
  });
  const pid = child.pid ?? 0;
  let text = '';
  let code: number | null | undefined;
  const listeners = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(-1));
    child.once('close', (status) => resolve(status));
  }).then((status) => {
    code = status;
    for (const listener of listeners) listener();
    return status;
  });
  return {
    name,
    pid,
    said: () => text,
    isGone: () => !groupLives(pid),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    line: (pattern, limitMs = 180_000) =>
      new Promise((resolve, reject) => {
        const fail = (why: string): void => settle(() => reject(new Error(`${name} ${why}: ${text.slice(-2_000)}`)));
        const late = setTimeout(() => fail(`did not say ${String(pattern)} in time`), limitMs);
        const settle = (finish: () => void): void => {
          clearTimeout(late);
          listeners.delete(look);
          finish();
        };
        const look = (): void => {
          const found = text.split('\n').find((one) => pattern.test(one));
          if (found !== undefined) settle(() => resolve(found));
          else if (code !== undefined) fail(`ended with ${String(code)}`);
        };
        listeners.add(look);
        look();
      }),
    async end(limitMs = 120_000) {
      if (code !== undefined) return code;
      child.kill('SIGTERM');
      // One that was held still hears it then.
      child.kill('SIGCONT');
      const late = setTimeout(() => process.kill(-pid, 'SIGKILL'), limitMs);
      const status = await ended;
      clearTimeout(late);
      return status;
    },
  };
}

/** Asks until the answer fits; fails with the last answer. */
export async function until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean, limitMs: number): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`it did not come about in time: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
