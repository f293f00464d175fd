import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { batchIdSchema, type BatchId, type WorkspaceId } from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import { jobNames, pipeline, type HandlerControl, type JobHandler } from '@kohort/pipeline-map';
import { appendOutbox, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { openQueues, type Queues } from '../src/open-queues';
import { startRelay, type Relay } from '../src/start-relay';
import { startWorkers, type Workers } from '../src/start-workers';
import { hasRedisServer, startRedis, type Engine } from './engines';

/** The engines that can be had here. */
export const engineKinds: readonly ('postgres' | 'redis')[] = hasRedisServer() ? ['postgres', 'redis'] : ['postgres'];

export type TrackHandler = (input: { batchId: BatchId }, control: HandlerControl) => Promise<void>;

/** A handler that takes batches one by one. */
function oneByOne(track: TrackHandler): JobHandler<'sync.track'> {
  return async ({ batchIds }, control) => {
    for (const batchId of batchIds) await track({ batchId }, control);
  };
}

/** What a test asks of the workers: the handler of batches, that of runs, or one that takes batches together. */
export interface TestHandlers {
  readonly run?: () => Promise<void>;
  readonly together?: JobHandler<'sync.track'>;
}

/** A database, an engine of queues and a relay between them. */
export interface QueueRig {
  readonly db: TestDatabase;
  readonly owner: Client;
  readonly engine: Engine;
  readonly queues: Queues;
  readonly relay: Relay;
  readonly workspace: WorkspaceId;
  /** Starts workers whose `sync.track` does `track`; those of the test before must have been stopped. */
  work(track: TrackHandler, handlers?: TestHandlers): Promise<Workers>;
  /** Starts workers of whom `identity.resolve`, which is told of at its commit, does `resolve`. */
  workAtCommit(resolve: JobHandler<'identity.resolve'>): Promise<Workers>;
  /** Ends the workers that `work` started. */
  stopWorkers(): Promise<void>;
  newBatch(): BatchId;
  /** Commits a message about a batch. */
  announce(batchId: BatchId): Promise<void>;
  taskOf(batchId: BatchId): Promise<TaskRow | undefined>;
  hasStatus(batchId: BatchId, status: string): () => Promise<boolean>;
  stop(): Promise<void>;
}

const readTask = (db: TestDatabase, batchId: BatchId) =>
  db.database.relay.selectFrom('task').selectAll().where('entity', '=', batchId).executeTakeFirst();
export type TaskRow = NonNullable<Awaited<ReturnType<typeof readTask>>>;

/** Starts all of it, empty. */
export async function startQueueRig(kind: 'postgres' | 'redis'): Promise<QueueRig> {
  const db = await startTestDatabase();
  const owner = new Client({ connectionString: db.url, options: '-c search_path=kohort' });
  await owner.connect();
  const onPostgres: Engine = {
    redisUrl: undefined,
    wipe: async () => void (await owner.query('truncate bullmq.job cascade')),
    stop: () => Promise.resolve(),
  };
  const engine = kind === 'redis' ? await startRedis() : onPostgres;
  const queues = await openQueues({ redisUrl: engine.redisUrl, postgresUrl: db.url, prefix: 'spec' });
  const relay = await startRelay({ database: db.database, queues, logger: silentLogger });
  const workspace = await db.addWorkspace();
  let workers: Workers | undefined;
  const stopWorkers = async (): Promise<void> => {
    await workers?.stop();
    workers = undefined;
  };
  return {
    ...{ db, owner, engine, queues, relay, workspace, stopWorkers },
    async work(track, { run = () => Promise.resolve(), together = oneByOne(track) } = {}) {
      const ours = jobNames.filter((job) => pipeline[job].owner === 'sync-worker');
      const runs = Object.fromEntries(ours.map((job) => [job, run]));
      const handlers = { 'sync-worker': { ...runs, 'sync.track': together } };
      workers = await startWorkers({ database: db.database, queues, logger: silentLogger, handlers, seed: 1 });
      return workers;
    },
    async workAtCommit(resolve) {
      const ours = jobNames.filter((job) => pipeline[job].owner === 'pipeline-worker');
      const others = Object.fromEntries(ours.map((job) => [job, () => Promise.resolve()]));
      const handlers = { 'pipeline-worker': { ...others, 'identity.resolve': resolve } };
      workers = await startWorkers({ database: db.database, queues, logger: silentLogger, handlers, seed: 1 });
      return workers;
    },
    newBatch: () => batchIdSchema.parse(randomUUID()),
    announce: (batchId) =>
      db.database.inWorkspace(workspace, (tx) =>
        appendOutbox(tx, 'MembershipChanged', { workspaceId: workspace, batchId }),
      ),
    taskOf: (batchId) => readTask(db, batchId),
    hasStatus: (batchId, status) => async () => (await readTask(db, batchId))?.status === status,
    async stop() {
      await relay.stop();
      await queues.close();
      await owner.end();
      await db.stop();
      await engine.stop();
    },
  };
}
