import { shuffle, type Random } from '@kohort/kernel-clock-random';
import type { JobControl } from '@kohort/kernel-contracts';
import { breathe } from '@kohort/ml-core';
import { takeRows, type FeatureColumn, type FeatureTable } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';

/** How good a model is on a table; higher is better. It must not keep or change the table. */
export type TableScorer = (table: FeatureTable) => number | Promise<number>;

/** How much worse a model gets when one column says nothing any more. */
export interface ColumnImportance {
  readonly name: string;
  /** Mean fall of the score over the repeats. */
  readonly mean: number;
  /** Population standard deviation over the repeats. */
  readonly spread: number;
  readonly falls: readonly number[];
}

/** What the importance of columns is measured with. */
export interface ImportanceContext extends JobControl {
  readonly random: Random;
  /** Shuffles per column; 5 when left out. */
  readonly repeats?: number;
}

/**
 * Permutation importance: how far a score falls when the values of one column are shuffled among the rows. Use rows the
 * model was not fitted on.
 *
 * Shape   one entry per column, in the order of the table; the table is left as it was
 * Units   of the score; negative where shuffling made it better by chance
 * Cost    1 + columns · repeats calls of the scorer
 * Throws  PREPROCESSING_NO_ROWS; PREPROCESSING_PARAM for repeats below 1; ML_CANCELLED
 * Source  Breiman 2001; held to scikit-learn's permutation_importance by reference/selection.golden.json
 */
export async function permutationImportance(
  scorer: TableScorer,
  table: FeatureTable,
  { random, repeats = 5, ...control }: ImportanceContext,
): Promise<ColumnImportance[]> {
  const transformer = 'permutation importance';
  if (table.rows === 0) throw preprocessingErrors.PREPROCESSING_NO_ROWS({ transformer });
  if (!Number.isInteger(repeats) || repeats < 1) {
    throw preprocessingErrors.PREPROCESSING_PARAM({ transformer, parameter: 'repeats', problem: 'must be 1 or more' });
  }
  const baseline = await scorer(table);
  const out: ColumnImportance[] = [];
  for (const [place, column] of table.columns.entries()) {
    const order = Array.from({ length: table.rows }, (_, row) => row);
    const falls: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      await breathe(control);
      shuffle(order, random);
      const [shuffled] = takeRows({ rows: table.rows, columns: [column] }, order).columns;
      const columns = table.columns.map((other, at): FeatureColumn => (at === place ? (shuffled ?? other) : other));
      falls.push(baseline - (await scorer({ rows: table.rows, columns })));
    }
    const mean = falls.reduce((sum, fall) => sum + fall, 0) / repeats;
    const spread = Math.sqrt(falls.reduce((sum, fall) => sum + (fall - mean) ** 2, 0) / repeats);
    out.push({ name: column.name, mean, spread, falls });
    control.onProgress?.({ phase: transformer, done: out.length, total: table.columns.length });
  }
  return out;
}
