import type { ClusterLabels } from './cluster-groups';
import { contingencyOf } from './contingency';
import { entropy, mutualInformation } from './mutual-information';

/** How clusters go with known classes. */
export interface ClassAgreement {
  /** 1 when every cluster holds rows of one class only. */
  readonly homogeneity: number;
  /** 1 when all rows of a class lie in one cluster. */
  readonly completeness: number;
  /** Their harmonic mean. */
  readonly vMeasure: number;
}

/**
 * Homogeneity, completeness and V-measure of clusters against known classes. Not corrected for chance.
 *
 * Shape   two labellings of the same n rows
 * Units   none, 0..1
 * Ties    homogeneity is 1 for one class, completeness for one cluster
 * Cost    O(n)
 * Throws  METRICS_LABELS_DIFFER
 * Source  Rosenberg & Hirschberg 2007; held to scikit-learn by reference/clustering.golden.json
 */
export function classAgreement(classes: ClusterLabels, clusters: ClusterLabels): ClassAgreement {
  const table = contingencyOf(classes, clusters);
  const shared = mutualInformation(table);
  const shareOf = (sizes: Float64Array): number => {
    const own = entropy(sizes, table.n);
    return own > 0 ? shared / own : 1;
  };
  const [homogeneity, completeness] = [shareOf(table.first), shareOf(table.second)];
  const sum = homogeneity + completeness;
  return { homogeneity, completeness, vMeasure: sum > 0 ? (2 * homogeneity * completeness) / sum : 0 };
}
