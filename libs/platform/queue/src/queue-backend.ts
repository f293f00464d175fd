import {
  Queue,
  Worker,
  createPostgresBackend,
  runMigrations,
  type Job,
  type JobsOptions,
  type QueueOptions,
  type WorkerOptions,
} from 'bullmq';
import IORedis from 'ioredis';
import { Pool } from 'pg';
import { IDLE_CONNECTION_MS, withClient } from '@kohort/platform-postgres';
import type { Lane } from './lanes';
import { queueErrors } from './queue-errors';
import { EVENTS_KEPT, PRODUCER_TIMEOUT_MS, STALLED_INTERVAL_MS, WORKER_SETTINGS } from './queue-settings';

/** What travels through a queue: ids only. An empty task id is a canary. */
export interface QueuedTask {
  readonly workspaceId: string;
  readonly taskId: string;
  /** Not to be taken together with others, whatever its job. */
  readonly alone?: boolean;
}

/** One job for `addBulk`. */
export interface NewJob {
  readonly name: string;
  readonly data: QueuedTask;
  readonly opts: JobsOptions;
}

/** What we use of a BullMQ queue, on whichever engine. */
export interface LaneQueue {
  addBulk(jobs: NewJob[]): Promise<unknown>;
  add(name: string, data: QueuedTask, opts: JobsOptions): Promise<{ readonly id?: string }>;
  getJob(id: string): Promise<{ isWaiting(): Promise<boolean> } | undefined>;
  getJobCounts(...types: ('waiting' | 'active')[]): Promise<Readonly<Record<string, number>>>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** What we use of a BullMQ worker. */
export interface LaneWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (ids: string[]) => void): unknown;
  cancelJob(id: string): boolean;
  pause(doNotWaitActive?: boolean): Promise<void>;
  waitUntilReady(): Promise<unknown>;
  close(force?: boolean): Promise<void>;
}

/** Runs one job; three parameters, or BullMQ gives no signal. */
export type LaneProcessor = (
  job: Job<QueuedTask>,
  token: string | undefined,
  signal: AbortSignal | undefined,
) => Promise<void>;

/** The engine below the queues; the same queues and workers on either. */
export interface QueueBackend {
  readonly kind: 'postgres' | 'redis';
  makeQueue(lane: Lane): LaneQueue;
  makeWorker(lane: Lane, concurrency: number, process: LaneProcessor): LaneWorker;
  /** Fails when the engine does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const QUEUE_OPTIONS: Omit<QueueOptions, 'connection'> = { streams: { events: { maxLen: EVENTS_KEPT } } };

function workerOptions(concurrency: number): Omit<WorkerOptions, 'connection'> {
  return { ...WORKER_SETTINGS, stalledInterval: STALLED_INTERVAL_MS, concurrency };
}

/**
 * BullMQ on PostgreSQL, in schema `bullmq`. All of it may be lost at any time, so its commits do not wait for the disk.
 * Each worker has a pool of its own: in a shared one, standing LISTEN connections could starve the queries.
 */
export async function postgresBackend(url: string): Promise<QueueBackend> {
  await withClient({ connectionString: url, options: '-c client_min_messages=warning' }, (client) =>
    runMigrations(client),
  );
  const unsynced = '-c synchronous_commit=off -c client_min_messages=warning';
  const producers = new Pool({
    connectionString: url,
    max: 3,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    application_name: 'kohort:queue',
    options: `${unsynced} -c search_path=bullmq`,
    connectionTimeoutMillis: PRODUCER_TIMEOUT_MS,
    keepAlive: true,
  });
  // An idle connection that drops is made again by the next query.
  producers.on('error', () => undefined);
  producers.on('connect', (client) => void client.on('error', () => undefined));
  return {
    kind: 'postgres',
    makeQueue: (lane) => new Queue(lane, { ...QUEUE_OPTIONS, connection: producers }, createPostgresBackend),
    makeWorker: (lane, concurrency, process) =>
      new Worker(
        lane,
        process,
        {
          ...workerOptions(concurrency),
          connection: {
            connectionString: url,
            max: 2,
            idleTimeoutMillis: IDLE_CONNECTION_MS,
            application_name: 'kohort:worker',
            options: unsynced,
          },
        },
        createPostgresBackend,
      ),
    ping: async () => void (await producers.query('select 1')),
    close: () => producers.end(),
  };
}

/** Refuses a Redis that would drop jobs when full; without an append-only file a restart costs the queue's contents. */
async function checkRedis(client: IORedis): Promise<void> {
  const findings: string[] = [];
  const policy = /maxmemory_policy:(\S+)/.exec(await client.info('memory'))?.[1];
  if (policy !== 'noeviction') findings.push(`maxmemory-policy is ${policy ?? 'unknown'}, not noeviction`);
  if (!/aof_enabled:1/.test(await client.info('persistence'))) findings.push('appendonly is off');
  if (findings.length > 0) throw queueErrors.QUEUE_REDIS_UNSAFE({ findings });
}

/** BullMQ on Redis or Valkey. Keys share one hash tag, so that a cluster keeps them on one node. */
export async function redisBackend(url: string, prefix: string): Promise<QueueBackend> {
  const producer = { url, enableOfflineQueue: false, maxRetriesPerRequest: 1, connectTimeout: PRODUCER_TIMEOUT_MS };
  const control = new IORedis(url, { connectTimeout: PRODUCER_TIMEOUT_MS, maxRetriesPerRequest: 1, lazyConnect: true });
  control.on('error', () => undefined);
  await control.connect();
  try {
    await checkRedis(control);
  } catch (thrown) {
    control.disconnect();
    throw thrown;
  }
  return {
    kind: 'redis',
    makeQueue: (lane) => new Queue(lane, { ...QUEUE_OPTIONS, prefix: `{${prefix}}`, connection: producer }),
    makeWorker: (lane, concurrency, process) =>
      new Worker(lane, process, {
        ...workerOptions(concurrency),
        prefix: `{${prefix}}`,
        connection: { url, maxRetriesPerRequest: null },
      }),
    ping: async () => void (await control.ping()),
    close: async () => control.disconnect(),
  };
}
