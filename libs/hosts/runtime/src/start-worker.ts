import type { WorkerConfig } from '@kohort/kernel-config';
import type { Logger } from '@kohort/kernel-telemetry';
import type { JobHandlers, Owner } from '@kohort/pipeline-map';
import { checkMigrated } from '@kohort/platform-postgres';
import { openEngines, type Engines } from './engines';
import { columnAddress, openColumnStore, type ColumnAddress, type OpenedColumns } from './open-columns';
import type { Running } from './run-process';
import { shutdownList, type ShutdownList } from './shutdown-list';
import { startHealth } from './start-health';
import { startWorkerProcess } from './worker-process';

/** What every worker of a cluster is told. It reads no environment. */
export interface WorkerOptions {
  readonly databaseUrl: string;
  readonly redisUrl?: string | undefined;
  readonly artifactsDir: string;
  readonly maxConnections: number;
  readonly health: { readonly port: number; readonly host: string };
  readonly logger: Logger;
  /** An engine is beyond repair for this process: it should end and be started anew. */
  readonly onFatal: (reason: string) => void;
}

/** What a host makes of the engines: its handlers, and what else must be stopped behind them. */
export interface BoundWorker {
  readonly handlers: JobHandlers;
  /** Whether this process hands on the outbox. */
  readonly withRelay?: boolean;
  /** Called once the process takes jobs. */
  start?(closers: ShutdownList): void;
}

/** The part of a worker that differs. */
export interface WorkerBinding {
  readonly owner: Owner;
  readonly options: WorkerOptions;
  bind(engines: Engines, closers: ShutdownList): Promise<BoundWorker>;
}

/** The options that all workers share, out of their configuration. */
export function workerOptions(
  config: WorkerConfig,
  parts: { readonly logger: Logger; readonly end: () => void },
): WorkerOptions {
  return {
    databaseUrl: config.DATABASE_URL,
    redisUrl: config.REDIS_URL,
    artifactsDir: config.KOHORT_ARTIFACTS,
    maxConnections: config.KOHORT_MAX_CONNECTIONS,
    health: { port: config.KOHORT_HEALTH_PORT, host: config.KOHORT_HEALTH_HOST },
    logger: parts.logger,
    onFatal: (reason) => {
      parts.logger.error(reason);
      parts.end();
    },
  };
}

/** The column store's address out of a configuration. */
export function columnsOf(config: {
  readonly CLICKHOUSE_URL: string;
  readonly CLICKHOUSE_QUERY_URL?: string | undefined;
}): ColumnAddress {
  return columnAddress(config.CLICKHOUSE_URL, config.CLICKHOUSE_QUERY_URL);
}

/** Opens the column store of a worker and puts it on the list. */
export async function openWorkerColumns(
  address: ColumnAddress,
  engines: Engines,
  closers: ShutdownList,
): Promise<OpenedColumns> {
  const opened = await openColumnStore(address, engines.database);
  closers.add('columns', () => opened.close());
  return opened;
}

/**
 * Starts a worker of a cluster: engines, handlers, queues, health. Stopping takes nothing more, lets what runs end, then
 * closes what was opened, newest first. What was started is stopped again when a later step fails.
 *
 * Throws  POSTGRES_UNSAFE, POSTGRES_NOT_MIGRATED, QUEUE_…; what the host's binding throws
 */
export async function startWorker({ owner, options, bind }: WorkerBinding): Promise<Running> {
  const { logger } = options;
  const closers = shutdownList(logger);
  try {
    const engines = await openEngines({ ...options, service: owner });
    closers.add('engines', () => engines.close());
    await checkMigrated(options.databaseUrl);
    const bound = await bind(engines, closers);
    const health = await startHealth({ owner, engines, ...options.health });
    closers.add('health', () => health.stop());
    const workers = await startWorkerProcess({
      engines,
      handlers: { [owner]: bound.handlers },
      withRelay: bound.withRelay ?? false,
      onStuck: () => options.onFatal('a queue hands out nothing'),
    });
    closers.add('workers', () => workers.stop());
    bound.start?.(closers);
    logger.info(`${owner} is up`, { port: health.port });
    return {
      async stop() {
        health.drain();
        await closers.closeAll();
        logger.info(`${owner} stopped`);
      },
    };
  } catch (thrown) {
    await closers.closeAll();
    throw thrown;
  }
}
