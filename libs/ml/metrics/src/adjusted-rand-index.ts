import type { ClusterLabels } from './cluster-groups';
import { contingencyOf } from './contingency';

/**
 * Agreement of two labellings over pairs of rows, corrected for chance: 1 for the same partition, about 0 for
 * independent ones, at worst -0.5. The names of labels do not matter.
 *
 * Shape   two labellings of the same n rows
 * Units   none
 * Ties    1 when both put all rows together or all apart
 * Cost    O(n)
 * Throws  METRICS_LABELS_DIFFER
 * Source  Hubert & Arabie 1985; held to scikit-learn by reference/clustering.golden.json
 */
export function adjustedRandIndex(first: ClusterLabels, second: ClusterLabels): number {
  const { n, first: a, second: b, cells } = contingencyOf(first, second);
  const squares = cells.reduce((sum, { count }) => sum + count * count, 0);
  const squaresA = a.reduce((sum, size) => sum + size * size, 0);
  const squaresB = b.reduce((sum, size) => sum + size * size, 0);
  const together = squares - n;
  const onlyA = squaresA - squares;
  const onlyB = squaresB - squares;
  const apart = n * n - onlyA - onlyB - squares;
  if (onlyA === 0 && onlyB === 0) return 1;
  const chance = (together + onlyA) * (onlyA + apart) + (together + onlyB) * (onlyB + apart);
  return (2 * (together * apart - onlyA * onlyB)) / chance;
}
