import { BACKOFF_CAP_MS } from './queue-settings';

/**
 * Full jitter: anywhere between nothing and the doubled wait, so that what failed together does not come back together.
 *
 * Shape   attempt: 1 after the first failure; uniform: in [0, 1)
 * Units   milliseconds, at most five minutes
 * Source  "Exponential Backoff And Jitter", AWS Architecture Blog 2015
 */
export function fullJitterMs(attempt: number, baseMs: number, uniform: number): number {
  const exponent = Math.min(Math.max(attempt, 1) - 1, 30);
  return Math.floor(uniform * Math.min(BACKOFF_CAP_MS, baseMs * 2 ** exponent));
}
