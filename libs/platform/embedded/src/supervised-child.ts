import { spawn } from 'node:child_process';

/**
 * Runs `"$@"` and watches our end of standard input. End of file means that we asked for the end, or that we are gone
 * (also by SIGKILL, which no handler sees): then the engine gets SIGINT, its fast shutdown. The watcher is a process of
 * its own, so that the engine is ended even when this shell is killed.
 */
const SUPERVISOR = `
exec 3<&0
"$@" </dev/null 3<&- &
engine=$!
( while read -r _ <&3; do :; done; kill -INT "$engine" 2>/dev/null ) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$engine"
code=$?
kill -KILL "$watcher" 2>/dev/null
exit "$code"
`;

export interface SupervisedChild {
  /** Resolves when the program has ended, with its exit code. */
  readonly ended: Promise<number>;
  hasEnded(): boolean;
  /** Asks for the end (SIGINT to the program); `ended` tells when. */
  askToEnd(): void;
  /** The last lines that it wrote, for an error message. */
  recentOutput(): string;
}

/** What to run, as whom, and who hears its lines. */
export interface SuperviseOptions {
  readonly command: readonly string[];
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  readonly onLog: ((line: string) => void) | undefined;
}

const KEPT_LINES = 20;

/** Starts a program that cannot outlive this process. It gets a process group of its own: Ctrl-C reaches us alone. */
export function supervise(options: SuperviseOptions): SupervisedChild {
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'kohort-supervisor', ...options.command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...(options.user ?? {}),
  });
  const recent: string[] = [];
  let partial = '';
  const take = (chunk: string): void => {
    const lines = (partial + chunk).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) {
      recent.push(line);
      if (recent.length > KEPT_LINES) recent.shift();
      options.onLog?.(line);
    }
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  // The pipe may break when the supervisor is gone already; `ended` reports that.
  child.stdin.on('error', () => undefined);
  let over = false;
  const ended = new Promise<number>((resolve) => {
    const finish = (code: number): void => {
      over = true;
      resolve(code);
    };
    child.on('close', (code, signal) => finish(code ?? (signal === null ? -1 : 128)));
    child.on('error', (error) => {
      recent.push(error.message);
      finish(-1);
    });
  });
  return {
    ended,
    hasEnded: () => over,
    askToEnd: () => void child.stdin.end(),
    recentOutput: () => recent.join('\n'),
  };
}
