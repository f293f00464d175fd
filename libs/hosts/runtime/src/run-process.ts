import type { Logger } from '@kohort/kernel-telemetry';
import { toAppError } from '@kohort/kernel-errors';

/** Something that runs until it is told to stop. */
export interface Running {
  stop(): Promise<void>;
}

/** How long a process may take to stop before it is ended anyway; its leases lapse and others go on. */
const STOP_LIMIT_MS = 25_000;

/**
 * The life of a process: start, wait for a signal, drain, end. A second signal ends it at once.
 *
 * Shape   resolves with the exit code
 */
export async function runProcess(logger: Logger, start: (end: () => void) => Promise<Running>): Promise<number> {
  let ask: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  let signals = 0;
  let failed = false;
  const onSignal = (): void => {
    signals += 1;
    if (signals > 1) process.exit(130);
    ask();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  try {
    const running = await start(() => {
      failed = true;
      ask();
    });
    await asked;
    const late = setTimeout(() => {
      logger.error('the process did not drain in time', { durationMs: STOP_LIMIT_MS });
      process.exit(1);
    }, STOP_LIMIT_MS);
    late.unref();
    await running.stop();
    clearTimeout(late);
    return failed ? 1 : 0;
  } catch (thrown) {
    const error = toAppError(thrown, 'starting');
    logger.error(error.message, { code: error.code, kind: error.kind });
    return 1;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeListener(signal, onSignal);
  }
}
