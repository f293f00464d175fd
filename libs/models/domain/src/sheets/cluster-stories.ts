import type { ClusterSheet, JsonObject } from '@kohort/kernel-contracts';
import type { ComputeControl, Matrix, WideMatrix } from '@kohort/ml-core';
import { shownValue, type CategoryWords } from '../clusters/category-words';
import type { PlaybookRule } from '../clusters/playbook';
import { clusterProfileSheets } from '../clusters/profile-sheets';
import { pathInWords, writtenRule } from '../surrogate/rule-of-cluster';
import { surrogateTree, type RuleFidelity, type Surrogate } from '../surrogate/surrogate-tree';
import { clusterExemplars } from './exemplars';
import { featureHistogram, type FeatureHistogram } from './feature-histogram';

/** What profile sheets with pictures are made from. */
export interface StoryInput {
  readonly featureNames: readonly string[];
  /** n×d in the features' own units; NaN is missing; codes in columns of `categories`. */
  readonly matrix: Matrix | WideMatrix;
  readonly categories?: readonly CategoryWords[];
  readonly ids: readonly string[];
  /** n labels 0..k-1; -1 is noise. */
  readonly labels: ArrayLike<number>;
  readonly k: number;
  readonly seed: number;
  /** 0–1, one a row: how sure its cluster is. */
  readonly confidences?: ArrayLike<number>;
  /** 1 where the customer was lost, 0 where kept, NaN where not known; one a row. */
  readonly churned?: ArrayLike<number>;
  /** See ProfileSheetInput. */
  readonly valueColumn?: string | null;
  readonly values?: ArrayLike<number>;
  readonly playbook?: readonly PlaybookRule[];
}

/** A real row that stands for a cluster. */
export interface Exemplar {
  readonly id: string;
  /** One a feature, words of a category; null is missing. */
  readonly values: readonly (number | string | null)[];
}

/** One cluster told whole. */
export interface ClusterStory {
  readonly sheet: ClusterSheet;
  /** Share of the cluster's people who were lost, and of everybody; null without the column or without known people. */
  readonly churn: { readonly share: number; readonly everybody: number; readonly known: number } | null;
  /** Mean confidence of its people; null when none is given. */
  readonly confidence: number | null;
  /** The medoid first. */
  readonly exemplars: readonly Exemplar[];
  readonly exemplarsOf: number;
  /** The features that set it apart most. */
  readonly histograms: readonly FeatureHistogram[];
  /** Ways into the cluster in words; any of them. */
  readonly rules: readonly string[];
  readonly ruleFidelity: RuleFidelity;
  /** The same as a rule of the segment language; null where there is none, with the reason in `noRule`. */
  readonly rule: JsonObject | null;
  readonly noRule: string | null;
  /** What the rules lean on: mean absolute SHAP value in probability, strongest first. */
  readonly importance: readonly { readonly feature: string; readonly value: number }[];
}

/** All clusters, and how far the rules tell them. */
export interface ClusterStories {
  readonly clusters: readonly ClusterStory[];
  /** People in no cluster. */
  readonly noise: number;
  readonly surrogate: Surrogate;
}

const EXEMPLARS = 3;
const PICTURES = 4;

function churnOf({ labels, churned }: StoryInput, cluster: number): ClusterStory['churn'] {
  if (!churned) return null;
  let [known, lost, all, allLost] = [0, 0, 0, 0];
  for (let row = 0; row < churned.length; row += 1) {
    const value = churned[row] as number;
    if (Number.isNaN(value)) continue;
    all += 1;
    allLost += value;
    if (labels[row] !== cluster) continue;
    known += 1;
    lost += value;
  }
  return known > 0 ? { share: lost / known, everybody: allLost / all, known } : null;
}

function confidenceOf({ labels, confidences }: StoryInput, cluster: number): number | null {
  if (!confidences) return null;
  let [sum, count] = [0, 0];
  for (let row = 0; row < confidences.length; row += 1) {
    if (labels[row] !== cluster) continue;
    sum += confidences[row] as number;
    count += 1;
  }
  return count > 0 ? sum / count : null;
}

/** Rows that are in a cluster: sheets are of people who have one. */
function withoutNoise(input: StoryInput): StoryInput {
  const { matrix, labels, ids, confidences, churned, values } = input;
  const rows = ids.flatMap((_, row) => ((labels[row] as number) >= 0 ? [row] : []));
  if (rows.length === ids.length) return input;
  const { cols } = matrix;
  const data = new Float64Array(rows.length * cols);
  rows.forEach((row, at) => data.set(matrix.data.subarray(row * cols, (row + 1) * cols), at * cols));
  const of = (one: ArrayLike<number>) => rows.map((row) => one[row] as number);
  return {
    ...input,
    matrix: { data, rows: rows.length, cols },
    ids: rows.map((row) => ids[row] as string),
    labels: of(labels),
    ...(confidences ? { confidences: of(confidences) } : {}),
    ...(churned ? { churned: of(churned) } : {}),
    ...(values ? { values: of(values) } : {}),
  };
}

/**
 * Tells every cluster: its sheet, who is lost in it, real people who stand for it, pictures of what sets it apart, and
 * the rules that name it with how true they are. Shares and averages are over the people who are in a cluster.
 *
 * Shape   returns k stories in the order of the labels
 * Cost    the sheets, k · 1,000² pairs for exemplars, and the surrogate tree
 * Throws  what surrogateTree, clusterProfileSheets and clusterExemplars throw
 */
export async function clusterStories(input: StoryInput, control: ComputeControl = {}): Promise<ClusterStories> {
  const surrogate = await surrogateTree(input, control);
  const people = withoutNoise(input);
  const { featureNames, matrix, ids, categories = [] } = people;
  const sheets = clusterProfileSheets(people);
  const exemplars = clusterExemplars(people, EXEMPLARS);
  const valuesOf = (row: number): (number | string | null)[] =>
    Array.from(matrix.data.subarray(row * matrix.cols, (row + 1) * matrix.cols), (value, j) =>
      shownValue(categories, featureNames[j] ?? '', value),
    );
  const clusters = sheets.map((sheet, c): ClusterStory => {
    const central = exemplars[c] ?? { rows: [], compared: 0 };
    const rules = surrogate.clusters[c];
    return {
      sheet,
      churn: churnOf(people, c),
      confidence: confidenceOf(people, c),
      exemplars: central.rows.map((row) => ({ id: ids[row] ?? '', values: valuesOf(row) })),
      exemplarsOf: central.compared,
      histograms: sheet.features.slice(0, PICTURES).flatMap(({ feature }) => {
        const column = featureNames.indexOf(feature);
        return featureHistogram(people, { feature, column, cluster: c }) ?? [];
      }),
      rules: (rules?.paths ?? []).map((path) => pathInWords(path, people)),
      ruleFidelity: rules?.fidelity ?? { precision: null, recall: null, f1: 0 },
      ...writtenRule(surrogate, c, people),
      importance: rules?.importance ?? [],
    };
  });
  return { clusters, noise: input.ids.length - ids.length, surrogate };
}
