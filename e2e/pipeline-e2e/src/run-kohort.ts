import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const root = join(__dirname, '../../..');
export const bundle = join(root, 'apps/kohort/dist/main.cjs');
/** Real data sets stand beside the project; a journey that needs one says so when it is absent. */
export const dataDir = process.env['KOHORT_DATA_DIR'] ?? join(root, '../shared/data');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line to its end, with an environment of its own. */
export function runKohort(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bundle, ...args], {
      cwd: options.cwd ?? root,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TZ: 'UTC', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('exit', (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

/** The one JSON object of a `--json` run. */
export function reportOf(ran: Ran): {
  metrics: Record<string, number>;
  input: { rows: number; columns: number };
  warnings: string[];
  params: Record<string, unknown>;
} {
  return JSON.parse(ran.stdout);
}

/** The error object of a failed `--json` run. */
export function errorOf(ran: Ran): { code: string; message: string; line: number | null; column: string | null } {
  const last = ran.stderr.trim().split('\n').at(-1) ?? '';
  return JSON.parse(last).error;
}
