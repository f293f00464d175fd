import { Worker } from 'node:worker_threads';
import type { JobControl } from '@kohort/kernel-contracts';
import { appErrorFromJson, defineErrors } from '@kohort/kernel-errors';
import { isOutOfMemory } from './out-of-memory';
import type { FromThread, ToThread } from './thread-protocol';

export const computeErrors = defineErrors({
  COMPUTE_CANCELLED: { kind: 'cancelled', message: () => 'the computation was cancelled' },
  COMPUTE_THREAD_DIED: {
    kind: 'transient',
    message: (d) => `the computing thread ended with code ${String(d['exitCode'])}`,
  },
  COMPUTE_TIME_LIMIT: {
    kind: 'unsuitable-data',
    message: (d) => `the computation was not finished after ${String(d['seconds'])} s and was ended`,
  },
  COMPUTE_OUT_OF_MEMORY: {
    kind: 'unsuitable-data',
    message: (d) => `the computation needs more than ${String(d['limitMb'])} MB`,
  },
});

/** Where the thread entries stand, and how much each thread may hold. */
export interface ComputeOptions {
  /** Name of an entry to the absolute path of its built file. */
  readonly threads: Readonly<Record<string, string>>;
  /** Heap limit of one thread in MB; typed arrays on shared memory are outside it. */
  readonly heapLimitMb: number;
  /** How long a cancelled thread may take to stop by itself. */
  readonly graceMs?: number;
}

/** Runs named thread entries, one thread a call. The event loop of the caller stays free. */
export interface Compute {
  /**
   * Throws  COMPUTE_CANCELLED when the signal fired; COMPUTE_OUT_OF_MEMORY; COMPUTE_THREAD_DIED; what the entry threw
   */
  run<Output>(thread: string, input: object, control: JobControl): Promise<Output>;
}

/** Opens the starter of thread entries; nothing runs until `run` is called. */
export function openCompute(options: ComputeOptions): Compute {
  return {
    run<Output>(thread: string, input: object, control: JobControl): Promise<Output> {
      const path = options.threads[thread];
      if (path === undefined) {
        return Promise.reject(computeErrors.COMPUTE_THREAD_DIED({ exitCode: `none: no thread entry "${thread}"` }));
      }
      if (control.signal?.aborted) return Promise.reject(computeErrors.COMPUTE_CANCELLED());
      return new Promise<Output>((resolve, reject) => {
        const worker = new Worker(path, {
          workerData: input,
          resourceLimits: { maxOldGenerationSizeMb: options.heapLimitMb },
          stdout: false,
        });
        let timer: NodeJS.Timeout | undefined;
        const cancel = (): void => {
          const message: ToThread = { type: 'cancel' };
          worker.postMessage(message);
          timer = setTimeout(() => void worker.terminate(), options.graceMs ?? 2_000);
        };
        const settle = (finish: () => void): void => {
          clearTimeout(timer);
          control.signal?.removeEventListener('abort', cancel);
          finish();
        };
        control.signal?.addEventListener('abort', cancel, { once: true });
        worker.on('message', (message: FromThread) => {
          if (message.type === 'progress') control.onProgress?.(message.progress);
          else if (message.type === 'done') settle(() => resolve(message.output as Output));
          else settle(() => reject(appErrorFromJson(message.error)));
        });
        worker.on('error', (error) => {
          settle(() =>
            reject(
              isOutOfMemory(error)
                ? computeErrors.COMPUTE_OUT_OF_MEMORY({ limitMb: options.heapLimitMb })
                : computeErrors.COMPUTE_THREAD_DIED({ exitCode: 'uncaught' }, { cause: error }),
            ),
          );
        });
        worker.on('exit', (exitCode) => {
          settle(() =>
            reject(
              control.signal?.aborted
                ? computeErrors.COMPUTE_CANCELLED()
                : computeErrors.COMPUTE_THREAD_DIED({ exitCode }),
            ),
          );
        });
      });
    },
  };
}
