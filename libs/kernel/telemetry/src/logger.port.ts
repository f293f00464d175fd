/**
 * The only fields a log line may carry. An allow-list, not a deny-list: a field that is not here is a compile error,
 * and the adapter drops it at run time. Ids of ours are fine; nothing a person typed is.
 */
export interface LogFields {
  readonly workspaceId?: string;
  readonly runId?: string;
  readonly batchId?: string;
  readonly job?: string;
  readonly queue?: string;
  readonly topic?: string;
  readonly segmentKey?: string;
  readonly modelKey?: string;
  readonly syncId?: string;
  readonly destinationId?: string;
  readonly code?: string;
  readonly kind?: string;
  readonly reason?: string;
  readonly status?: string | number;
  readonly count?: number;
  readonly durationMs?: number;
  readonly correlationId?: string;
  readonly port?: number;
  readonly url?: string;
  readonly version?: string | number;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured logs. Port: the adapter (pino) writes JSON lines and keeps to LOG_FIELDS. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each line. */
  with(fields: LogFields): Logger;
}

export const LOG_FIELDS = [
  'workspaceId',
  'runId',
  'batchId',
  'job',
  'queue',
  'topic',
  'segmentKey',
  'modelKey',
  'syncId',
  'destinationId',
  'code',
  'kind',
  'reason',
  'status',
  'count',
  'durationMs',
  'correlationId',
  'port',
  'url',
  'version',
] as const satisfies readonly (keyof LogFields)[];

/** Says nothing; for tests and for file commands. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silentLogger,
};
