import type { SourceConnections } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import { runDueTimers, type SegmentsDeps } from '@kohort/segments-flow';
import { startLoop, type Timers } from './loop';

/** People a step; more that are due follow at once. */
const STEP = 500;
/** An exit by time fires within a second of its instant; this is half of it. */
const LOOK_EVERY_MS = 500;

/** Source connections a step. */
const PULLS = 100;
const LOOK_FOR_PULLS_MS = 5_000;

/** What the timers look at. */
export interface TimerParts {
  readonly segments: SegmentsDeps;
  readonly connections: Pick<SourceConnections, 'startDue'>;
  readonly logger: Logger;
}

/**
 * Looks for people whose answer time alone has changed and evaluates them, and for source connections that are due and
 * asks for their pulls.
 *
 * Promise  at least once; a timer stands until its person has been evaluated, a slot until its pull has been asked for
 * Order    one step after the other; two processes at once find nothing twice
 * Resume   what is due at the start is overdue and done first
 */
export function startTimers({ segments, connections, logger }: TimerParts): Timers {
  const people = startLoop({
    name: 'segment timers',
    everyMs: LOOK_EVERY_MS,
    logger,
    step: async (signal) => (await runDueTimers(segments, STEP, signal)).profiles > 0,
  });
  const pulls = startLoop({
    name: 'pull timers',
    everyMs: LOOK_FOR_PULLS_MS,
    logger,
    step: async () => (await connections.startDue(PULLS)) === PULLS,
  });
  return {
    async stop() {
      await Promise.all([people.stop(), pulls.stop()]);
    },
  };
}
