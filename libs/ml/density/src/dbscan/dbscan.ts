import {
  breathe,
  checkMatrix,
  checkParams,
  checkWidth,
  countNeighbours,
  indexNeighbours,
  mlErrors,
  nearestNeighbours,
  poolOf,
  rememberedIndex,
  takeRows,
  visitCoreNeighbours,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { NOISE, countLabels } from '../core-distances';
import { dbscanDefaults, dbscanLimits, type DbscanParams } from './dbscan.params';
import { dbscanFromJson, dbscanToJson, type DbscanState } from './dbscan.state';

/** What `fit` answers: the state, and for every training row its cluster and whether it is a core row. */
export interface FittedDbscan extends DbscanState {
  /** 0..k-1, or -1 for noise. */
  readonly labels: Int32Array;
  /** 1 for core rows. */
  readonly isCore: Uint8Array;
}

/** Sets of rows, each known by its lowest row. */
class RowSets {
  private readonly parents: Int32Array;

  constructor(rows: number) {
    this.parents = Int32Array.from({ length: rows }, (_, i) => i);
  }

  lowest(row: number): number {
    const { parents } = this;
    let at = row;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] as number] as number;
      at = parents[at] as number;
    }
    return at;
  }

  join(a: number, b: number): void {
    const [p, q] = [this.lowest(a), this.lowest(b)];
    if (p !== q) this.parents[Math.max(p, q)] = Math.min(p, q);
  }
}

/** Labels of all rows: core rows by their set, border rows by the first cluster that reaches them. */
function labelRows(isCore: Uint8Array, sets: RowSets, borders: readonly number[]): { labels: Int32Array; k: number } {
  const labels = new Int32Array(isCore.length).fill(NOISE);
  let k = 0;
  for (let row = 0; row < labels.length; row += 1) {
    if (isCore[row] === 0) continue;
    const lowest = sets.lowest(row);
    if (lowest === row) {
      labels[row] = k;
      k += 1;
    } else labels[row] = labels[lowest] as number;
  }
  for (let at = 0; at < borders.length; at += 2) {
    const label = labels[borders[at + 1] as number] as number;
    const row = borders[at] as number;
    const known = labels[row] as number;
    if (known === NOISE || label < known) labels[row] = label;
  }
  return { labels, k };
}

/**
 * DBSCAN: core rows within eps of each other form a cluster; rows within eps of a core row are its border; the rest is
 * noise.
 *
 * Shape   matrix: n×d, finite, n at least 1; answers n labels in 0..k-1 by the lowest core row, -1 for noise
 * Units   eps in units of the matrix; distances in double precision
 * Ties    a border row of several clusters belongs to the first of them
 * Cost    O(n · rows near) time, at worst O(n²·d); 8·n·d bytes and 32 MB of lists, whatever the density
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (none), ML_TOO_LARGE, ML_CANCELLED
 * Source  Ester, Kriegel, Sander & Xu 1996; held to scikit-learn by reference/dbscan.golden.json
 */
async function fit(matrix: Matrix, params: DbscanParams, control: FitControl): Promise<FittedDbscan> {
  checkParams('dbscan', params, dbscanLimits);
  checkMatrix(matrix);
  const { rows: n, cols } = matrix;
  if (n === 0) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'DBSCAN', needed: 1, rows: 0 });
  await breathe(control);
  const { eps, minPoints } = params;
  const shared = { ...control, pool: poolOf(control) };
  const index = indexNeighbours(matrix);
  const counts = await countNeighbours(index, { queries: matrix, radius: eps }, shared);
  const isCore = Uint8Array.from(counts, (count) => (count >= minPoints ? 1 : 0));
  const sets = new RowSets(n);
  // A border row has fewer than minPoints neighbours, so these stay few.
  const borders: number[] = [];
  const visit = (row: number, neighbours: ArrayLike<number>): void => {
    for (let at = 0; at < neighbours.length; at += 1) {
      const other = neighbours[at] as number;
      if (isCore[other] === 1) sets.join(row, other);
      else borders.push(other, row);
    }
  };
  await visitCoreNeighbours(index, { points: matrix, counts, core: isCore, radius: eps }, visit, shared);
  const { labels, k } = labelRows(isCore, sets, borders);
  const coreRows = [...isCore.keys()].filter((row) => isCore[row] === 1);
  const coreLabels = Int32Array.from(coreRows, (row) => labels[row] as number);
  const found = { k, ...countLabels(labels, k), core: takeRows(matrix, coreRows), coreLabels };
  return { version: 1, cols, eps, minPoints, ...found, labels, isCore };
}

/**
 * The cluster of the nearest core row within eps, else -1. Training rows get their training labels but for border rows
 * of several clusters.
 *
 * Shape   matrix: m × the training columns; answers m labels
 * Ties    the lowest core row wins
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
async function predict(fitted: DbscanState, matrix: Matrix, control: ComputeControl = {}): Promise<Int32Array> {
  checkWidth(fitted.cols, matrix);
  checkMatrix(matrix);
  if (fitted.core.rows === 0) return new Int32Array(matrix.rows).fill(NOISE);
  const { rows, distances } = await nearestNeighbours(rememberedIndex(fitted.core), { queries: matrix, k: 1 }, control);
  return Int32Array.from(rows, (row, at) =>
    (distances[at] as number) <= fitted.eps ? (fitted.coreLabels[row] as number) : NOISE,
  );
}

/** DBSCAN as an estimator: see `fit` for what it promises. */
export const dbscan = {
  name: 'dbscan',
  defaults: dbscanDefaults,
  limits: dbscanLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: dbscanToJson,
  fromJson: dbscanFromJson,
} satisfies Estimator<DbscanParams, DbscanState>;
