import { SingularValueDecomposition, Matrix } from 'ml-matrix';
import { breathe, crossProducts, projectRows, type ShiftedColumns } from '@kohort/ml-core';
import { z } from 'zod';
import type { NumericColumn } from '../feature-table';
import { symmetricEigen, type SymmetricEigen } from '../linear/symmetric-eigen';
import { preprocessingErrors } from '../preprocessing-errors';
import { numericOnly } from '../transformer/column-guard';
import { defineTransformer, type Selected } from '../transformer/define-transformer';
import type { FitContext } from '../transformer/transformer';

const KIND = 'pca';

const params = z
  .strictObject({
    /** How many components; all when neither this nor `share` is given. */
    components: z.int().min(1).optional(),
    /** As few components as explain at least this share of the variance; share of one. */
    share: z.number().gt(0).lt(1).optional(),
    /** Give every component variance one. */
    whiten: z.boolean().default(false),
    /** `svd` of the rows: exact for tiny variances too. `covariance`: one pass, for many rows. `auto`: by size. */
    solver: z.enum(['auto', 'svd', 'covariance']).default('auto'),
    /** What the columns are called: "<prefix>1", "<prefix>2", … */
    prefix: z.string().min(1).default('pca'),
  })
  .refine(({ components, share }) => components === undefined || share === undefined, {
    path: ['share'],
    message: 'cannot go with components',
  });

const state = z.object({
  columns: z.array(z.object({ name: z.string(), mean: z.number() })),
  /** One row of weights, one per column, for each component. */
  components: z.array(z.array(z.number())),
  /** Variance of each component over the fitted rows (divided by n − 1). */
  explainedVariance: z.array(z.number()),
  /** The same as shares of the whole variance. */
  explainedShare: z.array(z.number()),
  whiten: z.boolean(),
  prefix: z.string(),
});

type State = z.infer<typeof state>;

/** Columns and their means over the fitted rows. */
type Centred = Required<ShiftedColumns>;

/** Multiplications above which the covariance is taken instead of a decomposition of all rows. */
const SVD_COST = 2e7;

/** Directions and sums of squares along them. */
function directions(input: Centred, rows: number, solver: 'svd' | 'covariance'): SymmetricEigen {
  const { columns, origin } = input;
  const d = columns.length;
  if (solver === 'covariance') {
    const { values, vectors } = symmetricEigen(crossProducts(input), d);
    return { values: values.map((value) => Math.max(0, value)), vectors };
  }
  const matrix = new Matrix(rows, d);
  columns.forEach((column, j) => column.forEach((value, i) => matrix.set(i, j, value - (origin[j] as number))));
  const svd = new SingularValueDecomposition(matrix, {
    autoTranspose: true,
    computeLeftSingularVectors: false,
    computeRightSingularVectors: true,
  });
  const right = svd.rightSingularVectors;
  const values = Float64Array.from(svd.diagonal, (value) => value * value);
  const vectors = new Float64Array(values.length * d);
  for (let k = 0; k < values.length; k += 1) {
    for (let j = 0; j < d; j += 1) vectors[k * d + j] = right.get(j, k);
  }
  return { values, vectors };
}

/** The coordinate of every row along each component, over its divisor. */
function scoresOf(
  input: Centred,
  components: readonly (readonly number[])[],
  divisors: readonly number[],
): Float64Array[] {
  const scores = projectRows(input, components);
  scores.forEach((values, k) => {
    const divisor = divisors[k] as number;
    if (divisor !== 1) for (let i = 0; i < values.length; i += 1) values[i] = (values[i] as number) / divisor;
  });
  return scores;
}

/** Whether the value farthest from 0 is below it; the first of equally far ones decides. */
function pointsDown(values: Float64Array): boolean {
  let most = 0;
  let least = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (value > most) most = value;
    if (value < least) least = value;
  }
  return most === -least ? values.indexOf(least) < values.indexOf(most) : most < -least;
}

/** Sums of four rows apart: an addition need not wait for the one before. */
function meanOf(values: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i] as number;
    b += values[i + 1] as number;
    c += values[i + 2] as number;
    d += values[i + 3] as number;
  }
  for (let i = whole; i < values.length; i += 1) a += values[i] as number;
  return (a + b + (c + d)) / values.length;
}

function countOf({ components, share }: z.output<typeof params>, shares: readonly number[]): number {
  if (share === undefined) return components ?? shares.length;
  let told = 0;
  const at = shares.findIndex((value) => {
    told += value;
    return told > share;
  });
  return at < 0 ? shares.length : at + 1;
}

async function learn(
  { rows, columns }: Selected<NumericColumn>,
  settings: z.output<typeof params>,
  context: FitContext,
) {
  const d = columns.length;
  const most = Math.min(rows, d);
  const needed = settings.components ?? 1;
  if (needed > most) {
    const of = d < rows ? 'columns' : 'rows';
    throw preprocessingErrors.PREPROCESSING_TOO_FEW({ transformer: KIND, needed, of, found: most });
  }
  const means = columns.map(({ values }) => meanOf(values));
  const centred = { columns: columns.map(({ values }) => values), origin: means };
  await breathe(context);
  const byCost = rows * d * d > SVD_COST ? 'covariance' : 'svd';
  const { values, vectors } = directions(centred, rows, settings.solver === 'auto' ? byCost : settings.solver);
  await breathe(context);
  const variances = Array.from(values.subarray(0, most), (value) => value / (rows - 1));
  const whole = variances.reduce((sum, value) => sum + value, 0);
  if (!(whole > 0)) {
    throw preprocessingErrors.PREPROCESSING_COLUMN_CONSTANT({ column: columns[0]?.name ?? '', transformer: KIND });
  }
  const shares = variances.map((value) => value / whole);
  const count = countOf(settings, shares);
  const found = Array.from({ length: count }, (_, k) => Array.from(vectors.subarray(k * d, (k + 1) * d)));
  const divisors = variances.slice(0, count).map((variance) => (settings.whiten ? Math.sqrt(variance) : 1));
  const along = scoresOf(centred, found, divisors);
  const components = found.map((weights, k) => {
    const scores = along[k] as Float64Array;
    if (!pointsDown(scores)) return weights;
    // Not the negative: what the turned weights would make of a row is never −0.
    for (let i = 0; i < rows; i += 1) scores[i] = 0 - (scores[i] as number);
    return weights.map((weight) => -weight);
  });
  const fitted: State = {
    columns: columns.map(({ name }, j) => ({ name, mean: means[j] as number })),
    components,
    explainedVariance: variances.slice(0, count),
    explainedShare: shares.slice(0, count),
    whiten: settings.whiten,
    prefix: settings.prefix,
  };
  return { state: fitted, columns: named(along, settings.prefix) };
}

const named = (scores: readonly Float64Array[], prefix: string): NumericColumn[] =>
  scores.map((values, k) => ({ kind: 'numeric', name: `${prefix}${k + 1}`, values }));

/**
 * Principal components: the directions of the most variance, by falling variance.
 *
 * Shape   n × d to n × components; columns are centred, not scaled: scale them first where units differ
 * Ties    signs: the row farthest from the centre along a component lies on its positive side, the first of equal ones
 * Cost    `svd` O(n·d²) with a large factor; `covariance` n·d²/2 multiplications and O(d³), squares the condition
 *         number; `auto` takes it above 2·10⁷ multiplications. Thin: O(n·d) memory, made for n up to 200,000, d to 100
 * Throws  PREPROCESSING_MISSING_VALUE; _TOO_FEW when components are above rows or columns; _COLUMN_CONSTANT when no
 *         column varies
 * Source  Pearson 1901; held to scikit-learn's PCA (svd_solver full, svd_flip) by reference/pca.golden.json
 */
export const pca = defineTransformer({
  kind: KIND,
  params,
  state,
  accepts: numericOnly,
  missingValues: 'refused',
  fewestRows: 2,
  fit: learn,
  inputs: ({ columns }) => columns.map(({ name }) => name),
  outputs: ({ columns, components, prefix }) =>
    components.map((_, k) => ({ name: `${prefix}${k + 1}`, sources: columns.map(({ name }) => name) })),
  transform: ({ columns, components, whiten, explainedVariance, prefix }, data) => {
    const centred = { columns: data.columns.map(({ values }) => values), origin: columns.map(({ mean }) => mean) };
    const divisors = explainedVariance.map((variance) => (whiten ? Math.sqrt(variance) : 1));
    const scores = scoresOf(centred, components, divisors);
    return named(scores, prefix);
  },
});
