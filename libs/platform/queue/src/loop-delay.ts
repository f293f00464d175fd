import { LOOP_DELAY } from './queue-settings';

/** A watch over the event loop. */
export interface LoopWatch {
  /** Looks from now on; time before is not counted. */
  begin(): void;
  /** Takes a last look, and then none until it begins again. */
  rest(): void;
}

/**
 * Looks every 200 ms whether the event loop stood still, and reports the longest halt since the report before, in whole
 * milliseconds, every five seconds or at the first look after that. It rests until it is told to begin: looks wake a
 * process, and where nothing is in hand nobody is kept waiting.
 *
 * Node's own histogram counts the rhythm of its looks as delay, and loses the look that follows a reset.
 */
export function watchLoopDelay(
  onReport: (longestHaltMs: number) => void,
  everyMs: number = LOOP_DELAY.everyMs,
): LoopWatch {
  let lookedAt = performance.now();
  let reportedAt = lookedAt;
  let longest = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - lookedAt - LOOP_DELAY.lookEveryMs);
    lookedAt = now;
    if (now - reportedAt < everyMs) return;
    reportedAt = now;
    onReport(Math.round(longest));
    longest = 0;
  };
  return {
    begin() {
      if (timer !== undefined) return;
      lookedAt = performance.now();
      timer = setInterval(look, LOOP_DELAY.lookEveryMs);
      timer.unref();
    },
    rest() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      look();
    },
  };
}
