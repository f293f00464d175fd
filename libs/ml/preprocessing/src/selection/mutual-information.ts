import type { Random } from '@kohort/kernel-clock-random';
import { breathe } from '@kohort/ml-core';
import { z } from 'zod';
import type { FeatureColumn } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { anyColumn } from '../transformer/column-guard';
import type { Selected } from '../transformer/define-transformer';
import type { FitContext, Target } from '../transformer/transformer';
import { defineSelector } from './define-selector';
import { discreteInformation } from './discrete-information';
import { nearestClassInformation, nearestInformation } from './nearest-information';

const KIND = 'mutual-information';

const params = z.strictObject({
  /** How many columns stay: those that tell most of the target. */
  keep: z.int().min(1),
  neighbours: z.int().min(1).max(1000).default(3),
});

/** Noise added to continuous values, relative to their size: equal values have no nearest neighbour. */
const NOISE = 1e-10;

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Values over their deviation, not centred; a constant column as it is. */
function scaled(values: Float64Array): Float64Array {
  const mean = meanOf(values);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return deviation < 10 * Number.EPSILON ? values : values.map((value) => value / deviation);
}

/** Scaled columns with noise, drawn row by row so that the answer does not depend on how columns are stored. */
function withNoise(columns: readonly Float64Array[], random: Random): Float64Array[] {
  const out = columns.map((values) => scaled(values).slice());
  const sizes = out.map((values) => NOISE * Math.max(1, meanOf(values.map(Math.abs))));
  const rows = out[0]?.length ?? 0;
  for (let i = 0; i < rows; i += 1) {
    out.forEach((values, j) => {
      values[i] = (values[i] as number) + (sizes[j] as number) * random.normal();
    });
  }
  return out;
}

function checkedTarget(rows: number, target: Target | undefined, neighbours: number): Target {
  const refuse = (problem: string) => preprocessingErrors.PREPROCESSING_TARGET({ transformer: KIND, problem });
  if (target === undefined) throw refuse('there is none');
  if (target.values.length !== rows) throw refuse(`${target.values.length} values for ${rows} rows`);
  const row = target.values.findIndex((value) => !Number.isFinite(value));
  if (row >= 0) throw refuse(`no finite number in row ${row}`);
  if (neighbours >= rows) {
    throw preprocessingErrors.PREPROCESSING_TOO_FEW({
      transformer: KIND,
      needed: neighbours + 1,
      of: 'rows',
      found: rows,
    });
  }
  return target;
}

/** What each column tells of the target, in nats. */
async function informations(data: Selected<FeatureColumn>, neighbours: number, context: FitContext): Promise<number[]> {
  const target = checkedTarget(data.rows, context.target, neighbours);
  const { random } = context;
  if (random === undefined) throw preprocessingErrors.PREPROCESSING_RANDOM_ABSENT({ transformer: KIND });
  const numeric = data.columns.flatMap((column) => (column.kind === 'numeric' ? [column] : []));
  const noisy = withNoise(
    numeric.map(({ values }) => values),
    random,
  );
  const continuous = new Map(numeric.map(({ name }, j) => [name, noisy[j] as Float64Array]));
  const wanted = target.kind === 'number' ? (withNoise([target.values], random)[0] as Float64Array) : target.values;
  const out: number[] = [];
  for (const column of data.columns) {
    await breathe(context);
    context.onProgress?.({ phase: KIND, done: out.length, total: data.columns.length });
    const values = continuous.get(column.name);
    if (column.kind === 'category') {
      const discrete = target.kind === 'classes';
      const told = discrete
        ? discreteInformation(column.codes, wanted)
        : nearestClassInformation(wanted, column.codes, neighbours);
      out.push(told);
    } else if (values !== undefined) {
      const classes = target.kind === 'classes';
      const told = classes
        ? nearestClassInformation(values, wanted, neighbours)
        : nearestInformation(values, wanted, neighbours);
      out.push(told);
    }
  }
  return out;
}

/**
 * Keeps the columns that tell most of a target, whatever the form of the relation. Categories are discrete, a missing
 * one is a level of its own; numbers are continuous.
 *
 * Shape   n × d to n × keep, in the order of the table; context.target: classes or numbers
 * Units   score: mutual information in nats
 * Ties    of equally telling columns the earlier one stays
 * Cost    O(n log n) per column; two continuous variables up to O(n²)
 * Throws  PREPROCESSING_TARGET, _TOO_FEW (rows not above `neighbours`), _MISSING_VALUE in a number, _RANDOM_ABSENT
 * Source  held to scikit-learn's mutual_info_classif and mutual_info_regression by reference/selection.golden.json
 */
export const mutualInformation = defineSelector({
  kind: KIND,
  params,
  accepts: anyColumn,
  missingValues: 'kept',
  emptyBecause: 'there is none',
  judge: async (data, { keep, neighbours }, context) => {
    for (const column of data.columns) {
      const row = column.kind === 'numeric' ? column.values.findIndex((value) => Number.isNaN(value)) : -1;
      if (row >= 0) {
        throw preprocessingErrors.PREPROCESSING_MISSING_VALUE({ column: column.name, row, transformer: KIND });
      }
    }
    if (keep > data.columns.length) {
      const found = data.columns.length;
      throw preprocessingErrors.PREPROCESSING_TOO_FEW({ transformer: KIND, needed: keep, of: 'columns', found });
    }
    const scores = await informations(data, neighbours, context);
    const best = new Set(
      [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b).slice(0, keep),
    );
    return data.columns.map(({ name }, j) => ({ name, score: scores[j] as number, kept: best.has(j) }));
  },
});
