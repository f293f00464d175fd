import type { BlockPass } from '../blocking/block-index';
import { PairComparison } from '../compare/pair-comparison';
import type { EncodedTable } from '../encode/table-encoder';
import type { MatchModel } from '../weights/match-model';
import { PairCollector, PairScorer, mergePairs, type WeighedPairs } from './pair-scorer';
import { VectorTally, type VectorCounts } from './vector-counts';
import { walkPairs, type WalkUnit } from './walk-pairs';

/** Work on pairs that any number of threads share; everything large in it lies on shared memory. */
export interface PairTask {
  readonly table: EncodedTable;
  readonly passes: readonly BlockPass[];
  readonly units: readonly WalkUnit[];
  readonly job: PairJob;
}

/** Count comparison vectors a pass, or weigh pairs and keep those from `leastBits` on. */
export type PairJob =
  | { readonly kind: 'tally'; readonly shares: readonly number[] }
  | { readonly kind: 'score'; readonly model: MatchModel; readonly leastBits: number };

/** What one thread found. */
export interface ShardResult {
  /** All pairs of each pass; empty after scoring. */
  readonly tallies: readonly VectorCounts[];
  /** Those pairs of each pass that no earlier pass has. */
  readonly firsts: readonly VectorCounts[];
  /** Empty after a tally. */
  readonly pairs: WeighedPairs;
  readonly visited: number;
}

/** How a thread takes its next unit, hears of a stop, and tells what it did. */
export interface ShardControl {
  /** Index of the next unit; at or above the number of units there is none. */
  readonly claim: () => number;
  readonly isCancelled: () => boolean;
}

/**
 * Works on units until none is left. The sum over all threads does not depend on who took which unit.
 *
 * Throws  LINKAGE_CANCELLED
 */
export function runPairShard({ table, passes, units, job }: PairTask, control: ShardControl): ShardResult {
  const split = table.split < table.records ? table.split : undefined;
  const { isCancelled } = control;
  const pairs = new PairCollector();
  const tallies = passes.map(() => new VectorTally());
  const firsts = passes.map(() => new VectorTally());
  let visited = 0;
  const comparison = new PairComparison(table);
  const scorer = job.kind === 'score' ? new PairScorer(table, job.model) : undefined;
  const levels = new Uint8Array(table.fields.length);
  for (let next = control.claim(); next < units.length; next = control.claim()) {
    const unit = units[next] as WalkUnit;
    if (job.kind === 'tally') {
      const tally = tallies[unit.pass] as VectorTally;
      const first = firsts[unit.pass] as VectorTally;
      visited += walkPairs(
        { passes, unit },
        { split, passes: 'all', shares: job.shares, isCancelled },
        (i, j, isFirst) => {
          const code = comparison.vector(i, j, levels);
          tally.add(code);
          if (isFirst) first.add(code);
        },
      );
    } else if (scorer) {
      visited += walkPairs({ passes, unit }, { split, passes: 'first', isCancelled }, (i, j) => {
        const bits = scorer.weight(i, j, job.leastBits);
        if (bits >= job.leastBits) pairs.add(i, j, bits);
      });
    }
  }
  return {
    tallies: job.kind === 'tally' ? tallies.map((tally) => tally.finish()) : [],
    firsts: job.kind === 'tally' ? firsts.map((tally) => tally.finish()) : [],
    pairs: pairs.finish(),
    visited,
  };
}

/** Runs a task on some threads and gives what they found together. */
export interface PairRunner {
  run(task: PairTask): Promise<ShardResult>;
}

/** Puts the results of threads together; the order of the threads does not matter. */
export function mergeShards(parts: readonly ShardResult[]): ShardResult {
  const merged = (which: 'tallies' | 'firsts'): VectorCounts[] =>
    Array.from({ length: parts[0]?.[which].length ?? 0 }, (_, pass) => {
      const sum = new VectorTally();
      for (const part of parts) sum.addAll(part[which][pass] as VectorCounts);
      return sum.finish();
    });
  return {
    tallies: merged('tallies'),
    firsts: merged('firsts'),
    pairs: mergePairs(parts.map(({ pairs }) => pairs)),
    visited: parts.reduce((sum, { visited }) => sum + visited, 0),
  };
}

/** Runs tasks in the calling thread. */
export function inlineRunner(signal?: AbortSignal): PairRunner {
  return {
    run: async (task) => {
      let next = 0;
      const claim = (): number => {
        next += 1;
        return next - 1;
      };
      return mergeShards([runPairShard(task, { claim, isCancelled: () => signal?.aborted ?? false })]);
    },
  };
}
