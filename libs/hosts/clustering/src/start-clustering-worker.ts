import {
  openDataset,
  openWorkerColumns,
  startWorker,
  threadCompute,
  type ColumnAddress,
  type Running,
  type WorkerOptions,
} from '@kohort/hosts-runtime';
import { CLUSTERING_THREAD, clusteringHandlers } from './clustering-handlers';

/** What the clustering worker is told. It reads no environment. */
export interface ClusteringWorkerOptions extends WorkerOptions {
  readonly columns: ColumnAddress;
  /** Folder of the built thread entries. */
  readonly threadsDir: string;
  readonly heapLimitMb: number;
}

/**
 * Starts the process that fits, judges and assigns clusters, in threads.
 *
 * Throws  POSTGRES_UNSAFE, POSTGRES_NOT_MIGRATED, QUEUE_…, COLUMNS_…
 */
export function startClusteringWorker(options: ClusteringWorkerOptions): Promise<Running> {
  return startWorker({
    owner: 'clustering-worker',
    options,
    async bind(engines, closers) {
      const columns = await openWorkerColumns(options.columns, engines, closers);
      const dataset = openDataset(columns, engines.database);
      const compute = threadCompute({ names: [CLUSTERING_THREAD], ...options });
      return { handlers: clusteringHandlers({ engines, dataset, compute }) };
    },
  });
}
