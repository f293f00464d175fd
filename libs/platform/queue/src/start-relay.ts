import { systemClock, type Clock } from '@kohort/kernel-clock-random';
import type { Logger } from '@kohort/kernel-telemetry';
import { jobNames, pipeline, togetherOf } from '@kohort/pipeline-map';
import {
  OUTBOX_CHANNEL,
  listen,
  moveOutbox,
  onOutboxCommit,
  relayState,
  takeDueTasks,
  tidyRelay,
  type Database,
  type DueTask,
  type TopicListener,
} from '@kohort/platform-postgres';
import { originOf } from './failure';
import type { Queues } from './open-queues';

/** The database whose outbox is read, and the queues that are fed. */
export interface StartRelayOptions {
  readonly database: Database;
  readonly queues: Queues;
  readonly logger: Logger;
  readonly clock?: Clock;
}

export interface Relay {
  /** Look now: something was committed. Called by the database after each commit with outbox rows. */
  wake(): void;
  /** Ends after the step in progress. */
  stop(): Promise<void>;
}

/** Rows a step; the rest follows at once. */
const STEP = 500;
const IDLE_MS = 1_000;
/** While an open transaction hides committed rows: look again soon, and then less soon. */
const HIDDEN_MS = { first: 3, most: 100 } as const;
const SWEEP_EVERY_MS = 5_000;
const TIDY_EVERY_MS = 600_000;
const KEEP_DAYS = 7;
const FAILED_MS = 1_000;

const listeners: readonly TopicListener[] = jobNames.flatMap((job) =>
  pipeline[job].on.map((topic) => ({
    topic,
    job,
    field: pipeline[job].entity,
    gatherMs: togetherOf(job)?.gatherMs ?? 0,
  })),
);

/** A sleep that a wake-up ends; a wake-up that came before it is not lost. */
function alarm() {
  let rung = false;
  let ring: (() => void) | undefined;
  return {
    wake(): void {
      rung = true;
      ring?.();
    },
    async sleep(ms: number): Promise<boolean> {
      if (!rung && ms > 0) {
        await new Promise<void>((done) => {
          const timer = setTimeout(done, ms);
          ring = () => {
            clearTimeout(timer);
            done();
          };
        });
      }
      ring = undefined;
      const woken = rung;
      rung = false;
      return woken;
    },
  };
}

/** The relay's steps on its engines; keeps what must be remembered between them. */
function relaySteps(options: StartRelayOptions, clock: Clock) {
  const { database, queues, logger } = options;
  let sweptAt = clock.now();
  let tidiedAt = clock.now();
  let hiddenMs: number = HIDDEN_MS.first;

  const offer = async (tasks: readonly DueTask[]): Promise<void> => {
    if (tasks.length === 0) return;
    try {
      await queues.enqueue(tasks);
    } catch (thrown) {
      // They stay owed: the sweep offers them again.
      logger.warn('tasks not enqueued', { count: tasks.length, reason: originOf(thrown) });
    }
  };

  const housekeeping = async (): Promise<void> => {
    if (clock.now() - sweptAt >= SWEEP_EVERY_MS) {
      sweptAt = clock.now();
      await offer(await takeDueTasks(database.relay, { sweep: true, limit: STEP }));
    }
    if (clock.now() - tidiedAt >= TIDY_EVERY_MS) {
      tidiedAt = clock.now();
      await tidyRelay(database.relay, KEEP_DAYS);
    }
  };

  /** One round; answers how long to sleep. `woken` spares the look whether there is anything. */
  return async (woken: boolean): Promise<number> => {
    if (woken) {
      const moved = await moveOutbox(database.relay, listeners, STEP);
      await offer(moved.tasks);
      if (moved.count > 0) hiddenMs = HIDDEN_MS.first;
      if (moved.count === STEP) return 0;
    }
    await housekeeping();
    const state = await relayState(database.relay);
    if (state.hasReadable) {
      await offer((await moveOutbox(database.relay, listeners, STEP)).tasks);
      return 0;
    }
    if (state.nextDueMs === 0) {
      await offer(await takeDueTasks(database.relay, { sweep: false, limit: STEP }));
      return 0;
    }
    if (!state.hasHidden) hiddenMs = HIDDEN_MS.first;
    else hiddenMs = Math.min(HIDDEN_MS.most, hiddenMs * 2);
    const untilDue = Math.ceil(state.nextDueMs ?? IDLE_MS);
    return Math.min(IDLE_MS, untilDue, state.hasHidden ? hiddenMs : IDLE_MS);
  };
}

/**
 * Carries what was committed to whom it concerns: outbox rows become tasks, due tasks go into their queues. Any number
 * of relays may run; the row of their common place lets one at a time move it.
 *
 * Promise  every committed row reaches every listening job at least once, in commit-safe order
 * Key      (workspace, job, entity): a repeat finds its task there
 * Order    tasks and place in one transaction → queue
 * Resume   a crash before the queue leaves tasks that the sweep (every 5 s) offers again
 * Size     500 rows a step; when all is quiet one query a second and one more every five
 */
export async function startRelay(options: StartRelayOptions): Promise<Relay> {
  const { database, logger } = options;
  const clock = options.clock ?? systemClock;
  const bell = alarm();
  const step = relaySteps(options, clock);
  const forget = onOutboxCommit(database.url, bell.wake);
  const listening = await listen(database.url, OUTBOX_CHANNEL, bell.wake);
  let running = true;
  const loop = async (): Promise<void> => {
    let sleepMs = 0;
    while (running) {
      const woken = await bell.sleep(sleepMs);
      if (!running) return;
      try {
        sleepMs = await step(woken);
      } catch (thrown) {
        logger.warn('relay step failed', { reason: originOf(thrown) });
        sleepMs = FAILED_MS;
      }
    }
  };
  const ended = loop();
  return {
    wake: bell.wake,
    async stop() {
      running = false;
      forget();
      bell.wake();
      await ended;
      await listening.close();
    },
  };
}
