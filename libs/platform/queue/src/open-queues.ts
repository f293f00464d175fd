import { setTimeout as pause } from 'node:timers/promises';
import { togetherOf } from '@kohort/pipeline-map';
import type { DueTask } from '@kohort/platform-postgres';
import { systemClock, type Clock } from '@kohort/kernel-clock-random';
import { allLanes, isJobName, laneOf, type Lane } from './lanes';
import { postgresBackend, redisBackend, type LaneQueue, type LaneProcessor, type LaneWorker } from './queue-backend';
import { queueErrors } from './queue-errors';
import { BREAKER, JOB_SETTINGS, PRODUCER_TIMEOUT_MS } from './queue-settings';

export interface OpenQueuesOptions {
  /** Redis when set; else the queues live in PostgreSQL. */
  readonly redisUrl?: string | undefined;
  readonly postgresUrl: string;
  /** Names this installation's keys in a shared Redis. */
  readonly prefix?: string;
  readonly clock?: Clock;
}

/** How many jobs a queue holds. */
export interface LaneCounts {
  readonly waiting: number;
  readonly active: number;
}

/** The queues of the pipeline. What is in them may be lost at any time: they only say "look at this task now". */
export interface Queues {
  readonly kind: 'postgres' | 'redis';
  /**
   * Puts tasks into their queues. Gives up after two seconds; the tasks stay owed in their table and are offered again.
   *
   * Throws  QUEUE_UNAVAILABLE
   */
  enqueue(tasks: readonly DueTask[]): Promise<void>;
  /** A job that only shows that the queue hands out jobs; answers its id. */
  sendCanary(lane: Lane): Promise<string>;
  /** Whether a job still waits to be taken. */
  isWaiting(lane: Lane, id: string): Promise<boolean>;
  counts(lane: Lane): Promise<LaneCounts>;
  makeWorker(lane: Lane, concurrency: number, process: LaneProcessor): LaneWorker;
  ping(): Promise<void>;
  close(): Promise<void>;
}

const CANARY_OPTIONS = { ...JOB_SETTINGS, removeOnComplete: true, removeOnFail: true };

/** What says "look": one job stands for all waiting batches of a workspace that are taken together. */
function wakeUps(tasks: readonly DueTask[]): readonly DueTask[] {
  const said = new Set<string>();
  return tasks.filter(({ job, workspaceId, isTroubled }) => {
    // A job of a later release: its own workers will take it.
    if (!isJobName(job)) return false;
    if (isTroubled || !togetherOf(job)) return true;
    const key = `${workspaceId} ${job}`;
    return !said.has(key) && said.add(key);
  });
}

/** Stops trying for a while after several failures in a row, so that a dead engine costs no waiting. */
function breaker(clock: Clock) {
  let failures = 0;
  let openUntil = 0;
  return async <T>(count: number, work: () => Promise<T>): Promise<T> => {
    if (clock.now() < openUntil) throw queueErrors.QUEUE_UNAVAILABLE({ count });
    const timer = new AbortController();
    const late = pause(PRODUCER_TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
      throw queueErrors.QUEUE_UNAVAILABLE({ count });
    });
    try {
      const answer = await Promise.race([work(), late]);
      failures = 0;
      return answer;
    } catch (thrown) {
      failures += 1;
      if (failures >= BREAKER.failures) openUntil = clock.now() + BREAKER.pauseMs;
      throw queueErrors.QUEUE_UNAVAILABLE({ count }, { cause: thrown });
    } finally {
      late.catch(() => undefined);
      timer.abort();
    }
  };
}

/**
 * Opens the queues on Redis or on PostgreSQL; nothing else in the product knows which.
 *
 * Throws  QUEUE_REDIS_UNSAFE when Redis may evict keys or has no append-only file
 */
export async function openQueues(options: OpenQueuesOptions): Promise<Queues> {
  const backend = options.redisUrl
    ? await redisBackend(options.redisUrl, options.prefix ?? 'kohort')
    : await postgresBackend(options.postgresUrl);
  const guarded = breaker(options.clock ?? systemClock);
  const queues = new Map<Lane, LaneQueue>();
  const queueOf = (lane: Lane): LaneQueue => {
    const known = queues.get(lane);
    if (known) return known;
    const made = backend.makeQueue(lane);
    // Failures come back from the call that met them; unheard, this event would end the process.
    made.on('error', () => undefined);
    queues.set(lane, made);
    return made;
  };
  for (const lane of allLanes) queueOf(lane);
  return {
    kind: backend.kind,
    async enqueue(tasks) {
      const byLane = new Map<Lane, DueTask[]>();
      for (const task of wakeUps(tasks)) {
        if (!isJobName(task.job)) continue;
        const lane = laneOf(task.job);
        byLane.set(lane, [...(byLane.get(lane) ?? []), task]);
      }
      await Promise.all(
        [...byLane].map(([lane, owed]) =>
          guarded(owed.length, () =>
            queueOf(lane).addBulk(
              owed.map((task) => ({
                name: task.job,
                data: { workspaceId: task.workspaceId, taskId: task.taskId, alone: task.isTroubled },
                opts: { ...JOB_SETTINGS, jobId: `${task.job}_${task.taskId}_${task.epoch}` },
              })),
            ),
          ),
        ),
      );
    },
    async sendCanary(lane) {
      const job = await guarded(0, () => queueOf(lane).add('canary', { workspaceId: '', taskId: '' }, CANARY_OPTIONS));
      return job.id ?? '';
    },
    async isWaiting(lane, id) {
      const job = await guarded(0, () => queueOf(lane).getJob(id));
      return job !== undefined && (await job.isWaiting());
    },
    async counts(lane) {
      const counts = await queueOf(lane).getJobCounts('waiting', 'active');
      return { waiting: counts['waiting'] ?? 0, active: counts['active'] ?? 0 };
    },
    makeWorker: (lane, concurrency, process) => backend.makeWorker(lane, concurrency, process),
    ping: () => backend.ping(),
    async close() {
      // An engine that is away does not answer a goodbye either.
      const closed = Promise.all([...queues.values()].map((queue) => queue.close())).then(() => backend.close());
      await Promise.race([closed, pause(PRODUCER_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}
