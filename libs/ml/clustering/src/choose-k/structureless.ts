import type { FitControl, Matrix } from '@kohort/ml-core';
import { normalTable, tableShape, uniformTable } from '@kohort/ml-judging';
import { silhouette } from '@kohort/ml-metrics';
import { kmeans } from '../kmeans/kmeans';
import { kmeansDefaults } from '../kmeans/kmeans.params';

const DRAWS = 4;
const MOST_ROWS = 1500;

/**
 * The silhouette that k-means reaches on tables of the same size and shape without any clusters: uniform in the box of
 * the principal axes, and normal with the same covariance. The larger of the two means, and its scatter.
 *
 * Shape   matrix: n×d
 * Cost    8 k-means fits and silhouettes of up to 1,500 rows, one eigendecomposition d×d
 * Throws  ML_CANCELLED
 * Source  after Tibshirani, Walther & Hastie 2001 (reference distribution b of the gap statistic)
 */
export async function structurelessSilhouette(
  matrix: Matrix,
  k: number,
  control: FitControl,
): Promise<{ mean: number; deviation: number }> {
  const shape = tableShape(matrix);
  const rows = Math.min(matrix.rows, MOST_ROWS);
  const params = { ...kmeansDefaults, k, start: { method: 'k-means++', restarts: 5 } as const };
  const inner = { ...control, onProgress: undefined };
  const kinds: number[][] = [[], []];
  for (let at = 0; at < DRAWS; at += 1) {
    const random = control.random.split(at);
    const tables = [uniformTable(shape, rows, random), normalTable(shape, rows, random)];
    for (const [kind, table] of tables.entries()) {
      const fitted = await kmeans.fit(table, params, { ...inner, random });
      kinds[kind]?.push((await silhouette(table, fitted.labels, inner)).value);
    }
  }
  const summaries = kinds.map((values) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return { mean, deviation: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1)) };
  });
  return summaries.reduce((a, b) => (b.mean > a.mean ? b : a));
}
