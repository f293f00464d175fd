import { seededRandom } from '@kohort/kernel-clock-random';
import { fitLogistic, type LabelledMatrix } from './logistic';

/** One measured case; the ratio is own CPU seconds over scikit-learn's, one thread. */
export interface LogisticBenchCase {
  readonly rows: number;
  readonly cols: number;
  readonly goalRatio: number;
}

/** The grid of `npm run bench -- propensity`. */
export const logisticBenchCases: readonly LogisticBenchCase[] = [
  { rows: 100_000, cols: 20, goalRatio: 2 },
  { rows: 20_000, cols: 100, goalRatio: 2 },
];

/** Seeded normal columns with a known linear truth. */
export function logisticBenchInput({ rows, cols }: Omit<LogisticBenchCase, 'goalRatio'>): LabelledMatrix {
  const random = seededRandom(1);
  const data = Float64Array.from({ length: rows * cols }, () => random.normal());
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    let z = -0.5;
    for (let j = 0; j < cols; j += 1)
      z += ((data[row * cols + j] as number) * (j % 3 === 0 ? 1 : -0.5)) / Math.sqrt(cols);
    return random.next() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  });
  return { matrix: { rows, cols, data }, labels };
}

/** One fit; the clock is the caller's. */
export async function runLogisticBench(
  input: LabelledMatrix,
  clock: () => number,
): Promise<{ seconds: number; objective: number; iterations: number }> {
  const began = clock();
  const { objective, iterations } = await fitLogistic(input);
  return { seconds: clock() - began, objective, iterations };
}
