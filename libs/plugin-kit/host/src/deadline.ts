import { pluginHostErrors } from './errors';

/**
 * Runs a connector's function under a time limit and a stop signal, also when it heeds neither. What it does after that
 * is nobody's: its result is dropped.
 *
 * Throws  PLUGIN_HOST_TOO_SLOW (delivered: unknown), PLUGIN_HOST_STOPPED, and what the function throws
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  outer: AbortSignal | undefined,
): Promise<T> {
  const timer = AbortSignal.timeout(timeoutMs);
  const signal = outer ? AbortSignal.any([outer, timer]) : timer;
  let onAbort: () => void = () => undefined;
  const stopped = new Promise<never>((_, fail) => {
    onAbort = () => {
      const details = { delivered: 'unknown' };
      fail(
        outer?.aborted
          ? pluginHostErrors.PLUGIN_HOST_STOPPED(details)
          : pluginHostErrors.PLUGIN_HOST_TOO_SLOW({ ...details, timeoutMs }),
      );
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work(signal), stopped]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
