import { systemClock, type Clock } from '@kohort/kernel-clock-random';
import type { Logger } from '@kohort/kernel-telemetry';
import {
  OUTBOX_CHANNEL,
  RELAY_IDLE_MS,
  listen,
  onOutboxCommit,
  readNews,
  relayState,
  stepRelay,
  sweepTasks,
  tidyRelay,
  type Database,
  type DueTask,
} from '@kohort/platform-postgres';
import { alarm } from './alarm';
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
  /** Look now, or within that time: something was committed. Called by the database after each commit with outbox rows. */
  wake(inMs?: number): void;
  /** Ends after the step in progress. */
  stop(): Promise<void>;
}

/** Rows a step; the rest follows at once. */
const STEP = 500;
/**
 * While an open transaction hides committed rows. Workers and the streams of changed memberships were told at the commit;
 * who is not are those who wait for the log to be final: webhooks of changes.
 */
const HIDDEN_MS = { first: 200, most: 800 } as const;
const SWEEP_EVERY_MS = 5_000;
const TIDY_EVERY_MS = 600_000;
const KEEP_DAYS = 7;
const FAILED_MS = 1_000;

/** The relay's steps on its engines; keeps what must be remembered between them. */
function relaySteps(options: StartRelayOptions, clock: Clock) {
  const { database, queues, logger } = options;
  let sweptAt = clock.now();
  let tidiedAt = clock.now();
  let hiddenMs: number = HIDDEN_MS.first;
  /** The last step told that there would be something to do now. */
  let isExpected = false;

  const offer = async (tasks: readonly DueTask[]): Promise<void> => {
    if (tasks.length === 0) return;
    try {
      await queues.enqueue(tasks);
    } catch (thrown) {
      // They stay owed: the sweep offers them again.
      logger.warn('tasks not enqueued', { count: tasks.length, reason: originOf(thrown) });
    }
  };

  const sweep = async (): Promise<void> => {
    sweptAt = clock.now();
    await offer(await sweepTasks(database.relay, STEP));
  };

  const housekeeping = async (): Promise<void> => {
    if (clock.now() - sweptAt >= SWEEP_EVERY_MS) await sweep();
    if (clock.now() - tidiedAt >= TIDY_EVERY_MS) {
      tidiedAt = clock.now();
      await tidyRelay(database.relay, KEEP_DAYS);
    }
  };

  const step = async (): Promise<number> => {
    const { passed, tasks, hasMore, nextDueMs } = await stepRelay(database.relay, STEP);
    await offer(tasks);
    isExpected = true;
    if (passed === STEP || tasks.length === STEP) return 0;
    // What an open transaction hides comes with its end, of which nobody tells.
    const isHidden = hasMore && passed === 0;
    if (!isHidden) hiddenMs = HIDDEN_MS.first;
    const sleepMs = Math.min(Math.ceil(nextDueMs ?? RELAY_IDLE_MS), hasMore ? hiddenMs : RELAY_IDLE_MS);
    if (isHidden) hiddenMs = Math.min(HIDDEN_MS.most, hiddenMs * 2);
    isExpected = sleepMs < RELAY_IDLE_MS;
    return Math.min(RELAY_IDLE_MS, sleepMs);
  };

  /** One round; answers how long to sleep. `woken` spares the look whether there is anything. */
  return async (woken: boolean): Promise<number> => {
    await housekeeping();
    if (woken || isExpected) return step();
    const { hasReadable, hasHidden, nextDueMs, hasUnheard } = await relayState(database.relay);
    if (hasUnheard) await sweep();
    if (hasReadable || hasHidden || nextDueMs === 0) return step();
    return Math.min(RELAY_IDLE_MS, Math.ceil(nextDueMs ?? RELAY_IDLE_MS));
  };
}

/**
 * Carries what was committed to whom it concerns: due tasks go into their queues, readers of the log hear of what is
 * final. Any number of relays may run; the row of their common place lets one at a time move it.
 *
 * Promise  every task, born with its message, reaches its queue at least once; the log's readers hear in commit-safe order
 * Key      (workspace, job, entity): a repeat finds its task there
 * Order    taken and place in one transaction → queue
 * Resume   a crash before the queue leaves tasks that the sweep (every 5 s) offers again
 * Size     500 rows a step; when all is quiet one query every two seconds and one more every five
 */
export async function startRelay(options: StartRelayOptions): Promise<Relay> {
  const { database, logger } = options;
  const clock = options.clock ?? systemClock;
  const bell = alarm();
  const step = relaySteps(options, clock);
  const forget = onOutboxCommit(database.url, bell.wake);
  const listening = await listen(database.url, OUTBOX_CHANNEL, (payload) => {
    const { relayInMs } = readNews(payload);
    if (relayInMs !== null) bell.wake(relayInMs);
  });
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
