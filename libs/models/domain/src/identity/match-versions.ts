import { applyScaling, scalingColumns } from '@kohort/ml-clustering';
import { matchClusters, type ClusterMatch } from '@kohort/ml-matching';
import { clusterCentres, type ClusterModel } from '../clusters/cluster-model';

/** A fitted clustering and the cluster of each person; people in the same order in both, -1 for none. */
export interface FittedVersion {
  readonly model: ClusterModel;
  readonly labels: ArrayLike<number>;
}

/** The centres of both versions in the space of the later one, in the columns that both know. */
function centresOfBoth(before: ClusterModel, after: ClusterModel): { old: Float64Array; now: Float64Array } | null {
  const own = clusterCentres(before);
  const { featureNames, scaling, centres } = after;
  const columns = scalingColumns(scaling);
  const kept = columns.filter((column) => column.kept);
  // Codes of words say nothing of how far: members tell.
  const words = [...before.categories, ...after.categories].map(({ feature }) => feature);
  const shared = kept.flatMap(({ name }, at) => (own[0] && name in own[0] && !words.includes(name) ? [at] : []));
  if (shared.length === 0) return null;
  const data = Float64Array.from({ length: own.length * featureNames.length }, (_, at) => {
    const name = featureNames[at % featureNames.length] ?? '';
    const value = own[Math.floor(at / featureNames.length)]?.[name] ?? 0;
    // A column that had negative values once and has none now: the later scaling has no logarithm of those.
    return columns[at % featureNames.length]?.log1p ? Math.max(0, value) : value;
  });
  const moved = applyScaling(scaling, { data, rows: own.length, cols: featureNames.length });
  const taken = (rows: ArrayLike<number>): Float64Array =>
    Float64Array.from(
      { length: (rows.length / kept.length) * shared.length },
      (_, at) => rows[Math.floor(at / shared.length) * kept.length + (shared[at % shared.length] as number)] as number,
    );
  return { old: taken(moved.data), now: taken(centres) };
}

/**
 * Which cluster of a later fit is which of an earlier one, by members and by centres in the later fit's scaled space.
 *
 * Shape   labels: one a person, persons in the same order at both dates; the centres of features that one fit alone
 *         knows are left out, with none in common members alone decide
 * Throws  MATCHING_CLUSTERINGS
 */
export function matchVersions(before: FittedVersion, after: FittedVersion): ClusterMatch {
  const centres = centresOfBoth(before.model, after.model);
  return matchClusters({
    before: { k: before.model.placing.k, labels: before.labels, ...(centres ? { centroids: centres.old } : {}) },
    after: { k: after.model.placing.k, labels: after.labels, ...(centres ? { centroids: centres.now } : {}) },
  });
}
