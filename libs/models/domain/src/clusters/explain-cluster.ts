import { applyScaling, scalingColumns } from '@kohort/ml-clustering';
import type { Matrix } from '@kohort/ml-core';
import { topReasons, type Reason } from '@kohort/ml-explain';
import type { ClusterModel } from './cluster-model';

/** Why one person stands nearer to one cluster's centre than to all others. */
export interface ClusterExplanation {
  /** The nearest cluster and the next one, 0..k-1 by falling size; `next` is null where there is one cluster only. */
  readonly label: number;
  readonly next: number | null;
  /** Squared distance to the next centre less that to the own, in the scaled space: the sum of all contributions. */
  readonly margin: number;
  /** Strongest first; what raises speaks for the own cluster, what lowers for the next one. */
  readonly reasons: readonly Reason[];
}

/** (x − c)², column by column, as the model weighs them. */
function squaresTo({ centres, placing }: ClusterModel, scaled: Matrix, cluster: number): Float64Array {
  const start = cluster * scaled.cols;
  return Float64Array.from(
    { length: scaled.cols },
    (_, j) => ((placing.factors?.[j] ?? 1) * ((scaled.data[j] as number) - (centres[start + j] as number))) ** 2,
  );
}

function nearest(model: ClusterModel, scaled: Matrix): readonly { cluster: number; squared: number }[] {
  const all = Array.from({ length: model.centres.length / scaled.cols }, (_, cluster) => ({
    cluster,
    squared: squaresTo(model, scaled, cluster).reduce((sum, square) => sum + square, 0),
  }));
  return all.sort((a, b) => a.squared - b.squared);
}

/**
 * Explains one person's cluster: what each feature adds to being nearer to the own centre than to the next one.
 *
 * Shape   values: one for each feature of the model, in its own units; NaN is missing
 * Ties    of two centres equally near the first of the model is the own
 * Throws  ML_SHAPE, ML_NOT_FINITE (a missing value where the model knows no fill)
 */
export function explainCluster(model: ClusterModel, values: Float64Array): ClusterExplanation {
  const scaled = applyScaling(model.scaling, { data: values, rows: 1, cols: values.length });
  const [own, next] = nearest(model, scaled);
  if (own === undefined || next === undefined) {
    return { label: own?.cluster ?? 0, next: null, margin: 0, reasons: [] };
  }
  const [toOwn, toNext] = [squaresTo(model, scaled, own.cluster), squaresTo(model, scaled, next.cluster)];
  const kept = scalingColumns(model.scaling).flatMap((column, at) => (column.kept ? [at] : []));
  const contributions = toNext.map((square, j) => square - (toOwn[j] as number));
  const featureNames = kept.map((at) => model.featureNames[at] ?? '');
  const shown = kept.map((at) => (Number.isNaN(values[at]) ? null : (values[at] ?? null)));
  const reasons = topReasons(contributions, { featureNames, values: shown }, Infinity);
  return { label: own.cluster, next: next.cluster, margin: next.squared - own.squared, reasons };
}
