import { kmeans, kmeansDefaults } from '@kohort/ml-clustering';
import {
  KmeansWorkspace,
  MAGNITUDE_LIMIT,
  breathe,
  checkMatrix,
  checkParams,
  checkShape,
  checkWidth,
  mlErrors,
  poolOf,
  type ClusterSums,
  type ComputeControl,
  type Estimator,
  type FitControl,
  type Matrix,
} from '@kohort/ml-core';
import { gridDistances, neighboursOf } from './som.grid';
import { somDefaults, somLimits, type SomParams } from './som.params';
import { settle } from './som.settle';
import { planePrototypes } from './som.start';
import { somFromJson, somToJson, type SomState } from './som.state';

const NAME = 'som';

/** What `fit` answers: the state, and the unit and the cluster of every training row. */
export interface FittedSom extends SomState {
  readonly units: Uint16Array;
  readonly labels: Uint16Array;
}

/** Copies the rows relative to the origin; without one the means are taken. Throws ML_NOT_FINITE, ML_SHAPE. */
function load(work: KmeansWorkspace, matrix: Matrix, given?: Float64Array): Float64Array {
  const means = work.copyRows().map((sum) => sum / matrix.rows);
  if (!means.every(Number.isFinite)) checkMatrix(matrix);
  const origin = given ?? means.map(Math.fround);
  const { largest } = work.centre(origin);
  if (largest > MAGNITUDE_LIMIT) {
    throw mlErrors.ML_SHAPE({ what: 'values', expected: `magnitudes up to ${MAGNITUDE_LIMIT}`, got: `${largest}` });
  }
  return origin;
}

/** Every unit moves to the mean of all rows, each weighted by how near its unit lies on the grid. */
function move({ sums, counts }: ClusterSums, before: Float64Array, weights: Float64Array): Float64Array {
  const units = counts.length;
  const d = sums.length / units;
  const moved = new Float64Array(before.length);
  for (let unit = 0; unit < units; unit += 1) {
    let total = 0;
    for (let other = 0; other < units; other += 1) {
      const count = counts[other] as number;
      const weight = weights[unit * units + other] as number;
      if (count === 0 || weight < 1e-12) continue;
      total += weight * count;
      for (let j = 0; j < d; j += 1) {
        moved[unit * d + j] = (moved[unit * d + j] as number) + weight * (sums[other * d + j] as number);
      }
    }
    for (let j = 0; j < d; j += 1) {
      const at = unit * d + j;
      moved[at] = total > 0 ? (moved[at] as number) / total : (before[at] as number);
    }
  }
  return moved;
}

/** The rounds: assign all rows, move all units; the reach falls in even ratios from the first radius to the last. */
async function train(
  work: KmeansWorkspace,
  { start, params, distances }: { start: Float64Array; params: SomParams; distances: Float64Array },
  control: FitControl,
): Promise<Float64Array> {
  const { rounds, endRadius } = params;
  const first = Math.max(endRadius, params.startRadius || Math.max(params.width, params.height) / 2);
  const totals = { sums: new Float64Array(start.length), counts: new Float64Array(work.k) };
  let prototypes = start;
  work.clearLabels();
  for (let round = 0; round < rounds; round += 1) {
    const radius = first * (endRadius / first) ** (rounds === 1 ? 1 : round / (rounds - 1));
    work.setCentroids(prototypes);
    work.assign(totals);
    const weights = distances.map((squared) => Math.exp(-squared / (2 * radius * radius)));
    prototypes = move(totals, prototypes, weights);
    control.onProgress?.({ phase: 'unfolding the map', done: round + 1, total: rounds });
    await breathe(control);
  }
  return prototypes;
}

function gap(prototypes: Float64Array, d: number, [a, b]: readonly [number, number]): number {
  let squared = 0;
  for (let j = 0; j < d; j += 1)
    squared += ((prototypes[a * d + j] as number) - (prototypes[b * d + j] as number)) ** 2;
  return Math.sqrt(squared);
}

function ridgesOf(prototypes: Float64Array, d: number, distances: Float64Array): number[] {
  const units = prototypes.length / d;
  return Array.from({ length: units }, (_, unit) => {
    const near = neighboursOf(distances, units, unit);
    const sum = near.reduce((total, other) => total + gap(prototypes, d, [unit, other]), 0);
    return near.length > 0 ? sum / near.length : 0;
  });
}

/** The group of each unit by k-means over the prototypes; each unit its own when no groups are wanted. */
async function clustersOf(
  prototypes: Float64Array,
  cols: number,
  { groups, control }: { groups: number; control: FitControl },
) {
  const units = prototypes.length / cols;
  if (groups === 0) return Array.from({ length: units }, (_, unit) => unit);
  const matrix = { data: Float32Array.from(prototypes), rows: units, cols };
  const params = { ...kmeansDefaults, k: groups };
  const { signal, pool, random } = control;
  return [...(await kmeans.fit(matrix, params, { signal, pool, random: random.split('groups') })).labels];
}

function unitsOf(
  { prototypes, origin, cols }: Pick<SomState, 'prototypes' | 'origin' | 'cols'>,
  matrix: Matrix,
  control: ComputeControl,
): Uint16Array {
  const work = new KmeansWorkspace(poolOf(control), matrix, prototypes.length / cols, 'assign');
  try {
    load(work, matrix, origin);
    work.setCentroids(prototypes.map((value, at) => value - (origin[at % cols] as number)));
    work.clearLabels();
    work.assign();
    return Uint16Array.from(work.labels);
  } finally {
    work.release();
  }
}

function quantisationError({ data, rows, cols: d }: Matrix, prototypes: Float64Array, units: Uint16Array): number {
  let total = 0;
  for (let i = 0; i < rows; i += 1) {
    let squared = 0;
    for (let j = 0; j < d; j += 1)
      squared += ((data[i * d + j] as number) - (prototypes[(units[i] as number) * d + j] as number)) ** 2;
    total += Math.sqrt(squared);
  }
  return total / rows;
}

function checkFit(matrix: Matrix, params: SomParams): void {
  checkParams(NAME, params, somLimits);
  checkShape(matrix);
  const { width, height, groups } = params;
  if (groups > width * height) {
    throw mlErrors.ML_PARAM({ estimator: NAME, parameter: 'groups', must: `at most the ${width * height} units` });
  }
  if (matrix.rows < 2) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 'a map', needed: 2, rows: matrix.rows });
}

/**
 * A self-organising map in batches: units on a grid, each near the rows it stands for, neighbours on the grid alike.
 *
 * Shape   matrix: n×d, finite; answers width·height prototypes, n units and n labels
 * Units   quantisation error in units of the matrix
 * Ties    the lowest unit wins, within float32 arithmetic
 * Cost    O(rounds·(n·units·d + units²·d))
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS (also: fewer different prototypes than groups), ML_TOO_LARGE,
 *         ML_CANCELLED
 * Source  Kohonen 1995; quantisation error held to R's kohonen by reference/som.golden.json
 */
async function fit(matrix: Matrix, params: SomParams, control: FitControl): Promise<FittedSom> {
  checkFit(matrix, params);
  await breathe(control);
  const { width, height, grid, groups } = params;
  const distances = gridDistances({ width, height, grid });
  const cols = matrix.cols;
  const work = new KmeansWorkspace(poolOf(control), matrix, width * height, 'assign');
  let found: { prototypes: Float64Array; origin: Float64Array };
  try {
    const origin = load(work, matrix);
    const start = await planePrototypes(matrix, { grid: { width, height, grid }, origin }, control);
    const unfolded = await train(work, { start, params, distances }, control);
    const relative = await settle(work, { unfolded, distances }, control);
    found = { prototypes: relative.map((value, at) => value + (origin[at % cols] as number)), origin };
  } finally {
    work.release();
  }
  const { prototypes, origin } = found;
  const units = unitsOf({ prototypes, origin, cols }, matrix, control);
  const clusters = await clustersOf(prototypes, cols, { groups, control });
  const hits = new Array<number>(width * height).fill(0);
  for (const unit of units) hits[unit] = (hits[unit] as number) + 1;
  const ridges = ridgesOf(prototypes, cols, distances);
  const error = quantisationError(matrix, prototypes, units);
  const state = { version: 1, width, height, grid, cols, prototypes, origin, clusters, hits, ridges } as const;
  return { ...state, quantisationError: error, units, labels: units.map((unit) => clusters[unit] as number) };
}

/**
 * The nearest unit of every row.
 *
 * Shape   matrix: n × the training columns; answers n units, along the rows of the grid
 * Throws  ML_SHAPE, ML_NOT_FINITE, ML_TOO_LARGE, ML_CANCELLED
 */
export function somUnits(fitted: SomState, matrix: Matrix, control: ComputeControl = {}): Uint16Array {
  checkWidth(fitted.cols, matrix);
  return matrix.rows === 0 ? new Uint16Array(0) : unitsOf(fitted, matrix, control);
}

/** The cluster of every row: that of its unit. Throws as somUnits. */
async function predict(fitted: SomState, matrix: Matrix, control: ComputeControl = {}): Promise<Uint16Array> {
  return somUnits(fitted, matrix, control).map((unit) => fitted.clusters[unit] as number);
}

/** Self-organising maps as an estimator: see `fit` for what it promises. */
export const som = {
  name: NAME,
  defaults: somDefaults,
  limits: somLimits,
  missingValues: 'refused' as const,
  fit,
  predict,
  toJson: somToJson,
  fromJson: somFromJson,
} satisfies Estimator<SomParams, SomState>;
