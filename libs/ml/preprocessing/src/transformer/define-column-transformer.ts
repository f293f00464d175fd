import type { Json } from '@kohort/kernel-contracts';
import { z } from 'zod';
import type { FeatureColumn, NumericColumn } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { numericOnly } from './column-guard';
import { defineTransformer } from './define-transformer';
import type { Transformer } from './transformer';

/** What is special to a transformer that turns each numeric column into one, by itself. */
export interface ColumnTransformerParts<Input, Params, Fitted extends Json> {
  readonly kind: string;
  readonly params: z.ZodType<Params, Input>;
  /** What is learned of one column, settings that matter later included. */
  readonly fitted: z.ZodType<Fitted>;
  readonly missingValues: 'refused' | 'kept' | 'handled';
  /** `refused` (the default): a column without any value raises PREPROCESSING_COLUMN_EMPTY. */
  readonly emptyColumns?: 'refused' | 'allowed';
  readonly fewestRows?: number;
  fitColumn(column: NumericColumn, params: Params): NoInfer<Fitted>;
  apply(fitted: Fitted, column: NumericColumn): Float64Array;
  /** Outputs back to inputs; absent where there is no way back. */
  undo?(fitted: Fitted, values: Float64Array): Float64Array;
}

/** The state of a transformer that works column by column. */
export type ColumnStates<Fitted> = { columns: { name: string; fitted: Fitted }[] };

/**
 * Makes a transformer that works on every numeric column by itself and keeps its name.
 *
 * Throws  in fitting, PREPROCESSING_COLUMN_EMPTY for a column without any value unless `emptyColumns` is `allowed`
 */
export function defineColumnTransformer<Input, Params, Fitted extends Json>(
  parts: ColumnTransformerParts<Input, Params, Fitted>,
): Transformer<Input, ColumnStates<Fitted>> {
  const { kind, params, missingValues, fewestRows } = parts;
  const state: z.ZodType<ColumnStates<Fitted>> = z.object({
    columns: z.array(z.object({ name: z.string(), fitted: parts.fitted })),
  });
  const { undo } = parts;
  const invert = ({ columns }: ColumnStates<Fitted>, outputs: readonly FeatureColumn[]): FeatureColumn[] =>
    columns.map(({ name, fitted }, at) => {
      const column = outputs[at];
      if (undo === undefined || column?.kind !== 'numeric') {
        throw preprocessingErrors.PREPROCESSING_NO_WAY_BACK({ transformer: kind });
      }
      return { kind: 'numeric', name, values: undo(fitted, column.values) };
    });
  return defineTransformer({
    kind,
    params,
    state,
    accepts: numericOnly,
    missingValues,
    fewestRows,
    fit: (data, settings) => {
      const columns = data.columns.map((column) => {
        if (parts.emptyColumns !== 'allowed' && column.values.every((value) => Number.isNaN(value))) {
          throw preprocessingErrors.PREPROCESSING_COLUMN_EMPTY({ column: column.name, transformer: kind });
        }
        return { name: column.name, fitted: parts.fitColumn(column, settings) };
      });
      return { state: { columns } };
    },
    ...(undo === undefined ? {} : { invert }),
    inputs: ({ columns }) => columns.map(({ name }) => name),
    outputs: ({ columns }) => columns.map(({ name }) => ({ name, sources: [name] })),
    transform: ({ columns }, data) =>
      data.columns.map((column, at) => {
        const { name, fitted } = columns[at] as (typeof columns)[number];
        return { kind: 'numeric', name, values: parts.apply(fitted, column) };
      }),
  });
}
