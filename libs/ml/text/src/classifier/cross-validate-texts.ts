import { shuffle } from '@kohort/kernel-clock-random';
import { mlErrors, type FitControl } from '@kohort/ml-core';
import { rocAuc } from '@kohort/ml-metrics';
import {
  fitTextClassifier,
  likeliestClasses,
  textClassShares,
  type LabelledTexts,
  type TextClassifierParams,
} from './text-classifier';

/** How a classifier does on texts that it has not seen. */
export interface TextValidation {
  readonly classes: readonly string[];
  /** texts × classes, each row from a fit that did not see it. */
  readonly shares: Float64Array;
  readonly predicted: readonly string[];
  readonly accuracy: number;
  /** Mean of the classes' F1. */
  readonly macroF1: number;
  /** Area under the ROC curve of the second class against the first; null for more than two classes. */
  readonly auc: number | null;
}

/** Deals the texts of each class over the folds in turn. */
function foldsOf(labels: readonly string[], folds: number, { random }: FitControl): Uint8Array {
  const fold = new Uint8Array(labels.length);
  let next = 0;
  for (const name of [...new Set(labels)].sort()) {
    const rows = labels.flatMap((label, row) => (label === name ? [row] : []));
    for (const row of shuffle(rows, random)) {
      fold[row] = next;
      next = (next + 1) % folds;
    }
  }
  return fold;
}

/**
 * The mean over classes of the harmonic mean of precision and recall; a class that is never right counts 0.
 *
 * Source  held to scikit-learn's figures of the public sets by text-data-sets.long.spec.ts
 */
export function macroF1(labels: readonly string[], predicted: readonly string[]): number {
  const scores = [...new Set([...labels, ...predicted])].map((name) => {
    let [right, wrong] = [0, 0];
    labels.forEach((label, row) => {
      if (label === name && predicted[row] === name) right += 1;
      else if (label === name || predicted[row] === name) wrong += 1;
    });
    return (2 * right) / (2 * right + wrong);
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/**
 * Fits on all folds but one and predicts that one, for each.
 *
 * Throws  as fitTextClassifier; ML_TOO_FEW_ROWS when a class has fewer texts than there are folds
 */
export async function crossValidateTexts(
  { texts, labels }: LabelledTexts,
  { folds = 5, ...params }: Partial<TextClassifierParams> & { readonly folds?: number },
  control: FitControl,
): Promise<TextValidation> {
  if (labels.length !== texts.length) {
    throw mlErrors.ML_SHAPE({ what: 'labels', expected: `${texts.length}`, got: `${labels.length}` });
  }
  const classes = [...new Set(labels)].sort();
  for (const name of classes) {
    const rows = labels.filter((label) => label === name).length;
    const estimator = `a check in ${folds} parts`;
    if (rows < folds) throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: folds, of: 'texts of each class', rows });
  }
  const fold = foldsOf(labels, folds, control);
  const shares = new Float64Array(texts.length * classes.length);
  for (let part = 0; part < folds; part += 1) {
    const inside = texts.flatMap((_, row) => (fold[row] === part ? [row] : []));
    const outside = texts.flatMap((_, row) => (fold[row] === part ? [] : [row]));
    const pick = (list: readonly string[], rows: readonly number[]): string[] => rows.map((row) => list[row] as string);
    const training = { texts: pick(texts, outside), labels: pick(labels, outside) };
    const fitted = await fitTextClassifier(training, params, { signal: control.signal });
    const found = textClassShares(fitted, pick(texts, inside));
    inside.forEach((row, at) => {
      shares.set(found.subarray(at * classes.length, (at + 1) * classes.length), row * classes.length);
    });
    control.onProgress?.({ phase: 'checking on unseen texts', done: part + 1, total: folds });
  }
  const predicted = likeliestClasses(classes, shares);
  const right = predicted.filter((label, row) => label === labels[row]).length;
  const second = Uint8Array.from(labels, (label) => (label === classes[1] ? 1 : 0));
  const auc =
    classes.length === 2
      ? rocAuc(
          second,
          Float64Array.from(labels, (_, row) => shares[row * 2 + 1] as number),
        )
      : null;
  return { classes, shares, predicted, accuracy: right / texts.length, macroF1: macroF1(labels, predicted), auc };
}
