import type { Random } from '@kohort/kernel-clock-random';
import type { Json, JobControl } from '@kohort/kernel-contracts';
import type { z } from 'zod';
import type { FeatureTable } from '../feature-table';

/** What a supervised transformer learns towards; one value a row. */
export interface Target {
  /** `classes`: codes 0..k-1. `number`: any finite number. */
  readonly kind: 'classes' | 'number';
  readonly values: Float64Array;
}

/** What fitting is given beside rows and parameters. */
export interface FitContext extends JobControl {
  /** Needed by transformers that draw: target encoding without folds, mutual information, isolation forest. */
  readonly random?: Random;
  /** Needed by supervised transformers: target encoding, mutual information. */
  readonly target?: Target;
  /** The fold of each row, 0-based, for target encoding; drawn from `random` when left out. */
  readonly folds?: Int32Array;
}

/** One column a fitted transformer makes, and what it was made of. */
export interface OutputColumn {
  readonly name: string;
  /** Names of the columns it is computed from. */
  readonly sources: readonly string[];
  /** The level it marks; null for "missing"; absent where it marks none. */
  readonly level?: string | null;
}

/** A fitted value and what it makes of the rows it was fitted on. */
export interface FittedTable<State> {
  readonly fitted: State;
  readonly table: FeatureTable;
}

/**
 * What every transformer is. `fit` answers a new plain value and changes nothing; `transform` needs only that value and
 * finds its columns by name, so more columns or another order make no difference. The answer of `transform` holds the
 * transformer's own outputs and nothing else; a pipeline puts them among the other columns.
 *
 * NaN marks a missing number and code -1 a missing category. ±Infinity is always refused.
 */
export interface Transformer<Params, State> {
  readonly kind: string;
  /** Types, limits and defaults of the parameters. */
  readonly params: z.ZodType<unknown, Params>;
  /** `refused`: raises PREPROCESSING_MISSING_VALUE. `kept`: missing stays missing. `handled`: see the transformer. */
  readonly missingValues: 'refused' | 'kept' | 'handled';
  /** Checks parameters of unknown origin. Throws PREPROCESSING_PARAM naming the first that is wrong. */
  readParams(params: unknown): Params;
  fit(table: FeatureTable, params: Params, context?: FitContext): Promise<State>;
  /** As fit, then transform, of the same rows; target encoding scores each row by folds it is not in. */
  fitTransform(table: FeatureTable, params: Params, context?: FitContext): Promise<FittedTable<State>>;
  transform(fitted: State, table: FeatureTable): FeatureTable;
  /**
   * Output columns back to the columns they were made of: centres of clusters in the units of the table. Absent where
   * there is no way back.
   */
  invert?(fitted: State, table: FeatureTable): FeatureTable;
  outputs(fitted: State): readonly OutputColumn[];
  toJson(fitted: State): Json;
  /** Throws PREPROCESSING_STATE_INVALID for anything `toJson` did not write. */
  fromJson(json: unknown): State;
  /** The JSON as text; parse(serialise(x)) transforms bit for bit as x. */
  serialise(fitted: State): string;
  parse(text: string): State;
}
