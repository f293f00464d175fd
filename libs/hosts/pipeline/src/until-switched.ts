import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '@kohort/kernel-errors';

const EVERY_MS = 200;
/** Then the task waits, and its worker does not. */
const MOST_ROUNDS = 150;

const isSwitching = (thrown: unknown): boolean => thrown instanceof AppError && thrown.code === 'IDENTITY_SWITCHING';

/**
 * Does what has to wait while a workspace is made anew, again and again until it has switched; half a minute long.
 *
 * Throws  IDENTITY_SWITCHING (rate-limited); what the work throws
 */
export async function untilSwitched<T>(work: () => Promise<T>, signal?: AbortSignal, everyMs = EVERY_MS): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await work();
    } catch (thrown) {
      if (!isSwitching(thrown) || round === MOST_ROUNDS) throw thrown;
    }
    await pause(everyMs, undefined, signal ? { signal } : {});
  }
}
