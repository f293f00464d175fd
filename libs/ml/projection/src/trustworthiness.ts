import { breathe, checkMatrix, drawRows, mlErrors, takeRows, type ComputeControl, type Matrix } from '@kohort/ml-core';
import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { neighbourLists } from './neighbour-lists';

/** How far a picture can be trusted: `sampled` holds for the drawn rows among themselves and must be shown as such. */
export interface Trustworthiness {
  /** 1: whoever stand together in the picture stand together in the data; 0.5: about chance. */
  readonly value: number;
  readonly method: 'exact' | 'sampled';
  /** Rows that were looked at. */
  readonly rowsUsed: number;
  /** Neighbours of each row that were looked at. */
  readonly neighbours: number;
}

export interface TrustworthinessOptions extends ComputeControl {
  /** Neighbours in the picture; default 5, fewer where there are fewer than 2·k + 2 rows. */
  readonly neighbours?: number;
  /** Up to so many rows all are looked at, above it so many are drawn; default 5,000. */
  readonly mostRows?: number;
  /** Chooses the sample; a fixed stream when left out. */
  readonly random?: Random;
}

const ROWS_BETWEEN_LOOKS = 256;

/** Squared distances of one row to all, in double precision; its own is -1. */
function distancesFrom({ data, rows, cols }: Matrix, row: number, out: Float64Array): void {
  const own = row * cols;
  for (let i = 0, at = 0; i < rows; i += 1) {
    let sum = 0;
    for (let j = 0; j < cols; j += 1, at += 1) {
      const difference = (data[at] as number) - (data[own + j] as number);
      sum += difference * difference;
    }
    out[i] = sum;
  }
  out[row] = -1;
}

/** Place of a row by distance among the others, from 1; of equally far ones the lower row comes first. */
function rankOf(distances: Float64Array, other: number): number {
  const own = distances[other] as number;
  let before = 0;
  // The row itself, at -1, is counted: that makes the nearest one the first.
  for (let i = 0; i < other; i += 1) if ((distances[i] as number) <= own) before += 1;
  for (let i = other + 1; i < distances.length; i += 1) if ((distances[i] as number) < own) before += 1;
  return before;
}

/**
 * Trustworthiness of a projection: how seldom rows are neighbours in the picture that are none in the data, each weighted
 * by how far down the list of true neighbours it is.
 *
 * Shape   data: n×d; points: n×2 (or any width); at least 4 rows
 * Units   none, 0..1
 * Ties    of equally far rows the lower one is the nearer
 * Cost    O(n²·(d + k)) up to `mostRows`; above it the same for as many rows drawn, judged among themselves
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS, ML_CANCELLED
 * Source  Venna & Kaski 2001; held to scikit-learn to 1e-9 by reference/projection.golden.json
 */
export async function trustworthiness(
  data: Matrix,
  points: Matrix,
  options: TrustworthinessOptions = {},
): Promise<Trustworthiness> {
  checkMatrix(data);
  checkMatrix(points, 'points');
  if (points.rows !== data.rows) {
    throw mlErrors.ML_SHAPE({ what: 'points', expected: `${data.rows} rows`, got: `${points.rows}` });
  }
  if (data.rows < 4) {
    throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'trustworthiness', needed: 4, rows: data.rows });
  }
  const { mostRows = 5_000, neighbours = 5, random = seededRandom(1) } = options;
  const sampled = data.rows > mostRows;
  const drawn = sampled ? drawRows(data.rows, mostRows, random) : undefined;
  const x = drawn ? takeRows(data, drawn) : data;
  const y = drawn ? takeRows(points, drawn) : points;
  const n = x.rows;
  // Above n / 2 the measure is not defined.
  const k = Math.max(1, Math.min(neighbours, Math.ceil(n / 2) - 1));
  const near = await neighbourLists(y, k, options);
  const distances = new Float64Array(n);
  let penalty = 0;
  for (let i = 0; i < n; i += 1) {
    if (i % ROWS_BETWEEN_LOOKS === 0) {
      await breathe(options);
      options.onProgress?.({ phase: 'judging the picture', done: i, total: n });
    }
    distancesFrom(x, i, distances);
    for (let c = i * k; c < (i + 1) * k; c += 1) {
      const beyond = rankOf(distances, near.rows[c] as number) - k;
      if (beyond > 0) penalty += beyond;
    }
  }
  const value = 1 - penalty * (2 / (n * k * (2 * n - 3 * k - 1)));
  return { value, method: sampled ? 'sampled' : 'exact', rowsUsed: n, neighbours: k };
}
