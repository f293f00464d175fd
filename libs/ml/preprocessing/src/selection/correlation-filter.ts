import { crossProducts } from '@kohort/ml-core';
import { z } from 'zod';
import { numericOnly } from '../transformer/column-guard';
import { defineSelector } from './define-selector';

const params = z.strictObject({
  /** Of two columns correlated more strongly than this, one goes; |Pearson's r|, 0..1. */
  threshold: z.number().min(0).max(1).default(0.95),
});

/**
 * Pearson's correlation of every two columns.
 *
 * Shape   columns: d of n values without NaN; returns row-major d×d, 0 beside a constant column, 1 on the diagonal
 * Cost    O(n · d²/2)
 * Source  held to numpy.corrcoef by reference/selection.golden.json
 */
export function correlations(columns: readonly Float64Array[], rows: number): Float64Array {
  const d = columns.length;
  const centred = columns.map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / rows;
    const same = values.every((value) => value === values[0]);
    return same ? new Float64Array(rows) : values.map((value) => value - mean);
  });
  const products = crossProducts({ columns: centred });
  return products.map((product, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    if (i === j) return 1;
    const size = Math.sqrt(products[i * d + i] as number) * Math.sqrt(products[j * d + j] as number);
    return size === 0 ? 0 : Math.max(-1, Math.min(1, product / size));
  });
}

/**
 * Drops columns that say what an earlier one says.
 *
 * Shape   n × d to n × kept; score: the strongest |r| with an earlier kept column
 * Ties    columns are taken in their order: the earlier one of a pair always stays, and a dropped one drops no other
 * Throws  PREPROCESSING_MISSING_VALUE
 * Source  held to numpy.corrcoef and the rule above by reference/selection.golden.json
 */
export const correlationFilter = defineSelector({
  kind: 'correlation-filter',
  params,
  accepts: numericOnly,
  missingValues: 'refused',
  fewestRows: 2,
  emptyBecause: 'there is none',
  judge: ({ rows, columns }, { threshold }) => {
    const d = columns.length;
    const r = correlations(
      columns.map(({ values }) => values),
      rows,
    );
    const kept: number[] = [];
    return columns.map(({ name }, j) => {
      const score = kept.reduce((most, i) => Math.max(most, Math.abs(r[i * d + j] as number)), 0);
      const stays = score <= threshold;
      if (stays) kept.push(j);
      return { name, score, kept: stays };
    });
  },
});
