import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import {
  applyScaling,
  kmeans,
  kmeansDistances,
  kmeansFromJson,
  kmeansToJson,
  scalingColumns,
  scalingFromJson,
  scalingToJson,
  unscaleCentroids,
  type FittedScaling,
  type KmeansState,
} from '@kohort/ml-clustering';
import type { ComputeControl, Matrix, WideMatrix } from '@kohort/ml-core';
import { clusterErrors } from './cluster-errors';

/** A fitted clustering: everything needed to place new rows. Plain data. */
export interface ClusterModel {
  readonly version: 1;
  readonly algorithm: 'kmeans';
  readonly featureNames: readonly string[];
  readonly scaling: FittedScaling;
  readonly kmeans: KmeansState;
  /** Place of each centroid in falling order of size: what labels mean outside. */
  readonly order: readonly number[];
}

/** Rows placed in clusters. */
export interface ClusterAssignment {
  /** 0..k-1 by falling size of the training clusters. */
  readonly labels: Int32Array;
  /** Euclidean, to the own centroid, in the scaled space. */
  readonly distances: Float64Array;
  /** 0–1: how much nearer the own centroid is than the next one. */
  readonly confidences: Float64Array;
}

const CHUNK_ROWS = 16_384;

/** Distances to the own and to the next centroid, in chunks so that n × k values never stand in memory at once. */
function measureRows(
  model: KmeansState,
  scaled: Matrix,
  labels: ArrayLike<number>,
): Pick<ClusterAssignment, 'distances' | 'confidences'> {
  const { k } = model;
  const distances = new Float64Array(scaled.rows);
  const confidences = new Float64Array(scaled.rows);
  for (let start = 0; start < scaled.rows; start += CHUNK_ROWS) {
    const rows = Math.min(CHUNK_ROWS, scaled.rows - start);
    const data = scaled.data.subarray(start * scaled.cols, (start + rows) * scaled.cols);
    const all = kmeansDistances(model, { data, rows, cols: scaled.cols });
    for (let i = 0; i < rows; i += 1) {
      const label = labels[start + i] as number;
      const own = all[i * k + label] as number;
      let next = Infinity;
      for (let c = 0; c < k; c += 1) if (c !== label) next = Math.min(next, all[i * k + c] as number);
      distances[start + i] = own;
      confidences[start + i] = next > 0 && Number.isFinite(next) ? Math.max(0, 1 - own / next) : 1;
    }
  }
  return { distances, confidences };
}

/**
 * Places scaled rows whose k-means labels are known.
 *
 * Shape   scaled: n × kept columns; labels: n k-means labels
 */
export function placeRows(model: ClusterModel, scaled: Matrix, labels: ArrayLike<number>): ClusterAssignment {
  const outside = Int32Array.from({ length: scaled.rows }, (_, i) => model.order[labels[i] as number] as number);
  return { labels: outside, ...measureRows(model.kmeans, scaled, labels) };
}

/**
 * Places new rows in the clusters of a model.
 *
 * Shape   matrix: n × the model's features in their order, in their own units
 * Throws  ML_SHAPE, ML_NOT_FINITE (a missing value where the model knows no fill), ML_CANCELLED
 */
export async function assignClusters(
  model: ClusterModel,
  matrix: Matrix | WideMatrix,
  control: ComputeControl = {},
): Promise<ClusterAssignment> {
  const scaled = applyScaling(model.scaling, matrix);
  return placeRows(model, scaled, await kmeans.predict(model.kmeans, scaled, control));
}

/** The centre of every cluster in the features' own units, by falling size; constant features are left out. */
export function clusterCentres(model: ClusterModel): Record<string, number>[] {
  const centres = unscaleCentroids(model.scaling, model.kmeans.centroids);
  return model.order
    .map((place, c) => ({ place, centre: centres[c] ?? {} }))
    .sort((a, b) => a.place - b.place)
    .map(({ centre }) => centre);
}

const modelSchema = z.object({
  kind: z.literal('clustering'),
  version: z.literal(1),
  algorithm: z.literal('kmeans'),
  featureNames: z.array(z.string()),
  order: z.array(z.number().int().nonnegative()),
  scaling: z.unknown(),
  kmeans: z.unknown(),
});

/** The model as JSON: the artifact of a model version. */
export function clusterModelToJson(model: ClusterModel): Json {
  const { version, algorithm, featureNames, order, scaling } = model;
  const parts = { scaling: scalingToJson(scaling), kmeans: kmeansToJson(model.kmeans) };
  return { kind: 'clustering', version, algorithm, featureNames: [...featureNames], order: [...order], ...parts };
}

/** Reads what clusterModelToJson wrote. Throws CLUSTERS_BAD_MODEL with the first thing wrong. */
export function clusterModelFromJson(json: unknown): ClusterModel {
  const parsed = modelSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const problem = issue ? `${issue.path.join('.')} ${issue.message}`.trim() : 'unreadable';
    throw clusterErrors.CLUSTERS_BAD_MODEL({ problem }, { cause: parsed.error });
  }
  const { version, algorithm, featureNames, order } = parsed.data;
  try {
    const state = kmeansFromJson(parsed.data.kmeans);
    const scaling = scalingFromJson(parsed.data.scaling);
    const columns = scalingColumns(scaling);
    const kept = columns.filter((column) => column.kept).length;
    if (order.length !== state.k || kept !== state.cols || columns.length !== featureNames.length) {
      throw clusterErrors.CLUSTERS_BAD_MODEL({ problem: 'features, scaling and centroids do not fit together' });
    }
    return { version, algorithm, featureNames, order, scaling, kmeans: state };
  } catch (thrown) {
    if (!isAppError(thrown) || thrown.code === 'CLUSTERS_BAD_MODEL') throw thrown;
    throw clusterErrors.CLUSTERS_BAD_MODEL({ problem: thrown.message }, { cause: thrown });
  }
}

/** The model as the text of an artifact. */
export function serialiseClusterModel(model: ClusterModel): string {
  return JSON.stringify(clusterModelToJson(model));
}

/** Reads an artifact's text. Throws CLUSTERS_BAD_MODEL. */
export function parseClusterModel(text: string): ClusterModel {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw clusterErrors.CLUSTERS_BAD_MODEL({ problem: 'not JSON' }, { cause: thrown });
  }
  return clusterModelFromJson(json);
}
