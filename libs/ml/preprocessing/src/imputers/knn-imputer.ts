import { breathe, visitNanDistances } from '@kohort/ml-core';
import { z } from 'zod';
import type { NumericColumn } from '../feature-table';
import { preprocessingErrors } from '../preprocessing-errors';
import { numericOnly } from '../transformer/column-guard';
import { defineTransformer } from '../transformer/define-transformer';

const KIND = 'knn-imputer';

const params = z.strictObject({
  neighbours: z.int().min(1).max(1000).default(5),
  /** Each neighbour alike, or by one over its distance. */
  weights: z.enum(['uniform', 'distance']).default('uniform'),
});

const state = z.object({
  neighbours: z.int().min(1),
  weights: z.enum(['uniform', 'distance']),
  rows: z.int().min(1),
  columns: z.array(z.object({ name: z.string(), mean: z.number(), cells: z.array(z.number().nullable()) })),
});

type State = z.infer<typeof state>;

/** The nearest donors of one column, kept as a sorted list: k is small. */
class Nearest {
  private readonly distances: Float64Array;
  private readonly donors: Int32Array;
  private size = 0;
  /** Only what is nearer can still come among them. */
  limit = Infinity;

  constructor(private readonly k: number) {
    this.distances = new Float64Array(k);
    this.donors = new Int32Array(k);
  }

  clear(): void {
    this.size = 0;
    this.limit = Infinity;
  }

  offer(distance: number, donor: number): void {
    if (!(distance < this.limit)) return;
    let at = this.size === this.k ? this.k - 1 : this.size;
    while (at > 0 && (this.distances[at - 1] as number) > distance) {
      this.distances[at] = this.distances[at - 1] as number;
      this.donors[at] = this.donors[at - 1] as number;
      at -= 1;
    }
    this.distances[at] = distance;
    this.donors[at] = donor;
    if (this.size < this.k) this.size += 1;
    if (this.size === this.k) this.limit = this.distances[this.k - 1] as number;
  }

  /** The mean of the donors' values, weighted as asked; undefined without donors. */
  mean(values: Float64Array, weights: State['weights']): number | undefined {
    if (this.size === 0) return undefined;
    const exact = weights === 'distance' && this.distances[0] === 0;
    let sum = 0;
    let total = 0;
    for (let i = 0; i < this.size; i += 1) {
      const squared = this.distances[i] as number;
      const weight = weights === 'uniform' ? 1 : exact ? (squared === 0 ? 1 : 0) : 1 / Math.sqrt(squared);
      sum += weight * (values[this.donors[i] as number] as number);
      total += weight;
    }
    return sum / total;
  }
}

function donorsOf({ columns }: State): Float64Array[] {
  return columns.map(({ cells }) => Float64Array.from(cells, (cell) => cell ?? NaN));
}

interface Filling {
  readonly fitted: State;
  readonly donors: readonly Float64Array[];
  readonly nearest: Nearest;
  readonly out: readonly Float64Array[];
}

/** Fills the missing cells of one row from its distances to all donors. */
function fillRow(row: number, distances: Float64Array, { fitted, donors, nearest, out }: Filling): void {
  out.forEach((filled, j) => {
    if (!Number.isNaN(filled[row] as number)) return;
    nearest.clear();
    const values = donors[j] as Float64Array;
    for (let i = 0; i < distances.length; i += 1) {
      const distance = distances[i] as number;
      // A row that shares no value has the distance NaN, which is below nothing.
      if (distance < nearest.limit && !Number.isNaN(values[i] as number)) nearest.offer(distance, i);
    }
    filled[row] = nearest.mean(values, fitted.weights) ?? (fitted.columns[j]?.mean as number);
  });
}

function impute(fitted: State, columns: readonly NumericColumn[], rows: number): NumericColumn[] {
  const donors = donorsOf(fitted);
  const given = columns.map(({ values }) => values);
  const out = given.map((values) => values.slice());
  const filling = { fitted, donors, nearest: new Nearest(fitted.neighbours), out };
  visitNanDistances({ donors, columns: given, rows: rowsWithHoles(given, rows) }, (row, distances) =>
    fillRow(row, distances, filling),
  );
  return columns.map((column, j) => ({ ...column, values: out[j] as Float64Array }));
}

function rowsWithHoles(columns: readonly Float64Array[], rows: number): number[] {
  const out: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    if (columns.some((values) => Number.isNaN(values[row] as number))) out.push(row);
  }
  return out;
}

/**
 * Puts the mean of the k nearest rows that have a value in place of a missing one. Near is Euclidean over the values two
 * rows share, scaled up for those they do not: scale the columns first.
 *
 * Shape   n × d to n × d; k above the rows that have a value takes all of them
 * Ties    of equally near rows the earlier ones; a row that shares no value with any gets the column's mean
 * Cost    O(rows with holes · fitted rows · d); the fitted value holds all fitted rows, and with them personal data
 * Throws  PREPROCESSING_COLUMN_EMPTY; PREPROCESSING_TOO_FEW when k is above the rows
 * Source  Troyanskaya et al. 2001; held to scikit-learn's KNNImputer by reference/imputers.golden.json
 */
export const knnImputer = defineTransformer({
  kind: KIND,
  params,
  state,
  accepts: numericOnly,
  missingValues: 'handled',
  fit: async ({ rows, columns }, { neighbours, weights }, context) => {
    if (neighbours > rows) {
      throw preprocessingErrors.PREPROCESSING_TOO_FEW({
        transformer: KIND,
        needed: neighbours,
        of: 'rows',
        found: rows,
      });
    }
    await breathe(context);
    const learned = columns.map(({ name, values }) => {
      const present = values.filter((value) => !Number.isNaN(value));
      if (present.length === 0)
        throw preprocessingErrors.PREPROCESSING_COLUMN_EMPTY({ column: name, transformer: KIND });
      const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
      return { name, mean, cells: Array.from(values, (value) => (Number.isNaN(value) ? null : value)) };
    });
    return { state: { neighbours, weights, rows, columns: learned } };
  },
  invert: (_state, outputs) => outputs,
  inputs: ({ columns }) => columns.map(({ name }) => name),
  outputs: ({ columns }) => columns.map(({ name }) => ({ name, sources: [name] })),
  transform: (fitted, { rows, columns }) => impute(fitted, columns, rows),
});
