import type { Random } from '@kohort/kernel-clock-random';
import { drawRows, takeRows, type Matrix } from '@kohort/ml-core';
import type { FitSettings, KnownRows } from './clustering-algorithm';

/** The rows an estimator is given, and what is known of them. */
export interface FittedRows {
  readonly matrix: Matrix;
  readonly sampled: boolean;
  /** The rows of the table that a sample is of. */
  readonly drawn?: readonly number[];
  readonly known: KnownRows;
  readonly sizes: NonNullable<FitSettings['sizes']>;
  readonly notes: readonly string[];
}

/** The matrix with each column multiplied; the same one without factors. */
export function weighColumns(matrix: Matrix, factors: readonly number[] | null): Matrix {
  if (!factors) return matrix;
  return { ...matrix, data: matrix.data.map((value, at) => value * (factors[at % matrix.cols] as number)) };
}

/** Rows that something is known of: they are in every sample. */
function knownRows({ seeds = [], mustLink = [], cannotLink = [] }: KnownRows): Set<number> {
  const rows = new Set<number>([...mustLink, ...cannotLink].flat());
  for (let i = 0; i < seeds.length; i += 1) if ((seeds[i] as number) >= 0) rows.add(i);
  return rows;
}

function knownOf({ seeds, mustLink, cannotLink }: KnownRows, rows: readonly number[]): KnownRows {
  const place = new Map(rows.map((row, at) => [row, at]));
  const move = ([a, b]: readonly [number, number]) => [place.get(a) ?? 0, place.get(b) ?? 0] as const;
  return {
    ...(seeds ? { seeds: Int32Array.from(rows, (row) => seeds[row] as number) } : {}),
    ...(mustLink ? { mustLink: mustLink.map(move) } : {}),
    ...(cannotLink ? { cannotLink: cannotLink.map(move) } : {}),
  };
}

const count = (n: number): string => n.toLocaleString('en-GB');

/**
 * The rows to fit on: all up to the limit; above it those that something is known of, and so many drawn by seed that the
 * limit is reached. Bounds on sizes shrink with the sample.
 */
export function rowsToFit(
  matrix: Matrix,
  { known = {}, sizes = {} }: FitSettings,
  { limit, random, factors }: { limit: number; random: Random; factors: readonly number[] | null },
): FittedRows {
  if (matrix.rows <= limit) return { matrix: weighColumns(matrix, factors), sampled: false, known, sizes, notes: [] };
  const chosen = knownRows(known);
  const free = Math.max(0, limit - chosen.size);
  for (const row of drawRows(matrix.rows, free, random)) chosen.add(row);
  const rows = [...chosen].sort((a, b) => a - b);
  const share = rows.length / matrix.rows;
  return {
    matrix: weighColumns(takeRows(matrix, rows), factors),
    sampled: true,
    drawn: rows,
    known: knownOf(known, rows),
    sizes: {
      ...(sizes.min === undefined ? {} : { min: Math.floor(sizes.min * share) }),
      ...(sizes.max === undefined ? {} : { max: Math.ceil(sizes.max * share) }),
    },
    notes: [
      `Fitted on ${count(rows.length)} of ${count(matrix.rows)} rows drawn by seed; everyone was placed by the model.`,
    ],
  };
}
