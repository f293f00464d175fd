import { breathe } from '@kohort/ml-core';
import { z } from 'zod';
import type { NumericColumn } from '../feature-table';
import { fitBayesianRidge, type LinearFit } from '../linear/bayesian-ridge';
import { preprocessingErrors } from '../preprocessing-errors';
import { numericOnly } from '../transformer/column-guard';
import { defineTransformer, type Selected } from '../transformer/define-transformer';
import type { FitContext } from '../transformer/transformer';

const KIND = 'iterative-imputer';

const params = z.strictObject({
  /** Rounds over all columns at most. */
  rounds: z.int().min(1).max(100).default(10),
  /** The largest change of a value, over the largest value there is, at which the rounds end. */
  tolerance: z.number().positive().default(1e-3),
});

const state = z.object({
  /** Each column's mean: where the rounds begin. */
  columns: z.array(z.object({ name: z.string(), mean: z.number() })),
  /** One model per column and round, in the order they are applied. */
  steps: z.array(z.object({ column: z.int().min(0), coefficients: z.array(z.number()), intercept: z.number() })),
  rounds: z.int().min(0),
  converged: z.boolean(),
});

type State = z.infer<typeof state>;

const holesOf = (values: Float64Array): number[] =>
  [...values.keys()].filter((row) => Number.isNaN(values[row] as number));

function startValues(columns: readonly NumericColumn[], means: readonly number[]): Float64Array[] {
  return columns.map(({ values }, j) => values.map((value) => (Number.isNaN(value) ? (means[j] as number) : value)));
}

/** Puts a model's predictions into the missing cells of its column. */
function applyStep(
  filled: readonly Float64Array[],
  { column, coefficients, intercept }: LinearFit & { column: number },
  holes: readonly number[],
): void {
  const target = filled[column] as Float64Array;
  const others = filled.filter((_, j) => j !== column);
  for (const row of holes) {
    let value = intercept;
    for (let j = 0; j < others.length; j += 1) {
      value += (coefficients[j] as number) * ((others[j] as Float64Array)[row] as number);
    }
    target[row] = value;
  }
}

function fitStep(filled: readonly Float64Array[], column: number, original: Float64Array): LinearFit {
  const present = [...original.keys()].filter((row) => !Number.isNaN(original[row] as number));
  const take = (values: Float64Array) => Float64Array.from(present, (row) => values[row] as number);
  const others = filled.filter((_, j) => j !== column).map(take);
  return fitBayesianRidge(others, take(original));
}

/** Columns by rising number of missing cells; equal ones in their own order. */
function columnOrder(holes: readonly (readonly number[])[]): number[] {
  return [...holes.keys()].sort((a, b) => (holes[a]?.length ?? 0) - (holes[b]?.length ?? 0) || a - b);
}

function largestChange(now: readonly Float64Array[], before: readonly Float64Array[]): number {
  let most = 0;
  now.forEach((values, j) =>
    values.forEach((value, i) => {
      most = Math.max(most, Math.abs(value - ((before[j] as Float64Array)[i] as number)));
    }),
  );
  return most;
}

async function learn(
  { columns }: Selected<NumericColumn>,
  { rounds, tolerance }: z.output<typeof params>,
  context: FitContext,
): Promise<{ state: State; columns: NumericColumn[] }> {
  const means = columns.map(({ name, values }) => {
    const present = values.filter((value) => !Number.isNaN(value));
    if (present.length === 0) throw preprocessingErrors.PREPROCESSING_COLUMN_EMPTY({ column: name, transformer: KIND });
    return present.reduce((sum, value) => sum + value, 0) / present.length;
  });
  const filled = startValues(columns, means);
  const holes = columns.map(({ values }) => holesOf(values));
  const order = columnOrder(holes);
  const largest = columns.reduce(
    (most, { values }) => values.reduce((m, value) => (Number.isNaN(value) ? m : Math.max(m, Math.abs(value))), most),
    0,
  );
  const steps: State['steps'] = [];
  let converged = columns.length < 2;
  let round = 0;
  while (!converged && round < rounds) {
    const before = filled.map((values) => values.slice());
    for (const column of order) {
      await breathe(context);
      const step = { column, ...fitStep(filled, column, (columns[column] as NumericColumn).values) };
      steps.push(step);
      applyStep(filled, step, holes[column] as number[]);
    }
    round += 1;
    context.onProgress?.({ phase: KIND, done: round, total: rounds });
    converged = largestChange(filled, before) < tolerance * largest;
  }
  const named = columns.map(({ name }, j) => ({ name, mean: means[j] as number }));
  return {
    state: { columns: named, steps, rounds: round, converged },
    columns: columns.map((column, j) => ({ ...column, values: filled[j] as Float64Array })),
  };
}

/**
 * Predicts each missing value from the other columns: column after column, round after round, by Bayesian ridge
 * regression, beginning with the means.
 *
 * Shape   n × d to n × d; one column alone gets its mean; `converged` and `rounds` tell how the rounds ended
 * Ties    columns with equally many holes in their own order; the ones with the fewest first
 * Cost    rounds · d regressions of O(n·d² + d³)
 * Throws  PREPROCESSING_COLUMN_EMPTY; ML_CANCELLED
 * Source  van Buuren & Groothuis-Oudshoorn 2011; held to scikit-learn's IterativeImputer (sample_posterior=False) to
 *         1e-6 by reference/imputers.golden.json
 */
export const iterativeImputer = defineTransformer({
  kind: KIND,
  params,
  state,
  accepts: numericOnly,
  missingValues: 'handled',
  fit: learn,
  invert: (_state, outputs) => outputs,
  inputs: ({ columns }) => columns.map(({ name }) => name),
  outputs: ({ columns }) => columns.map(({ name }) => ({ name, sources: [name] })),
  transform: (fitted, { columns }) => {
    const filled = startValues(
      columns,
      fitted.columns.map(({ mean }) => mean),
    );
    const holes = columns.map(({ values }) => holesOf(values));
    for (const step of fitted.steps) applyStep(filled, step, holes[step.column] as number[]);
    return columns.map((column, j) => ({ ...column, values: filled[j] as Float64Array }));
  },
});
