import { silentLogger } from '@kohort/kernel-telemetry';
import { jobNames, pipeline, type JobHandlers } from '@kohort/pipeline-map';
import { openQueues, startRelay, startWorkers, type Queues, type Relay, type Workers } from '@kohort/platform-queue';
import type { PullWorld } from './pull-world';

/** Everything of the pipeline's worker but what the spec is about does nothing. */
function handlersOf(world: PullWorld): JobHandlers {
  const own = jobNames.filter((job) => pipeline[job].owner === 'pipeline-worker');
  const idle = Object.fromEntries(own.map((job) => [job, () => Promise.resolve()]));
  return { ...idle, 'ingest.pull': world.handlers['ingest.pull'] };
}

/** The real way of a job: from its outbox row by relay and queue to a worker, which can be stopped and started anew. */
export class PullQueue {
  private workers: Workers | undefined;

  private constructor(
    private readonly world: PullWorld,
    private readonly queues: Queues,
    private readonly relay: Relay,
  ) {}

  static async start(world: PullWorld): Promise<PullQueue> {
    const { database } = world.db;
    const queues = await openQueues({ redisUrl: undefined, postgresUrl: world.db.url, prefix: 'pull' });
    const queue = new PullQueue(world, queues, await startRelay({ database, queues, logger: silentLogger }));
    await queue.startWorker();
    return queue;
  }

  async startWorker(): Promise<void> {
    const { database } = this.world.db;
    const handlers = { 'pipeline-worker': handlersOf(this.world) };
    this.workers = await startWorkers({ database, queues: this.queues, logger: silentLogger, handlers, seed: 1 });
  }

  async stopWorker(): Promise<void> {
    await this.workers?.stop();
    this.workers = undefined;
  }

  async stop(): Promise<void> {
    await this.stopWorker();
    await this.relay.stop();
    await this.queues.close();
  }
}
