import { setTimeout as pause } from 'node:timers/promises';
import { queueErrors } from './queue-errors';

export interface Limits {
  /** After this the work is asked to stop. */
  readonly limitMs: number;
  /** How long it may take to do so, for whatever reason it was asked, before it is left to itself. */
  readonly graceMs: number;
}

/**
 * Runs work under a time limit. Work that does not heed its signal cannot be killed; after the grace it is left alone,
 * and the promise fails with the signal's reason. Its lease is not renewed then, so that another worker may begin.
 *
 * Throws  QUEUE_TIME_LIMIT through the signal; else whatever the work throws
 */
export async function runLimited(work: () => Promise<void>, abort: AbortController, limits: Limits): Promise<void> {
  const over = new AbortController();
  const wait = (ms: number): Promise<void> => pause(ms, undefined, { signal: over.signal, ref: false });
  const limit = wait(limits.limitMs).then(() => abort.abort(queueErrors.QUEUE_TIME_LIMIT({ limitMs: limits.limitMs })));
  const deaf = new Promise<never>((_, fail) => {
    const onAbort = (): void => {
      wait(limits.graceMs).then(
        () => fail(abort.signal.reason),
        () => undefined,
      );
    };
    if (abort.signal.aborted) onAbort();
    else abort.signal.addEventListener('abort', onAbort, { once: true });
  });
  // Both end unheard when the work is first.
  limit.catch(() => undefined);
  deaf.catch(() => undefined);
  try {
    await Promise.race([work(), deaf]);
  } finally {
    over.abort();
  }
}
