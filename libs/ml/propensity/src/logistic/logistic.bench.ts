import { seededRandom } from '@kohort/kernel-clock-random';
import { fitLogistic, type LabelledMatrix } from './logistic';

/** One measured case. */
export interface LogisticBenchCase {
  readonly rows: number;
  readonly cols: number;
}

/** The grid of the benchmark; 100,000 × 20 is the case held against scikit-learn. */
export const logisticBenchCases: readonly LogisticBenchCase[] = [
  { rows: 10_000, cols: 20 },
  { rows: 100_000, cols: 20 },
  { rows: 20_000, cols: 100 },
];

/** Seeded normal columns with a known linear truth. */
export function logisticBenchInput({ rows, cols }: LogisticBenchCase): LabelledMatrix {
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

/** Fits every case once; the clock is the caller's. Returns rows per second of each. */
export async function runLogisticBench(
  nowMs: () => number,
): Promise<{ rows: number; cols: number; rowsPerSecond: number }[]> {
  const results: { rows: number; cols: number; rowsPerSecond: number }[] = [];
  for (const size of logisticBenchCases) {
    const input = logisticBenchInput(size);
    const startMs = nowMs();
    await fitLogistic(input);
    results.push({ ...size, rowsPerSecond: Math.round((size.rows / (nowMs() - startMs)) * 1000) });
  }
  return results;
}
