import { availableParallelism } from 'node:os';
import { startKernelPool, type ComputeControl } from '@kohort/ml-core';
import { progressView } from './progress-bar';

/** More threads than this are not worth their start to a command that reads one file. */
const MOST_THREADS = 4;

/** Runs a computation on threads of its own, with its progress in view; both are gone when it ends or fails. */
export async function computeInView<T>(label: string, compute: (control: ComputeControl) => Promise<T>): Promise<T> {
  const view = progressView(label);
  const threads = Math.min(MOST_THREADS, availableParallelism());
  const pool = await startKernelPool({ threads, blocking: 'allowed' });
  return compute({ pool, onProgress: (progress) => view.update(progress) }).finally(async () => {
    view.end();
    await pool.close();
  });
}
