import { destination, pino, stdTimeFunctions, type DestinationStream, type Logger as Pino } from 'pino';
import { LOG_FIELDS, type LogFields, type Logger, type LogLevel } from '@kohort/kernel-telemetry';

const allowed = new Set<string>(LOG_FIELDS);

/** What may leave: listed fields that are words or numbers. Anything else is dropped, whoever put it there. */
function kept(fields: LogFields | undefined): Record<string, string | number> {
  const out: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(fields ?? {})) {
    if (!allowed.has(name)) continue;
    if (typeof value === 'string' || typeof value === 'number') out[name] = value;
  }
  return out;
}

function wrap(inner: Pino): Logger {
  return {
    debug: (message, fields) => inner.debug(kept(fields), message),
    info: (message, fields) => inner.info(kept(fields), message),
    warn: (message, fields) => inner.warn(kept(fields), message),
    error: (message, fields) => inner.error(kept(fields), message),
    with: (fields) => wrap(inner.child(kept(fields))),
  };
}

/** Where lines go and from which level on. */
export interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel | 'silent';
  readonly destination?: DestinationStream;
}

/** Structured logs as JSON lines: `time` in ISO-8601, `service`, `message`, and the allowed fields. */
export function openLogger(options: LoggerOptions): Logger {
  const settings = {
    level: options.level,
    base: { service: options.service },
    messageKey: 'message',
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(
    options.destination ? pino(settings, options.destination) : pino(settings, destination({ dest: 2, sync: false })),
  );
}
