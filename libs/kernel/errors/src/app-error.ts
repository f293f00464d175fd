/** What a failure means for the one who sees it; decides retry, GraphQL, HTTP and log level (see ERROR_KINDS). */
export type ErrorKind =
  | 'invalid-input'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'configuration'
  | 'rate-limited'
  | 'transient'
  | 'rejected-remotely'
  | 'unsuitable-data'
  | 'skipped'
  | 'cancelled'
  | 'bug';

/** When the same call may be made again. `after-fix`: only once a person has changed something. */
export type Retry = 'never' | 'later' | 'after-fix';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** How each kind is answered: one table instead of a switch at every boundary. */
export const ERROR_KINDS: Readonly<Record<ErrorKind, { retry: Retry; http: number; log: LogLevel }>> = {
  'invalid-input': { retry: 'never', http: 400, log: 'info' },
  unauthenticated: { retry: 'never', http: 401, log: 'info' },
  forbidden: { retry: 'never', http: 403, log: 'warn' },
  'not-found': { retry: 'never', http: 404, log: 'info' },
  conflict: { retry: 'never', http: 409, log: 'info' },
  configuration: { retry: 'after-fix', http: 422, log: 'warn' },
  'rate-limited': { retry: 'later', http: 429, log: 'info' },
  transient: { retry: 'later', http: 503, log: 'warn' },
  'rejected-remotely': { retry: 'never', http: 422, log: 'info' },
  'unsuitable-data': { retry: 'after-fix', http: 422, log: 'info' },
  skipped: { retry: 'never', http: 200, log: 'debug' },
  cancelled: { retry: 'later', http: 499, log: 'info' },
  bug: { retry: 'never', http: 500, log: 'error' },
};

/** Plain data that may leave the process: never a secret, never a person's value. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface AppErrorInit {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly details?: ErrorDetails | undefined;
  /** Milliseconds to wait before a retry, where the other side named them. */
  readonly afterMs?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The one error class of the workspace. Told apart by `kind` and `code`, never by `instanceof` of a subclass, so that
 * errors survive a thread, a job and a package boundary.
 */
export class AppError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;
  readonly afterMs: number | undefined;

  constructor(init: AppErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'AppError';
    this.code = init.code;
    this.kind = init.kind;
    this.details = init.details ?? {};
    this.afterMs = init.afterMs;
  }

  get retry(): Retry {
    return ERROR_KINDS[this.kind].retry;
  }

  /** What may be shown to a caller: a bug is masked. */
  get publicMessage(): string {
    return this.kind === 'bug' ? 'Something went wrong on our side.' : this.message;
  }

  toJSON(): { code: string; kind: ErrorKind; message: string; details: ErrorDetails; afterMs?: number } {
    const base = { code: this.code, kind: this.kind, message: this.publicMessage, details: this.details };
    return this.afterMs === undefined ? base : { ...base, afterMs: this.afterMs };
  }
}

/** True for any error of ours, also one that crossed a structured clone (threads lose the prototype). */
export function isAppError(value: unknown): value is AppError {
  return value instanceof AppError;
}

/** Wraps whatever was thrown; ours pass through, all others become `bug` with the cause kept. */
export function toAppError(thrown: unknown, doing: string): AppError {
  if (isAppError(thrown)) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError({ code: 'KERNEL_UNEXPECTED', kind: 'bug', message: `${doing}: ${reason}`, cause: thrown });
}

/** Rebuilds an error from the JSON that `toJSON` wrote (thread and job boundaries). */
export function appErrorFromJson(json: {
  code: string;
  kind: ErrorKind;
  message: string;
  details?: ErrorDetails;
  afterMs?: number | undefined;
}): AppError {
  return new AppError(json);
}
