import type { FeatureColumn, FeatureTable } from '../feature-table';
import { checkNames } from '../transformer/check-columns';
import type { AppliedStep } from './applied-step';

/**
 * Puts a step's outputs among the other columns of a table: each where the first column it is made of stands, the
 * step's own columns gone unless it keeps them.
 *
 * Throws  PREPROCESSING_COLUMN_REPEATED when an output has the name of a column that stays
 */
export function placeOutputs(
  step: AppliedStep & { readonly keep: boolean },
  table: FeatureTable,
  made: FeatureTable,
): FeatureTable {
  const own = new Set(step.columns);
  const at = new Map<string, FeatureColumn[]>();
  made.columns.forEach((column, i) => {
    const first = step.outputs[i]?.sources[0] ?? '';
    at.set(first, [...(at.get(first) ?? []), column]);
  });
  const columns = table.columns.flatMap((column) => {
    const stays = step.keep || !own.has(column.name);
    return [...(stays ? [column] : []), ...(at.get(column.name) ?? [])];
  });
  checkNames(columns.map(({ name }) => name));
  return { rows: table.rows, columns };
}
