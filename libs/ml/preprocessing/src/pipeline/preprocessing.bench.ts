import { seededRandom } from '@kohort/kernel-clock-random';
import { featureTable, type FeatureTable } from '../feature-table';
import { denseMatrix } from '../transformer/dense-matrix';
import { transformerNamed } from './transformers';

/** One measured case: fit and transform of the same rows; the ratio is own CPU seconds over scikit-learn's. */
export interface PreprocessingBenchCase {
  readonly use: string;
  readonly params: Record<string, unknown>;
  readonly rows: number;
  readonly cols: number;
  /** Share of cells that are missing. */
  readonly missing: number;
  /** Only where the design names one. */
  readonly goalRatio?: number;
}

/** The grid of `npm run bench -- preprocessing`. */
export const preprocessingBenchCases: readonly PreprocessingBenchCase[] = [
  { use: 'standard-scaler', params: {}, rows: 500_000, cols: 20, missing: 0 },
  { use: 'quantile-transformer', params: { quantiles: 1000 }, rows: 200_000, cols: 20, missing: 0 },
  { use: 'power-transformer', params: {}, rows: 100_000, cols: 10, missing: 0, goalRatio: 1 },
  { use: 'knn-imputer', params: { neighbours: 5 }, rows: 5_000, cols: 20, missing: 0.1, goalRatio: 0.6 },
  { use: 'pca', params: {}, rows: 200_000, cols: 50, missing: 0, goalRatio: 0.6 },
];

/** Correlated columns of several shapes: normal, heavy-tailed, negative. */
export function preprocessingBenchInput({ rows, cols, missing }: PreprocessingBenchCase): FeatureTable {
  const random = seededRandom(17);
  const shared = Float64Array.from({ length: rows }, () => random.normal());
  const columns = Array.from({ length: cols }, (_, j) => {
    const values = new Float64Array(rows);
    for (let i = 0; i < rows; i += 1) {
      const plain = 0.5 * (shared[i] as number) + random.normal();
      const shaped = j % 3 === 0 ? plain : j % 3 === 1 ? Math.exp(plain) : -Math.exp(0.5 * plain);
      values[i] = random.next() < missing ? NaN : shaped * (1 + j);
    }
    return { kind: 'numeric' as const, name: `x${j}`, values };
  });
  return featureTable(rows, columns);
}

/** Row-major, as the peer reads it. */
export const benchCells = (table: FeatureTable): Float64Array => denseMatrix(table).data;

/** Fit and transform; the clock is the caller's. */
export async function runPreprocessingBench(
  { use, params }: PreprocessingBenchCase,
  table: FeatureTable,
  clock: () => number,
): Promise<{ seconds: number; made: FeatureTable }> {
  const began = clock();
  const { table: made } = await transformerNamed(use).fit(table, params, {});
  return { seconds: clock() - began, made };
}
