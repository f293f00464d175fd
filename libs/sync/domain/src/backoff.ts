import type { Random } from '@kohort/kernel-clock-random';

/** How long to wait before a repeat, and for how long to go on. */
export interface BackoffPolicy {
  readonly baseMs: number;
  readonly capMs: number;
}

/** 1 s, doubling, at most 15 minutes. */
export const BACKOFF: BackoffPolicy = { baseMs: 1_000, capMs: 900_000 };

/**
 * Full-jitter exponential back-off: uniform below `base · 2^(attempt − 1)`, but never under the base, so that a
 * destination that has just failed is left alone for a moment.
 *
 * Shape   attempt counts from 1
 * Units   milliseconds
 * Source  M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015
 */
export function backoffMs(attempt: number, random: Random, policy: BackoffPolicy = BACKOFF): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(Math.max(attempt, 1) - 1, 30));
  return Math.max(policy.baseMs, Math.round(random.next() * ceiling));
}
