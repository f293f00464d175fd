import type { Json } from '@kohort/kernel-contracts';
import { z } from 'zod';
import type { FeatureColumn } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import type { ColumnGuard } from '../transformer/column-guard';
import { defineTransformer, type Selected } from '../transformer/define-transformer';
import type { FitContext, Transformer } from '../transformer/transformer';

/** What is learned of each column: its score, and whether it stays. */
export type Selection = { columns: { name: string; score: number; kept: boolean }[] };

const state: z.ZodType<Selection & Json> = z.object({
  columns: z.array(z.object({ name: z.string(), score: z.number(), kept: z.boolean() })),
});

/** What is special to one selector. */
export interface SelectorParts<C extends FeatureColumn, Input, Params> {
  readonly kind: string;
  readonly params: z.ZodType<Params, Input>;
  readonly accepts: ColumnGuard<C>;
  readonly missingValues: 'refused' | 'kept';
  readonly fewestRows?: number;
  /** Why nothing may be left, for the error. */
  readonly emptyBecause: string;
  judge(data: Selected<C>, params: Params, context: FitContext): Selection['columns'] | Promise<Selection['columns']>;
}

/**
 * Makes a transformer that keeps some columns as they are and drops the others.
 *
 * Throws  PREPROCESSING_NOTHING_LEFT when no column would stay
 */
export function defineSelector<C extends FeatureColumn, Input, Params>(
  parts: SelectorParts<C, Input, Params>,
): Transformer<Input, Selection> {
  const { kind, params, accepts, missingValues, fewestRows } = parts;
  const keptNames = ({ columns }: Selection) => columns.filter(({ kept }) => kept).map(({ name }) => name);
  return defineTransformer({
    kind,
    params,
    state,
    accepts,
    missingValues,
    fewestRows,
    fit: async (data, settings, context) => {
      const columns = await parts.judge(data, settings, context);
      if (columns.some(({ kept }) => kept)) return { state: { columns } };
      throw preprocessingErrors.PREPROCESSING_NOTHING_LEFT({ transformer: kind, reason: parts.emptyBecause });
    },
    inputs: keptNames,
    outputs: (fitted) => keptNames(fitted).map((name) => ({ name, sources: [name] })),
    transform: (_fitted, data) => data.columns,
    invert: (_fitted, outputs) => outputs,
  });
}
