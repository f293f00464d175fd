import {
  openDataset,
  openWorkerColumns,
  startWorker,
  threadCompute,
  type ColumnAddress,
  type Running,
  type WorkerOptions,
} from '@kohort/hosts-runtime';
import { PROPENSITY_THREAD, propensityHandlers } from './propensity-handlers';

/** What the propensity worker is told. It reads no environment. */
export interface PropensityWorkerOptions extends WorkerOptions {
  readonly columns: ColumnAddress;
  /** Folder of the built thread entries. */
  readonly threadsDir: string;
  readonly heapLimitMb: number;
}

/**
 * Starts the process that fits, calibrates and scores propensities, in threads.
 *
 * Throws  POSTGRES_UNSAFE, POSTGRES_NOT_MIGRATED, QUEUE_…, COLUMNS_…
 */
export function startPropensityWorker(options: PropensityWorkerOptions): Promise<Running> {
  return startWorker({
    owner: 'propensity-worker',
    options,
    async bind(engines, closers) {
      const columns = await openWorkerColumns(options.columns, engines, closers);
      const dataset = openDataset(columns, engines.database);
      const compute = threadCompute({ names: [PROPENSITY_THREAD], ...options });
      return { handlers: propensityHandlers({ engines, dataset, compute }) };
    },
  });
}
