import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { clusteringModel, type AlgorithmName, type ClusteringModel } from '@kohort/ml-algorithms';
import {
  applyScaling,
  kmeansFromJson,
  scalingColumns,
  scalingFromJson,
  scalingToJson,
  unscaleCentroids,
  type FittedScaling,
} from '@kohort/ml-clustering';
import type { ComputeControl, Matrix, WideMatrix } from '@kohort/ml-core';
import { modelRulesFromJson, modelRulesToJson, type ModelRules } from '../surrogate/model-rules';
import type { CategoryWords } from './category-words';
import { clusterErrors } from './cluster-errors';

/** A fitted clustering: everything needed to place new rows. Plain data but for `placing`, which is made of `state`. */
export interface ClusterModel {
  readonly version: 2;
  readonly algorithm: AlgorithmName;
  readonly featureNames: readonly string[];
  readonly scaling: FittedScaling;
  /** Features that hold codes of words. */
  readonly categories: readonly CategoryWords[];
  /** What the algorithm keeps. */
  readonly state: Json;
  readonly placing: ClusteringModel;
  /** k × kept columns in the scaled space: the means of the training rows of each cluster (of words
   * the code of the most frequent), by falling size.
   */
  readonly centres: Float64Array;
  /** What one person's place is told by; null where no rules were grown. */
  readonly rules: ModelRules | null;
}

/** Rows placed in clusters. */
export interface ClusterAssignment {
  /** 0..k-1 by falling size of the training clusters, -1 in none. */
  readonly labels: Int32Array;
  /** Euclidean, to the own cluster's centre, in the scaled space; NaN in none. */
  readonly distances: Float64Array;
  /** 0–1: how sure the row belongs to its cluster, in the algorithm's own way. */
  readonly confidences: Float64Array;
  /** 0–1; from 0.5 on the row belongs to the outlier group. */
  readonly outlierScores: Float64Array;
}

/** Distances of rows to the centres of their clusters; a differing word counts 1. */
export function centreDistances(
  { centres, codes }: { readonly centres: Float64Array; readonly codes: readonly number[] },
  { data, rows, cols }: Matrix,
  labels: Int32Array,
): Float64Array {
  const isCode = Array.from({ length: cols }, (_, j) => codes.includes(j));
  const distances = new Float64Array(rows).fill(NaN);
  for (let i = 0; i < rows; i += 1) {
    const label = labels[i] as number;
    if (label < 0) continue;
    let squared = 0;
    for (let j = 0; j < cols; j += 1) {
      const gap = (data[i * cols + j] as number) - (centres[label * cols + j] as number);
      squared += isCode[j] ? Number(gap !== 0) : gap * gap;
    }
    distances[i] = Math.sqrt(squared);
  }
  return distances;
}

/** Places of the columns of codes in the scaled space. */
export function keptCodes({ scaling, categories }: Pick<ClusterModel, 'scaling' | 'categories'>): number[] {
  const kept = scalingColumns(scaling).filter((column) => column.kept);
  return kept.flatMap(({ name }, at) => (categories.some(({ feature }) => feature === name) ? [at] : []));
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
  const { labels, confidence, outlierScore } = await model.placing.assign(scaled, control);
  const distances = centreDistances({ centres: model.centres, codes: keptCodes(model) }, scaled, labels);
  return { labels, distances, confidences: confidence, outlierScores: outlierScore };
}

/** The centre of every cluster in the features' own units, by falling size; constant features are left out. */
export function clusterCentres(model: ClusterModel): Record<string, number>[] {
  return unscaleCentroids(model.scaling, model.centres);
}

const kind = z.literal('clustering');
const names = z.array(z.string());
const modelSchema = z.object({
  kind,
  version: z.literal(2),
  algorithm: z.string(),
  featureNames: names,
  scaling: z.unknown(),
  centres: z.array(z.number()),
  state: z.json(),
  rules: z.unknown().optional(),
  categories: z.array(z.object({ feature: z.string(), words: names, others: z.boolean().optional() })).optional(),
});
/** Artifacts of before there were other algorithms than k-means. */
const firstSchema = z.object({
  kind,
  version: z.literal(1),
  algorithm: z.literal('kmeans'),
  featureNames: names,
  order: z.array(z.number().int().nonnegative()),
  scaling: z.unknown(),
  kmeans: z.json(),
});

/** The model as JSON: the artifact of a model version. */
export function clusterModelToJson(model: ClusterModel): Json {
  const { version, algorithm, featureNames, scaling, categories, state, centres, rules } = model;
  const lists = { featureNames: [...featureNames], centres: [...centres] };
  const whole = { kind: 'clustering', version, algorithm, ...lists, scaling: scalingToJson(scaling), state };
  return {
    ...whole,
    ...(categories.length > 0
      ? {
          categories: categories.map(({ feature, words, others }) => ({
            ...{ feature, words: [...words] },
            ...(others ? { others } : {}),
          })),
        }
      : {}),
    ...(rules ? { rules: modelRulesToJson(rules) } : {}),
  };
}

const bad = (problem: string, cause?: unknown) => clusterErrors.CLUSTERS_BAD_MODEL({ problem }, { cause });

/** A first artifact as the second kind: centroids become centres by falling size. */
function upgraded({ featureNames, order, scaling, kmeans }: z.infer<typeof firstSchema>): z.infer<typeof modelSchema> {
  const { k, cols, centroids } = kmeansFromJson(kmeans);
  if (order.length !== k) throw bad('features, scaling and centroids do not fit together');
  const centres = new Array<number>(k * cols).fill(0);
  order.forEach((place, c) => {
    for (let j = 0; j < cols; j += 1) centres[place * cols + j] = centroids[c * cols + j] as number;
  });
  const state = { algorithm: 'kmeans', version: 1, cols, factors: null, order, fences: null, model: kmeans };
  return { kind: 'clustering', version: 2, algorithm: 'kmeans', featureNames, scaling, centres, state };
}

function readModel(json: unknown): ClusterModel {
  const first = firstSchema.safeParse(json);
  const parsed = modelSchema.safeParse(first.success ? upgraded(first.data) : json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw bad(issue ? `${issue.path.join('.')} ${issue.message}`.trim() : 'unreadable', parsed.error);
  }
  const { version, algorithm, featureNames, state, categories = [] } = parsed.data;
  const placing = clusteringModel(algorithm, state);
  const scaling = scalingFromJson(parsed.data.scaling);
  const columns = scalingColumns(scaling);
  const kept = columns.filter((column) => column.kept).length;
  const centres = Float64Array.from(parsed.data.centres);
  if (placing.cols !== kept || columns.length !== featureNames.length || centres.length !== placing.k * kept) {
    throw bad('features, scaling and centroids do not fit together');
  }
  const rules = parsed.data.rules === undefined ? null : modelRulesFromJson(parsed.data.rules);
  if (rules && rules.tree.cols !== featureNames.length) throw bad('features and rules do not fit together');
  return { version, algorithm: placing.algorithm, featureNames, scaling, categories, state, placing, centres, rules };
}

/** Reads what clusterModelToJson wrote, and what earlier versions did. Throws CLUSTERS_BAD_MODEL with the first thing wrong. */
export function clusterModelFromJson(json: unknown): ClusterModel {
  try {
    return readModel(json);
  } catch (thrown) {
    if (thrown instanceof z.ZodError) throw bad('its rules are unreadable', thrown);
    if (!isAppError(thrown) || thrown.code === 'CLUSTERS_BAD_MODEL') throw thrown;
    throw bad(thrown.message, thrown);
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
