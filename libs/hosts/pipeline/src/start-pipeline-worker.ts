import { loadMappings } from '@kohort/hosts-reading';
import {
  checkSuppressionKeys,
  openWorkerColumns,
  startWorker,
  threadCompute,
  type ColumnAddress,
  type Running,
  type WorkerOptions,
} from '@kohort/hosts-runtime';
import type { ImportLimits } from '@kohort/ingest-domain';
import { systemClock } from '@kohort/kernel-clock-random';
import { sweepIncoming } from '@kohort/platform-artifacts';
import { keepPartitions, migrate } from '@kohort/platform-postgres';
import { createSecretBox } from '@kohort/plugin-kit-host';
import { IDENTITY_THREAD } from './identity-handlers';
import { openPipelineHost } from './pipeline-host';

/** What the pipeline worker is told. It reads no environment. */
export interface PipelineWorkerOptions extends WorkerOptions {
  readonly columns: ColumnAddress;
  /** As the owner: this process then migrates at its start and keeps the partitions made. */
  readonly migrationsUrl?: string | undefined;
  /** Keys of the suppression list, newest first, 32 bytes each; the gateway has the same. */
  readonly suppressionKeys: readonly Uint8Array[];
  /** Folder of mappings that an import may name; those that come with the request need none. */
  readonly mappingsDir?: string | undefined;
  readonly importLimits?: ImportLimits | undefined;
  /** Keys of stored credentials, newest first, 32 bytes each; none: connections with credentials cannot be used. */
  readonly secretKeys: readonly Uint8Array[];
  /** Exact `host:port` pairs that may be private; empty in production. */
  readonly egressAllow: readonly string[];
  /** Folder of the built thread entries, and the heap of one thread. */
  readonly threadsDir: string;
  readonly heapLimitMb: number;
  /** How long a quarantined item is kept; 30 days when absent. */
  readonly quarantineDays?: number | undefined;
  /** Days within which a known message id is a duplicate, where the workspace does not say; 7 when absent. */
  readonly dedupeDays?: number | undefined;
}

/** What a killed upload left is taken away when no upload can still be writing it. */
const STALE_UPLOAD_MS = 24 * 3_600_000;

async function prepareDatabase(options: PipelineWorkerOptions): Promise<() => void> {
  const { migrationsUrl, logger } = options;
  if (migrationsUrl === undefined) return () => undefined;
  const ran = await migrate(migrationsUrl);
  logger.info('the database is of this release', { count: ran.length });
  return keepPartitions(migrationsUrl, { clock: systemClock, logger });
}

/**
 * Starts the process that takes records from the door to memberships. It hands on the outbox for the installation.
 *
 * Throws  POSTGRES_MIGRATION_FAILED, POSTGRES_UNSAFE, POSTGRES_NOT_MIGRATED, QUEUE_…, COLUMNS_…, READING_MAPPINGS_MISSING
 */
export async function startPipelineWorker(options: PipelineWorkerOptions): Promise<Running> {
  const mappings = options.mappingsDir === undefined ? [] : loadMappings(options.mappingsDir);
  const endPartitions = await prepareDatabase(options);
  await sweepIncoming(options.artifactsDir, systemClock.now() - STALE_UPLOAD_MS);
  const worker = await startWorker({
    owner: 'pipeline-worker',
    options,
    async bind(engines, closers) {
      await checkSuppressionKeys(engines.database, options.suppressionKeys);
      const columns = await openWorkerColumns(options.columns, engines, closers);
      const { importLimits, secretKeys, egressAllow, suppressionKeys, quarantineDays, dedupeDays } = options;
      const { threadsDir, heapLimitMb } = options;
      const secrets = secretKeys.length === 0 ? null : createSecretBox(secretKeys);
      const host = openPipelineHost({
        engines,
        columns,
        mappings,
        importLimits,
        secrets,
        egressAllow,
        suppressionKeys,
        quarantineDays,
        dedupeDays,
        compute: threadCompute({ names: [IDENTITY_THREAD], threadsDir, heapLimitMb }),
        threadsDir,
        heapLimitMb,
      });
      closers.add('sources', () => host.close());
      return {
        handlers: host.handlers,
        withRelay: true,
        start(list) {
          const timers = host.startTimers();
          list.add('timers', () => timers.stop());
        },
      };
    },
  }).catch((thrown: unknown) => {
    endPartitions();
    throw thrown;
  });
  return {
    async stop() {
      endPartitions();
      await worker.stop();
    },
  };
}
