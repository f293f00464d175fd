import { OUTLIER_FROM, type AlgorithmName } from '@kohort/ml-algorithms';
import type { ComputeControl } from '@kohort/ml-core';
import { classContributions, topReasons, type Reason } from '@kohort/ml-explain';
import { predictClasses, treePaths } from '@kohort/ml-trees';
import type { ModelRules } from '../surrogate/model-rules';
import { pathInWords } from '../surrogate/rule-of-cluster';
import { passes, waysToClusters, type WayToCluster } from '../surrogate/ways-to-clusters';
import { assignClusters, type ClusterModel } from './cluster-model';
import { shownValue } from './category-words';
import { explainCluster } from './explain-cluster';

/** Why one person is where they are, and how far from elsewhere. */
export interface PlacementExplanation {
  /** As the model places them, 0..k-1 by falling size; -1 in none. */
  readonly label: number;
  /** Euclidean, to the own cluster's centre in the scaled space; NaN in none. */
  readonly distance: number;
  readonly confidence: number;
  readonly outlierScore: number;
  readonly isOutlier: boolean;
  /**
   * What the reasons are in: `centres`, the squared distance to the next centre less that to the own; `rules`, the
   * probability that the model's rules give the own cluster (SHAP); null where the model has neither to tell by.
   */
  readonly by: 'centres' | 'rules' | null;
  /** Base and all contributions add up to the total. */
  readonly base: number;
  readonly total: number;
  readonly reasons: readonly Reason[];
  /** The rule that the person follows, in words; null where the model has none, and for a word that no rule knows. */
  readonly rule: string | null;
  /** Whether that rule names the cluster that the model names; null where there is none. */
  readonly ruleAgrees: boolean | null;
  /** Every other cluster, the nearest first; empty where the model has no rules. */
  readonly others: readonly WayToCluster[];
}

/** Algorithms whose models place by the nearest centre. */
const BY_CENTRES: readonly AlgorithmName[] = [
  'kmeans',
  'mini-batch-kmeans',
  'bounded-kmeans',
  'linked-kmeans',
  'seeded-kmeans',
];

type Told = Pick<PlacementExplanation, 'by' | 'base' | 'total' | 'reasons'>;
const UNTOLD: Told = { by: null, base: 0, total: 0, reasons: [] };

function byCentres(model: ClusterModel, values: Float64Array, label: number): Told | null {
  if (!BY_CENTRES.includes(model.algorithm)) return null;
  const { label: nearest, margin, reasons } = explainCluster(model, values);
  return nearest === label ? { by: 'centres', base: 0, total: margin, reasons } : null;
}

function byRules(
  { featureNames, rules, categories }: ClusterModel,
  values: Float64Array,
  classOf: number,
): Told | null {
  if (!rules || classOf >= rules.tree.classes) return null;
  const row = { data: values, rows: 1, cols: values.length };
  const { base, values: contributions } = classContributions(rules.tree, row, classOf);
  const shown = Array.from(values, (value, j) => shownValue(categories, featureNames[j] ?? '', value));
  const reasons = topReasons(contributions, { featureNames, values: shown }, Infinity);
  return { by: 'rules', base, total: contributions.reduce((sum, one) => sum + one, base), reasons };
}

/** Whether a value is a word that the rules were not grown on: what they say of the last of a list is not said of it. */
function isStrange({ featureNames, categories }: ClusterModel, feature: number, value: number): boolean {
  const category = categories.find((one) => one.feature === featureNames[feature]);
  return category !== undefined && !category.others && value >= category.words.length;
}

function followed({ tree }: ModelRules, model: ClusterModel, values: Float64Array) {
  const [named] = predictClasses(tree, { data: values, rows: 1, cols: values.length });
  const path = treePaths(tree).find(({ intervals }) =>
    intervals.every((interval) => passes(interval, values[interval.feature] as number)),
  );
  const isTold = path?.intervals.every(({ feature }) => !isStrange(model, feature, values[feature] as number));
  return { named, rule: path && isTold ? pathInWords(path, model) : null };
}

/**
 * Explains one person's place under any algorithm: by the centres where the model places by them, else by the rules that
 * the model keeps.
 *
 * Shape   values: one for each feature of the model, in its own units; NaN is missing
 * Cost    one placement, one tree, and some dozens of placements more
 * Throws  ML_SHAPE, ML_NOT_FINITE (a missing value where the model knows no fill), ML_CANCELLED
 */
export async function explainPlacement(
  model: ClusterModel,
  values: Float64Array,
  control: ComputeControl = {},
): Promise<PlacementExplanation> {
  const { rules, placing } = model;
  const placed = await assignClusters(model, { data: values, rows: 1, cols: values.length }, control);
  const [label = -1, distance = NaN] = [placed.labels[0], placed.distances[0]];
  const [confidence = 0, outlierScore = 0] = [placed.confidences[0], placed.outlierScores[0]];
  // People in no cluster are a class of their own behind the last.
  const classOf = label < 0 ? placing.k : label;
  const { by, base, total, reasons } = byCentres(model, values, label) ?? byRules(model, values, classOf) ?? UNTOLD;
  const path = rules ? followed(rules, model, values) : null;
  return {
    ...{ label, distance, confidence, outlierScore, isOutlier: outlierScore >= OUTLIER_FROM },
    ...{ by, base, total, reasons },
    rule: path?.rule ?? null,
    ruleAgrees: path && path.rule !== null ? path.named === classOf : null,
    others: rules ? await waysToClusters({ model, rules, own: label }, values, control) : [],
  };
}
