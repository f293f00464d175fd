import { seededRandom } from '@kohort/kernel-clock-random';
import { splitFold, stratifiedFolds } from './stratified-folds';
import {
  modelMargins,
  takeLabelled,
  trainModel,
  type LabelledTable,
  type PropensityContext,
  type TrainSettings,
} from './train-model';

/** Margins of every row from a model that has not seen it. */
export interface OutOfFold {
  /** n fold numbers, 0-based. */
  readonly fold: Uint8Array;
  /** n log-odds, before calibration. */
  readonly margins: Float64Array;
}

/**
 * Fits one model per fold on the other folds and scores the fold with it.
 *
 * Shape   data: n rows; returns n folds and n margins
 * Ties    same data, settings and folds: the same margins
 * Cost    `folds` fits on (folds − 1)/folds of the rows
 */
export async function outOfFoldMargins(
  data: LabelledTable,
  { folds, ...settings }: TrainSettings & { readonly folds: number },
  context: PropensityContext,
): Promise<OutOfFold> {
  const fold = stratifiedFolds(data.labels, folds, seededRandom(settings.seed).split('folds'));
  const margins = new Float64Array(data.labels.length);
  for (let k = 0; k < folds; k += 1) {
    const { inside, outside } = splitFold(fold, k);
    const model = await trainModel(takeLabelled(data, outside), settings, context);
    const scored = modelMargins(model, takeLabelled(data, inside).table);
    inside.forEach((row, i) => {
      margins[row] = scored[i] as number;
    });
    context.onProgress?.({ phase: `fitting ${settings.kind} by folds`, done: k + 1, total: folds });
  }
  return { fold, margins };
}
