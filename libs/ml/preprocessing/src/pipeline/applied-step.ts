import type { Json } from '@kohort/kernel-contracts';
import type { FeatureColumn, FeatureTable } from '../feature-table';
import { checkNames } from '../transformer/check-columns';
import type { FitContext, OutputColumn, Transformer } from '../transformer/transformer';

/** One fitted step of a pipeline: a transformer and its fitted value, whatever their types. */
export interface AppliedStep {
  /** The transformer's kind. */
  readonly use: string;
  /** Names of the columns it was fitted on. */
  readonly columns: readonly string[];
  /** The columns it works on stay beside its outputs. */
  readonly keep: boolean;
  readonly outputs: readonly OutputColumn[];
  /** The outputs alone. */
  transform(table: FeatureTable): FeatureTable;
  toJson(): Json;
}

/** A transformer seen without its types: what a pipeline needs of it. */
export interface StepMaker {
  readonly kind: string;
  readonly missingValues: 'refused' | 'kept' | 'handled';
  /** Parameters are checked against the transformer's schema. */
  fit(table: FeatureTable, params: unknown, context: FitContext): Promise<{ step: AppliedStep; table: FeatureTable }>;
  fromJson(json: unknown, columns: readonly string[]): AppliedStep;
}

/** The step that a fitted value makes; `columns`: what it was fitted on. */
export function appliedStep<Params, State>(
  transformer: Transformer<Params, State>,
  fitted: State,
  columns: readonly string[],
): AppliedStep {
  return {
    use: transformer.kind,
    columns,
    keep: false,
    outputs: transformer.outputs(fitted),
    transform: (table) => transformer.transform(fitted, table),
    toJson: () => transformer.toJson(fitted),
  };
}

/** A transformer as a maker of steps. */
export function stepMaker<Params, State>(transformer: Transformer<Params, State>): StepMaker {
  const { kind, missingValues } = transformer;
  return {
    kind,
    missingValues,
    fit: async (table, params, context) => {
      const { fitted, table: made } = await transformer.fitTransform(table, transformer.readParams(params), context);
      const columns = table.columns.map(({ name }) => name);
      return { step: appliedStep(transformer, fitted, columns), table: made };
    },
    fromJson: (json, columns) => appliedStep(transformer, transformer.fromJson(json), columns),
  };
}

/**
 * Puts a step's outputs among the other columns of a table: each where the first column it is made of stands, the
 * step's own columns gone unless it keeps them.
 *
 * Throws  PREPROCESSING_COLUMN_REPEATED when an output has the name of a column that stays
 */
export function placeOutputs(step: AppliedStep, table: FeatureTable, made: FeatureTable): FeatureTable {
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
