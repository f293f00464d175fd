import type { Logger } from '@kohort/kernel-telemetry';
import { toAppError } from '@kohort/kernel-errors';

/** Something that runs until it is told to stop. */
export interface Running {
  stop(): Promise<void>;
}

/** Who tells a process to end: takes what asks for it, gives back what stops listening. */
export type Calls = (ask: () => void) => () => void;

/** How long a process may take to stop before it is ended anyway; its leases lapse and others go on. */
const STOP_LIMIT_MS = 25_000;

/** Signals as calls to end: the first asks, a second ends the process at once. */
export function signalCalls(signals: readonly NodeJS.Signals[]): Calls {
  return (ask) => {
    let heard = 0;
    const onSignal = (): void => {
      heard += 1;
      if (heard > 1) process.exit(130);
      ask();
    };
    for (const signal of signals) process.on(signal, onSignal);
    return () => {
      for (const signal of signals) process.removeListener(signal, onSignal);
    };
  };
}

/**
 * The life of a process: start, wait until it is called, drain, end. Called by signals unless told otherwise, of which a
 * second one ends it at once.
 *
 * Shape   resolves with the exit code
 */
export async function runProcess(
  logger: Logger,
  start: (end: () => void) => Promise<Running>,
  calls: Calls = signalCalls(['SIGINT', 'SIGTERM', 'SIGHUP']),
): Promise<number> {
  let ask: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  let failed = false;
  const hangUp = calls(ask);
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
    hangUp();
  }
}
