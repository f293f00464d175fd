import { z } from 'zod';
import type { NumericColumn } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { quantile, sortedPresent } from '../transformer/quantile';

/** How far a value may lie. */
export const fenceParams = z.discriminatedUnion('method', [
  z
    .strictObject({
      /** Winsorising: the quantiles themselves are the fences. */
      method: z.literal('quantile'),
      /** Shares of one. */
      low: z.number().min(0).max(1).default(0.01),
      high: z.number().min(0).max(1).default(0.99),
    })
    .refine(({ low, high }) => low < high, { path: ['high'], message: 'must be above low' }),
  z.strictObject({
    /** Tukey: `reach` times the distance of the quartiles beyond them. */
    method: z.literal('iqr'),
    reach: z.number().positive().default(1.5),
  }),
  z.strictObject({
    /** `reach` standard deviations about the mean. */
    method: z.literal('z'),
    reach: z.number().positive().default(3),
    /** Subtracted from n in the deviation: 0 of the population, 1 of a sample. */
    ddof: z.union([z.literal(0), z.literal(1)]).default(0),
  }),
]);

export type FenceParams = z.output<typeof fenceParams>;

/** The least and the greatest value that is not an outlier; both ends are inside. */
export const fencesSchema = z.object({ low: z.number(), high: z.number() });

export type Fences = z.infer<typeof fencesSchema>;

/**
 * The fences of a column.
 *
 * Shape   missing values are left out; a constant column's fences are its value
 * Cost    O(n log n); O(n) for method z
 * Throws  PREPROCESSING_TOO_FEW for a sample deviation (ddof 1) of one value
 * Source  Tukey 1977; held to numpy by reference/fences.golden.json
 */
export function fitFences({ name, values }: NumericColumn, params: FenceParams): Fences {
  if (params.method === 'z') return deviationFences(name, values, params);
  const sorted = sortedPresent(values);
  if (params.method === 'quantile') return { low: quantile(sorted, params.low), high: quantile(sorted, params.high) };
  const [first, third] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const distance = params.reach * (third - first);
  return { low: first - distance, high: third + distance };
}

function deviationFences(
  name: string,
  values: Float64Array,
  { reach, ddof }: { readonly reach: number; readonly ddof: number },
): Fences {
  const present = values.filter((value) => !Number.isNaN(value));
  const n = present.length;
  if (n <= ddof) {
    const of = `values in column "${name}"`;
    throw preprocessingErrors.PREPROCESSING_TOO_FEW({ transformer: 'fences', needed: ddof + 1, of, found: n });
  }
  const mean = present.reduce((sum, value) => sum + value, 0) / n;
  if (present.every((value) => value === present[0])) return { low: present[0] as number, high: present[0] as number };
  const squares = present.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const distance = reach * Math.sqrt(squares / (n - ddof));
  return { low: mean - distance, high: mean + distance };
}
