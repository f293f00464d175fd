import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@kohort/kernel-telemetry';
import { classifyFailure } from '@kohort/platform-postgres';
import { runDueTimers, type SegmentsDeps } from '@kohort/segments-flow';

/** The clock of the segments, running. */
export interface Timers {
  /** Ends after the step in progress. */
  stop(): Promise<void>;
}

/** People a step; more that are due follow at once. */
const STEP = 500;
/** An exit by time fires within a second of its instant; this is half of it. */
const LOOK_EVERY_MS = 500;

/**
 * Looks for people whose answer time alone has changed and evaluates them.
 *
 * Promise  at least once; a timer stands until its person has been evaluated
 * Order    one step after the other; two processes at once find nothing twice
 * Resume   what is due at the start is overdue and done first
 */
export function startTimers({ segments, logger }: { segments: SegmentsDeps; logger: Logger }): Timers {
  const ended = new AbortController();
  const { signal } = ended;
  const step = async (): Promise<boolean> => {
    try {
      const { profiles } = await runDueTimers(segments, STEP, signal);
      return profiles > 0;
    } catch (thrown) {
      if (!signal.aborted) {
        const error = classifyFailure(thrown, 'segment timers');
        logger.warn(error.message, { code: error.code, kind: error.kind });
      }
      return false;
    }
  };
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      const more = await step();
      // Woken by `stop`: the pause then ends early, which is no failure.
      if (!more) await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    async stop() {
      ended.abort();
      await running;
    },
  };
}
