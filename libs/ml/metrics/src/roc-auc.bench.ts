import { seededRandom } from '@kohort/kernel-clock-random';
import { rocAuc } from './roc-auc';

/** Labels and scores of a fair model. */
export interface RocAucBenchInput {
  readonly labels: Uint8Array;
  readonly scores: Float64Array;
}

/** Seeded rows, a third of them positive. */
export function rocAucBenchInput(rows: number): RocAucBenchInput {
  const random = seededRandom(3);
  const labels = Uint8Array.from({ length: rows }, () => (random.next() < 1 / 3 ? 1 : 0));
  return { labels, scores: Float64Array.from(labels, (label) => label + random.normal()) };
}

/** One AUC; the clock is the caller's. */
export function runRocAucBench(
  { labels, scores }: RocAucBenchInput,
  clock: () => number,
): { seconds: number; auc: number } {
  const began = clock();
  const auc = rocAuc(labels, scores);
  return { seconds: clock() - began, auc };
}
