import { join } from 'node:path';
import type { JobControl } from '@kohort/kernel-contracts';
import { mergeShards, type PairRunner, type PairTask, type ShardResult } from '@kohort/identity-linkage';
import { openCompute } from '@kohort/platform-compute';
import { CONTROL, CONTROL_BYTES } from './link-control';

/** Where the thread's entry stands, and how many of them run. */
export interface ThreadRunnerOptions extends JobControl {
  /** Folder of the built `link-pairs.thread.cjs`. */
  readonly threadsDir: string;
  readonly threads: number;
  /** Heap limit of one thread; records and blocks lie on shared memory outside it. Default 1024. */
  readonly heapLimitMb?: number;
}

const POLL_MS = 200;
const PHASES: Readonly<Record<PairTask['job']['kind'], string>> = {
  tally: 'learning weights',
  score: 'weighing pairs',
};

/**
 * Runs pair tasks on threads, each of which takes the next unit when it is done with one.
 *
 * Throws  LINKAGE_CANCELLED or COMPUTE_CANCELLED when stopped, COMPUTE_OUT_OF_MEMORY
 */
export function threadRunner({ threadsDir, threads, heapLimitMb = 1024, ...control }: ThreadRunnerOptions): PairRunner {
  const compute = openCompute({ threads: { 'link-pairs': join(threadsDir, 'link-pairs.thread.cjs') }, heapLimitMb });
  return {
    async run(task) {
      const memory = new SharedArrayBuffer(CONTROL_BYTES);
      const words = new Int32Array(memory);
      const stop = (): void => void Atomics.store(words, CONTROL.cancel, 1);
      control.signal?.addEventListener('abort', stop, { once: true });
      const total = task.units.length;
      const timer = setInterval(() => {
        const done = Math.min(total, Atomics.load(words, CONTROL.next));
        control.onProgress?.({ phase: PHASES[task.job.kind], done, total });
      }, POLL_MS);
      try {
        const count = Math.max(1, Math.min(threads, total));
        const shards = Array.from({ length: count }, () =>
          compute.run<ShardResult>('link-pairs', { task, control: memory }, { signal: control.signal }),
        );
        return mergeShards(await Promise.all(shards));
      } finally {
        clearInterval(timer);
        control.signal?.removeEventListener('abort', stop);
        stop();
      }
    },
  };
}
