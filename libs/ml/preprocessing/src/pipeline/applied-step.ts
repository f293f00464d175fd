import type { Json } from '@kohort/kernel-contracts';
import type { FeatureTable } from '../feature-table';
import type { FitContext, OutputColumn, Transformer } from '../transformer/transformer';

/** A transformer with its fitted value, whatever their types. */
export interface AppliedStep {
  /** Names of the columns it was fitted on. */
  readonly columns: readonly string[];
  readonly outputs: readonly OutputColumn[];
  /** The outputs alone. */
  transform(table: FeatureTable): FeatureTable;
  /** The columns the outputs were made of; absent where there is no way back. */
  invert?(table: FeatureTable): FeatureTable;
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
    columns,
    outputs: transformer.outputs(fitted),
    transform: (table) => transformer.transform(fitted, table),
    ...(transformer.invert === undefined
      ? {}
      : { invert: (table: FeatureTable) => transformer.invert?.(fitted, table) ?? table }),
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
