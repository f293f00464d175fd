import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom, systemClock, type Clock } from '@kohort/kernel-clock-random';
import type { Logger } from '@kohort/kernel-telemetry';
import { OWNERS, togetherOf, type Owner } from '@kohort/pipeline-map';
import { OUTBOX_CHANNEL, listen, offerAgain, onWorkCommit, readNews, type Database } from '@kohort/platform-postgres';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { keepCanaries, type LaneWatch } from './canary';
import { checkHandlers, type HandlersByOwner } from './check-handlers';
import { originOf } from './failure';
import { holdTasks } from './held-tasks';
import { isJobName, lanesOf, type Lane } from './lanes';
import { loneGate } from './lone-gate';
import { watchLoopDelay } from './loop-delay';
import type { Queues } from './open-queues';
import type { LaneProcessor, LaneWorker, QueuedTask } from './queue-backend';
import { queueErrors } from './queue-errors';
import { BATCH_CONCURRENCY, LOOP_DELAY, RUN_CONCURRENCY } from './queue-settings';
import { runTask } from './run-task';
import { togetherRunner } from './run-together';
import { toldWork } from './told-work';

export interface StartWorkersOptions {
  readonly database: Database;
  readonly queues: Queues;
  /** Handlers by the host that supplies them; its keys are the owners that run here. */
  readonly handlers: HandlersByOwner;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Seed of the back-off's jitter. */
  readonly seed?: number;
  /** A worker no longer takes jobs although the engine answers: the process should end with 1 and be started anew. */
  readonly onStuck?: (lane: Lane) => void;
  readonly concurrency?: { readonly batches?: number; readonly runs?: number };
}

export interface Workers {
  /** Tasks in hand. */
  readonly active: number;
  /**
   * Takes nothing more, asks what runs to stop, and waits for it. What has not ended by the deadline is left: its lease
   * lapses and another process does it.
   */
  stop(deadlineMs?: number): Promise<void>;
}

const STOP_DEADLINE_MS = 20_000;
const FORCED_MS = 2_000;

function ownersOf(handlers: HandlersByOwner): readonly Owner[] {
  return OWNERS.filter((owner) => handlers[owner] !== undefined);
}

/**
 * Starts one worker a queue for every owner that runs in this process.
 *
 * Throws  QUEUE_HANDLERS_WRONG before anything is started, when a job has no handler, or one too many
 */
export async function startWorkers(options: StartWorkersOptions): Promise<Workers> {
  const { database, queues, logger } = options;
  const clock = options.clock ?? systemClock;
  const owners = ownersOf(options.handlers);
  const handlers = checkHandlers(options.handlers, owners);
  const loopWatch = watchLoopDelay((haltMs) => {
    if (haltMs > LOOP_DELAY.warnMs) logger.warn('event loop is slow', { durationMs: haltMs });
    if (haltMs > LOOP_DELAY.abortMs) held.abortAll(queueErrors.QUEUE_LOOP_BLOCKED({ blockedMs: haltMs }));
  });
  const held = holdTasks(database, logger, loopWatch);
  let stopping: Promise<void> | undefined;
  const runner = {
    database,
    handlers,
    held,
    gate: loneGate(),
    logger,
    clock,
    random: seededRandom(options.seed ?? clock.now()),
    isStopping: () => stopping !== undefined,
  };
  const together = togetherRunner(runner);
  const watches: LaneWatch[] = [];

  const work = async (name: string, { workspaceId: id, taskId, alone }: QueuedTask): Promise<void> => {
    const workspaceId = workspaceIdSchema.parse(id);
    const way = isJobName(name) && !alone ? togetherOf(name) : undefined;
    if (!isJobName(name) || !way) return runTask(runner, { workspaceId, taskId });
    const isUnfinished = await together.drain({ workspaceId, job: name, together: way }, false);
    // Others have their turn in between.
    if (isUnfinished) await offerAgain(database.relay, { workspaceId, job: name });
  };

  const startLane = (lane: Lane): LaneWorker => {
    const wanted = lane.endsWith('runs') ? options.concurrency?.runs : options.concurrency?.batches;
    const concurrency = wanted ?? (lane.endsWith('runs') ? RUN_CONCURRENCY : BATCH_CONCURRENCY);
    const watch: LaneWatch = { lane, lastStartAt: clock.now(), active: 0, concurrency };
    watches.push(watch);
    const process: LaneProcessor = async (job, _token, _signal) => {
      watch.lastStartAt = clock.now();
      if (job.data.taskId === '') return;
      watch.active += 1;
      try {
        await work(job.name, job.data);
      } finally {
        watch.active -= 1;
      }
    };
    const worker = queues.makeWorker(lane, concurrency, process);
    worker.on('error', (error) => logger.warn('queue worker', { queue: lane, reason: originOf(error) }));
    // The engine only reports it. The task's own lease decides whether the work may go on.
    worker.on('lockRenewalFailed', (ids) => ids.forEach((id) => worker.cancelJob(id)));
    return worker;
  };

  const told = toldWork({ jobs: [...handlers.keys()], together, isStopping: runner.isStopping, logger });
  const forget = onWorkCommit(database.url, told.look);
  const listening = told.hasJobs
    ? await listen(database.url, OUTBOX_CHANNEL, (payload) => told.look(readNews(payload).work))
    : undefined;
  const workers = owners.flatMap(lanesOf).map(startLane);
  const stopCanaries = keepCanaries({
    queues,
    watches,
    clock,
    onStuck: (lane) => {
      logger.error('queue stuck', { queue: lane, code: 'QUEUE_STUCK' });
      options.onStuck?.(lane);
    },
  });
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  logger.info('workers started', { count: workers.length });

  const stop = async (deadlineMs: number): Promise<void> => {
    stopCanaries();
    forget();
    await listening?.close();
    await Promise.all(workers.map((worker) => worker.pause(true)));
    held.abortAll(queueErrors.QUEUE_SHUTDOWN());
    const limit = new AbortController();
    const late = pause(deadlineMs, 'late' as const, { signal: limit.signal }).catch(() => 'in time' as const);
    const ends = [told.ended(), ...workers.map((worker) => worker.close())];
    const closed = Promise.all(ends).then(() => 'closed' as const);
    const first = await Promise.race([closed, late]);
    limit.abort();
    if (first === 'late') {
      logger.warn('workers did not end in time', { count: held.count });
      // With the engine away even this may hang; the process is about to end anyhow.
      await Promise.race([Promise.all(workers.map((worker) => worker.close(true))), pause(FORCED_MS)]);
    }
    held.stop();
  };
  return {
    get active() {
      return held.count;
    },
    stop: (deadlineMs = STOP_DEADLINE_MS) => (stopping ??= stop(deadlineMs)),
  };
}
