import { LOOP_DELAY } from './queue-settings';

/**
 * Looks every 200 ms whether the event loop stood still, and reports the longest halt since the report before, in whole
 * milliseconds, every five seconds or at the first look after that. `stop` ends it.
 *
 * Node's own histogram counts the rhythm of its looks as delay, and loses the look that follows a reset.
 */
export function watchLoopDelay(
  onReport: (longestHaltMs: number) => void,
  everyMs: number = LOOP_DELAY.everyMs,
): () => void {
  let lookedAt = performance.now();
  let reportedAt = lookedAt;
  let longest = 0;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - lookedAt - LOOP_DELAY.lookEveryMs);
    lookedAt = now;
    if (now - reportedAt < everyMs) return;
    reportedAt = now;
    onReport(Math.round(longest));
    longest = 0;
  };
  const timer = setInterval(look, LOOP_DELAY.lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
