import type { ClusteringAlgorithm } from '@kohort/ml-algorithms';
import type { Random } from '@kohort/kernel-clock-random';
import { drawRows, takeRows, type ComputeControl, type Matrix } from '@kohort/ml-core';
import { findElbow, gapStatistic } from '@kohort/ml-judging';
import { clustererOf } from './judge-clustering';
import type { JudgedClustering } from './recommend-clustering';

/** What single criteria would take for k-means; null where one has no answer. */
export interface KmeansCriteria {
  readonly silhouette: number | null;
  readonly elbow: number | null;
  readonly bic: number | null;
  readonly gap: number | null;
}

const GAP_ROWS = 500;
const GAP_MOST_K = 10;

/**
 * What each criterion by itself says of k-means: the greatest separation, the elbow of inertia, the least BIC among the k
 * compared, and the gap statistic (1: no clusters) of up to 500 rows.
 *
 * Cost    up to 10 · (gapTables + 1) k-means fits of up to 500 rows
 * Throws  ML_CANCELLED
 */
export async function kmeansCriteria(
  judged: readonly JudgedClustering[],
  { swept, kmeans, gapTables }: { swept: Matrix; kmeans: ClusteringAlgorithm; gapTables: number },
  control: ComputeControl & { readonly random: Random },
): Promise<KmeansCriteria> {
  const own = judged.filter(({ algorithm }) => algorithm === 'kmeans').sort((a, b) => a.k - b.k);
  const best = (better: (a: JudgedClustering, b: JudgedClustering) => boolean) =>
    own.reduce<JudgedClustering | null>((top, one) => (top === null || better(one, top) ? one : top), null)?.k ?? null;
  const rows = drawRows(swept.rows, GAP_ROWS, control.random.split('gap rows'));
  const kMax = Math.min(GAP_MOST_K, Math.max(2, ...own.map(({ k }) => k)), Math.floor(rows.length / 3));
  const gap =
    kMax < 2
      ? null
      : await gapStatistic(
          takeRows(swept, rows),
          { kMax, references: gapTables, cluster: (k) => clustererOf(kmeans, k) },
          { ...control, onProgress: undefined },
        );
  return {
    silhouette: best((a, b) => a.scores.separation > b.scores.separation),
    elbow: own.length >= 3 ? findElbow(own.map(({ k, scores }) => ({ k, inertia: scores.inertia }))).k : null,
    bic: best((a, b) => (a.scores.bic ?? Infinity) < (b.scores.bic ?? Infinity)),
    gap: gap?.k ?? null,
  };
}
