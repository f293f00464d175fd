import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@kohort/kernel-telemetry';

/** Nest names the part that speaks in its last argument. */
function partOf(rest: readonly unknown[]): string {
  const last = rest.at(-1);
  return typeof last === 'string' && last.length < 100 ? last : 'nest';
}

/**
 * Nest's own lines in our log. Its errors come with stacks and whatever a caller sent, so that of an error only its name
 * is kept: the details of a request are logged where it is answered.
 */
export function nestLogger(logger: Logger): LoggerService {
  const plain = (message: unknown): string => (typeof message === 'string' ? message.slice(0, 200) : 'message');
  return {
    log: (message: unknown, ...rest: unknown[]) => logger.debug(plain(message), { reason: partOf(rest) }),
    debug: (message: unknown, ...rest: unknown[]) => logger.debug(plain(message), { reason: partOf(rest) }),
    verbose: (message: unknown, ...rest: unknown[]) => logger.debug(plain(message), { reason: partOf(rest) }),
    warn: (message: unknown, ...rest: unknown[]) => logger.warn(plain(message), { reason: partOf(rest) }),
    error: (message: unknown, ...rest: unknown[]) =>
      logger.error('nest reports an error', {
        reason: message instanceof Error ? message.name : partOf(rest),
      }),
  };
}
