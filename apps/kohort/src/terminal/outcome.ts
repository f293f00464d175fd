import { ERROR_KINDS, isAppError, toAppError, type AppError, type ErrorKind, type Retry } from '@kohort/kernel-errors';
import { KOHORT_VERSION } from '../version';

/** 0 ok · 2 bad input or usage · 3 unsuitable data · 1 anything else. */
export function exitCodeOf(error: AppError): number {
  if (error.kind === 'unsuitable-data') return 3;
  if (['invalid-input', 'not-found', 'configuration', 'conflict'].includes(error.kind)) return 2;
  return 1;
}

const SERVER_CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

interface ToldFailure {
  readonly code: string;
  readonly kind: ErrorKind | null;
  readonly retry: Retry | null;
  readonly message: string;
}

/** A failure as it is told: what a server refused by the server's own code, whose kind is not always known. */
function toldOf(error: AppError): ToldFailure {
  const { remoteCode, remoteKind, reason } = error.details;
  // Who answers with a status alone has no code of its own.
  if (typeof remoteCode !== 'string' || !SERVER_CODE.test(remoteCode)) {
    return { code: error.code, kind: error.kind, retry: error.retry, message: error.message };
  }
  const known = Object.keys(ERROR_KINDS) as ErrorKind[];
  const kind = known.find((each) => each === remoteKind) ?? null;
  const message = error.code === 'CLIENT_REFUSED' && typeof reason === 'string' ? reason : error.message;
  return { code: remoteCode, kind, retry: kind && ERROR_KINDS[kind].retry, message };
}

/**
 * Tells a failure on standard error, in words or, under `--json`, as `{error: {code, kind, retry, message, line, column}}`,
 * and gives the exit code. What a server refused has the server's code.
 */
export function reportFailure(thrown: unknown, json: boolean): number {
  const error = toAppError(thrown, 'this command');
  const { line = null, column = null } = error.details;
  const told = toldOf(error);
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: { ...told, line, column } })}\n`);
  } else {
    process.stderr.write(`kohort: ${told.message} (${told.code})\n`);
    // A bug of ours is the one case in which the place in the code helps.
    if (!isAppError(thrown) && thrown instanceof Error && thrown.stack) process.stderr.write(`${thrown.stack}\n`);
  }
  return exitCodeOf(error);
}

/** The one object that a file command prints under `--json`. */
export interface CommandReport {
  readonly command: string;
  readonly version: string;
  readonly seed: number | null;
  readonly input: { readonly rows: number; readonly columns: number };
  readonly params: object;
  readonly metrics: object;
  readonly durationMs: number;
  readonly warnings: readonly string[];
}

/** What a file command knows of its run when it ends. */
export type RunAccount = Omit<CommandReport, 'command' | 'version' | 'durationMs'>;

/**
 * The report of a run that ends now.
 *
 * Units   started: milliseconds of `performance.now()`
 */
export function reportOf(command: string, started: number, account: RunAccount): CommandReport {
  const { seed, input, params, metrics, warnings } = account;
  const durationMs = Math.round(performance.now() - started);
  return { command, version: KOHORT_VERSION, seed, input, params, metrics, durationMs, warnings };
}

/** Prints the report: one JSON object, or aligned lines for people. */
export function printReport(report: CommandReport, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const lines = Object.entries(report.metrics).map(([name, value]) => `  ${name.padEnd(12)} ${formatted(value)}`);
  process.stderr.write(
    `${report.input.rows} rows, ${report.input.columns} columns, ${(report.durationMs / 1000).toFixed(1)} s\n`,
  );
  process.stderr.write(`${lines.join('\n')}\n`);
  for (const warning of report.warnings) process.stderr.write(`  warning: ${warning}\n`);
}

function formatted(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(6) : String(value);
}
