import { setImmediate as breathe } from 'node:timers/promises';
import { mergeShards, runPairShard, type PairRunner, type ShardResult } from '@kohort/identity-linkage';
import type { Clock } from '@kohort/kernel-clock-random';
import type { JobControl } from '@kohort/kernel-contracts';

/** A slice ends with the unit that it began before so many milliseconds were over. */
const SLICE_MS = 50;
/** Slices whose results are put together at once, so that their counts do not pile up. */
const SLICES_HELD = 64;

/**
 * Runs pair tasks in the worker's own thread, a slice at a time: leases are renewed and other jobs go on in between.
 *
 * Throws  LINKAGE_CANCELLED
 */
export function slicedRunner(clock: Clock, { signal, onProgress }: JobControl): PairRunner {
  return {
    async run(task) {
      const total = task.units.length;
      let shards: ShardResult[] = [];
      let next = 0;
      do {
        const end = clock.now() + SLICE_MS;
        const from = next;
        const claim = (): number => {
          if (next >= total || (next > from && clock.now() >= end)) return total;
          next += 1;
          return next - 1;
        };
        shards.push(runPairShard(task, { claim, isCancelled: () => signal?.aborted ?? false }));
        if (shards.length >= SLICES_HELD) shards = [mergeShards(shards)];
        onProgress?.({ phase: task.job.kind === 'tally' ? 'learning weights' : 'weighing pairs', done: next, total });
        await breathe();
      } while (next < total);
      return mergeShards(shards);
    },
  };
}
