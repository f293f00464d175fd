import { startRelay, startWorkers, type HandlersByOwner } from '@kohort/platform-queue';
import type { Engines } from './engines';

/** Handlers of the jobs that this process owns, and whether it hands on the outbox. */
export interface WorkerProcessOptions {
  readonly engines: Engines;
  readonly handlers: HandlersByOwner;
  /** One process of an installation should; several do no harm. */
  readonly withRelay: boolean;
  /** The queue no longer hands out work although it answers: the process should end and be started anew. */
  readonly onStuck: () => void;
}

/** A process that takes jobs. */
export interface WorkerProcess {
  /** Takes nothing more, lets what runs end within the deadline, then returns. */
  stop(): Promise<void>;
}

/**
 * Starts consuming.
 *
 * Throws  QUEUE_HANDLERS_WRONG when a job of an owner has no handler, or one too many: the process does not start
 */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const { database, queues, logger, clock } = options.engines;
  const workers = await startWorkers({
    database,
    queues,
    logger,
    clock,
    handlers: options.handlers,
    onStuck: (lane) => {
      logger.error('a queue hands out nothing although its engine answers', { queue: lane });
      options.onStuck();
    },
  });
  const relay = options.withRelay ? await startRelay({ database, queues, logger, clock }) : undefined;
  return {
    async stop() {
      await workers.stop();
      await relay?.stop();
    },
  };
}
