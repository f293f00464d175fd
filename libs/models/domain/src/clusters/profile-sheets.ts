import type { ClusterSheet } from '@kohort/kernel-contracts';
import type { Matrix, WideMatrix } from '@kohort/ml-core';
import { readWord, type CategoryWords } from './category-words';
import { featureLabel, roleOf } from './feature-roles';
import { measureClusters, type ClusterMeasure, type FeatureMeasure } from './measure-clusters';
import { measureWords } from './measure-words';
import { nameClusters } from './name-clusters';
import { DEFAULT_PLAYBOOK, type PlaybookRule } from './playbook';

/** What sheets are made from. */
export interface ProfileSheetInput {
  readonly featureNames: readonly string[];
  /** n×d in the features' own units; NaN is missing; codes in columns of `categories`. */
  readonly matrix: Matrix | WideMatrix;
  readonly categories?: readonly CategoryWords[];
  /** n labels in 0..k-1. */
  readonly labels: ArrayLike<number>;
  readonly k: number;
  /** The feature whose sum is the value of a cluster; the first monetary one when left out, none when null. */
  readonly valueColumn?: string | null;
  /** The value of each row, in place of a feature; NaN is missing. */
  readonly values?: ArrayLike<number>;
  readonly playbook?: readonly PlaybookRule[];
}

/** Distance from everybody's mean from which a feature sets a cluster apart. */
const DISTINGUISHING = 0.25;
const MOST_FEATURES = 8;
const FEWEST_FEATURES = 2;
const EVIDENCE = 3;

function figure(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1000) return Math.round(value).toLocaleString('en-GB');
  return String(Number(value.toFixed(magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2)));
}

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

function evidenceOf({ feature, word, clusterMean, overallMean, lift }: FeatureMeasure): string {
  if (word !== undefined) {
    return `${featureLabel(feature)} ${readWord(word)}: ${percent(clusterMean)} against ${percent(overallMean)}`;
  }
  const against = `mean ${figure(clusterMean)} against ${figure(overallMean)}`;
  if (lift === null) return `${featureLabel(feature)}: ${against}`;
  return `${featureLabel(feature)} ${lift.toFixed(lift < 10 ? 1 : 0)}× the average: ${against}`;
}

const byEffect = (features: readonly FeatureMeasure[]): FeatureMeasure[] =>
  [...features].sort((a, b) => Math.abs(b.shapedEffect) - Math.abs(a.shapedEffect));

/** The columns a mean says something of. */
function numbersOf<Input extends ProfileSheetInput>(input: Input): Input {
  const { featureNames, matrix, categories = [] } = input;
  if (categories.length === 0) return input;
  const kept = featureNames.flatMap((name, at) => (categories.some(({ feature }) => feature === name) ? [] : [at]));
  const { rows, cols } = matrix;
  const data = Float64Array.from(
    { length: rows * kept.length },
    (_, at) => matrix.data[Math.floor(at / kept.length) * cols + (kept[at % kept.length] as number)] as number,
  );
  return {
    ...input,
    featureNames: kept.map((at) => featureNames[at] ?? ''),
    matrix: { data, rows, cols: kept.length },
  };
}

function distinguishing(features: readonly FeatureMeasure[]): FeatureMeasure[] {
  const sorted = byEffect(features);
  const strong = sorted.filter(({ shapedEffect }) => Math.abs(shapedEffect) >= DISTINGUISHING);
  return strong.length >= FEWEST_FEATURES ? strong.slice(0, MOST_FEATURES) : sorted.slice(0, FEWEST_FEATURES);
}

const wordShare = ({ feature, word = '', clusterMean, overallMean, effectSize }: FeatureMeasure) => ({
  ...{ feature, word, label: `${featureLabel(feature)} ${readWord(word)}` },
  ...{ shareOfCluster: clusterMean, shareOfPeople: overallMean, effectSize },
});

/** Each cluster's share of the sum of a column; null when the sum is not positive. */
function valueShares({ featureNames, matrix, labels, k, valueColumn, values }: ProfileSheetInput): (number | null)[] {
  const name = valueColumn === undefined ? featureNames.find((one) => roleOf(one) === 'monetary') : valueColumn;
  const column = name === undefined || name === null ? -1 : featureNames.indexOf(name);
  const sums = new Float64Array(k);
  for (let i = 0; (values || column >= 0) && i < matrix.rows; i += 1) {
    const value = (values ? values[i] : matrix.data[i * matrix.cols + column]) as number;
    const label = labels[i] as number;
    if (!Number.isNaN(value)) sums[label] = (sums[label] as number) + value;
  }
  const total = sums.reduce((a, b) => a + b, 0);
  return Array.from(sums, (sum) => (total > 0 ? sum / total : null));
}

/** The action for a cluster that no rule of the playbook knows: from its weight, or from what sets it apart. */
function plainAction(shares: { people: number; value: number | null }, top: FeatureMeasure | undefined): string {
  if (shares.value !== null && shares.value >= 1.5 * shares.people) {
    return 'Protect: this group brings far more than its share; service first, offers second.';
  }
  if (shares.value !== null && shares.value <= 0.5 * shares.people) {
    return 'Serve at low cost: automated contact only, and one test offer that could raise the value.';
  }
  const label = top ? featureLabel(top.feature) : 'the features above';
  return `Test one message built on ${label} against your standard message, with a holdout.`;
}

/**
 * One sheet a cluster: size, shares, what sets it apart, a name with its evidence, and a first action.
 *
 * Shape   returns k sheets in the order of the labels; names and keys are unique
 * Units   effect sizes in overall population standard deviations of the feature's own units; shares 0–1
 * Cost    a few passes over the table
 * Throws  ML_SHAPE, ML_NOT_FINITE as measureClusters does
 */
export function clusterProfileSheets(input: ProfileSheetInput): ClusterSheet[] {
  const numbers = numbersOf(input);
  const words = measureWords(input);
  const measures = measureClusters(numbers).map((measure, c): ClusterMeasure => ({
    ...measure,
    features: [...measure.features, ...(words[c] ?? [])],
  }));
  const names = nameClusters(measures, input.playbook ?? DEFAULT_PLAYBOOK);
  const values = valueShares(numbers);
  return measures.map((measure, c) => {
    const features = distinguishing(measure.features.filter(({ word }) => word === undefined));
    const telling = distinguishing(words[c] ?? []);
    const shareOfPeople = measure.size / input.matrix.rows;
    const shareOfValue = values[c] ?? null;
    const { name = '', key = '', rule } = names[c] ?? {};
    return {
      key,
      name,
      evidence: byEffect([...features, ...telling])
        .slice(0, EVIDENCE)
        .map(evidenceOf),
      size: measure.size,
      shareOfPeople,
      shareOfValue,
      suggestedAction: rule?.action ?? plainAction({ people: shareOfPeople, value: shareOfValue }, features[0]),
      features: features.map(({ feature, clusterMean, overallMean, lift, effectSize }) => ({
        feature,
        label: featureLabel(feature),
        clusterMean,
        overallMean,
        lift,
        effectSize,
        direction: clusterMean >= overallMean ? 'higher' : 'lower',
      })),
      ...(words[c]?.length ? { categories: telling.map(wordShare) } : {}),
    };
  });
}
