import type { SegmentRefreshes, SourceConnections } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import { classifyFailure, TIMER_LOOK_MS } from '@kohort/platform-postgres';
import { runDueTimers, type SegmentsDeps } from '@kohort/segments-flow';
import { startLoop, type Timers } from '@kohort/hosts-runtime';

/** People a step; more that are due follow at once. */
const STEP = 500;
/** People who were due and could not be evaluated are tried again after this. */
const AGAIN_MS = 500;

/** Source connections, or segments, a step. */
const RUNS = 100;
const LOOK_FOR_RUNS_MS = 5_000;

/** What the timers look at. */
export interface TimerParts {
  /** Calls back when a timer is set that is due before the next look. */
  readonly onTimerSet: (wake: () => void) => Promise<{ close(): Promise<void> }>;
  readonly segments: SegmentsDeps;
  readonly connections: Pick<SourceConnections, 'startDue'>;
  readonly refreshes: Pick<SegmentRefreshes, 'startDue'>;
  readonly logger: Logger;
}

/** Evaluates who is due; answers how long nothing is, by the database's clock: this process's own has no say in it. */
export async function lookAtTimers(segments: SegmentsDeps, signal?: AbortSignal): Promise<true | number> {
  const dueInMs = await segments.store.nextTimerMs();
  if (dueInMs === null || dueInMs > 0) return Math.min(dueInMs ?? TIMER_LOOK_MS, TIMER_LOOK_MS);
  return (await runDueTimers(segments, STEP, signal)).profiles > 0 || AGAIN_MS;
}

/**
 * Looks for people whose answer time alone has changed and evaluates them, and for source connections and counted
 * segments that are due and asks for their pulls and counts.
 *
 * Promise  at least once; a timer stands until its person has been evaluated, a slot until its pull has been asked for
 * Order    one step after the other; two processes at once find nothing twice
 * Cost     nothing is due: one small statement every five seconds, however many timers stand
 * Resume   what is due at the start is overdue and done first
 */
export function startTimers({ segments, connections, refreshes, logger, onTimerSet }: TimerParts): Timers {
  const people = startLoop({
    name: 'segment timers',
    everyMs: AGAIN_MS,
    logger,
    step: (signal) => lookAtTimers(segments, signal),
  });
  const listening = onTimerSet(() => people.wake());
  listening.catch((thrown: unknown) => {
    const { message, code } = classifyFailure(thrown, 'listening for timers');
    logger.warn(message, { code });
  });
  const pulls = startLoop({
    name: 'pull timers',
    everyMs: LOOK_FOR_RUNS_MS,
    logger,
    step: async () => (await connections.startDue(RUNS)) === RUNS,
  });
  const counts = startLoop({
    name: 'refresh timers',
    everyMs: LOOK_FOR_RUNS_MS,
    logger,
    step: async () => (await refreshes.startDue(RUNS)) === RUNS,
  });
  return {
    async stop() {
      await Promise.all([
        people.stop(),
        pulls.stop(),
        counts.stop(),
        listening.then((one) => one.close()).catch(() => undefined),
      ]);
    },
  };
}
