import { z } from 'zod';
import type { Random } from '@kohort/kernel-clock-random';
import type { Json } from '@kohort/kernel-contracts';
import {
  breathe,
  checkParams,
  checkShape,
  countDistinctRows,
  drawRows,
  KmeansWorkspace,
  mlErrors,
  poolOf,
  readState,
  takeRows,
  type Estimator,
  type FitControl,
  type KernelPool,
  type Matrix,
} from '@kohort/ml-core';
import { kmeans, type FittedKmeans } from '../kmeans/kmeans';
import { kmeansDefaults } from '../kmeans/kmeans.params';
import { kmeansFromJson, kmeansToJson, type KmeansState } from '../kmeans/kmeans.state';
import { miniBatchKmeansDefaults, miniBatchKmeansLimits, type MiniBatchKmeansParams } from './mini-batch-kmeans.params';

const NAME = 'mini-batch-kmeans';
/** Rows that k-means++ begins on, and that starts are judged by; at least this many for each cluster. */
const SAMPLE_ROWS = 10_000;
const SAMPLE_FOR_EACH = 30;
/** Batches labelled, over all starts, from one breath to the next. */
const BATCHES_A_BREATH = 16;

/** Batches drawn from a table, in one arena; everything relative to the origin. */
class Batches {
  private readonly work: KmeansWorkspace;

  constructor(
    pool: KernelPool,
    private readonly from: { readonly matrix: Matrix; readonly origin: Float64Array },
    { k, rows }: { k: number; rows: number },
  ) {
    const { cols } = from.matrix;
    this.work = new KmeansWorkspace(pool, { data: new Float32Array(rows * cols), rows, cols }, k, 'assign');
  }

  release(): void {
    this.work.release();
  }

  /** Takes the next batch: rows drawn with repetition. */
  draw(random: Random): void {
    const { matrix, origin } = this.from;
    const { rows, labels } = this.work;
    const { cols } = matrix;
    for (let i = 0; i < labels.length; i += 1) {
      const row = random.int(matrix.rows) * cols;
      for (let j = 0; j < cols; j += 1) rows[i * cols + j] = (matrix.data[row + j] as number) - (origin[j] as number);
    }
  }

  /** Labels the batch; answers its clusters' sums and sizes. */
  assign(centroids: Float64Array): { sums: Float64Array; counts: Float64Array } {
    const { k } = this.work;
    const { cols } = this.from.matrix;
    const totals = { sums: new Float64Array(k * cols), counts: new Float64Array(k) };
    this.work.clearLabels();
    this.work.setCentroids(centroids);
    this.work.assign(totals);
    return totals;
  }
}

/** Moves each centroid towards its rows of a batch, by their share of all rows it was given so far. */
function moveCentroids(
  centroids: Float64Array,
  seen: Float64Array,
  { sums, counts }: { sums: Float64Array; counts: Float64Array },
): void {
  const cols = centroids.length / seen.length;
  counts.forEach((count, c) => {
    if (count === 0) return;
    const all = (seen[c] as number) + count;
    seen[c] = all;
    for (let at = c * cols; at < (c + 1) * cols; at += 1) {
      centroids[at] = (centroids[at] as number) + ((sums[at] as number) - count * (centroids[at] as number)) / all;
    }
  });
}

/**
 * The best of some starts: one round of k-means on the sample places the centroids of each, batches of the whole table move
 * them, the sample judges. All starts see the same batches: rows lie far apart in memory, and drawing them costs more than
 * labelling them.
 */
async function bestStart(
  { matrix, sample }: { matrix: Matrix; sample: Matrix },
  { k, batches, batchRows, restarts }: MiniBatchKmeansParams,
  control: FitControl & { pool: KernelPool },
): Promise<FittedKmeans> {
  const { cols } = matrix;
  const { random, pool, signal, onProgress } = control;
  const quiet = { pool, random: random.split('start'), ...(signal ? { signal } : {}) };
  const once = { ...kmeansDefaults, k, maxIterations: 1, start: { method: 'k-means++', restarts: 1 } as const };
  const fits: FittedKmeans[] = [];
  for (let at = 0; at < restarts; at += 1) {
    fits.push(await kmeans.fit(sample, once, { ...quiet, random: quiet.random.split(at) }));
  }
  const { origin } = fits[0] as FittedKmeans;
  const starts = fits.map(({ centroids }) => ({
    centroids: centroids.map((value, at) => value - (origin[at % cols] as number)),
    seen: new Float64Array(k),
  }));
  const batchesABreath = Math.max(1, Math.floor(BATCHES_A_BREATH / restarts));
  const drawn = new Batches(pool, { matrix, origin }, { k, rows: Math.min(batchRows, matrix.rows) });
  try {
    for (let at = 0; at < batches; at += 1) {
      if (at % batchesABreath === 0) await breathe(control);
      drawn.draw(random);
      for (const { centroids, seen } of starts) moveCentroids(centroids, seen, drawn.assign(centroids));
      onProgress?.({ phase: 'fitting batches', done: at + 1, total: batches });
    }
  } finally {
    drawn.release();
  }
  let best: FittedKmeans | undefined;
  for (const { centroids } of starts) {
    const ended = Array.from(centroids, (value, at) => value + (origin[at % cols] as number));
    const judged = await kmeans.fit(sample, { ...once, start: { method: 'given', centroids: ended } }, quiet);
    if (!best || judged.inertia < best.inertia) best = judged;
  }
  return best as FittedKmeans;
}

/**
 * k-means for large tables: starts from batches of rows, then a few rounds over all rows.
 *
 * Shape   matrix: n×d, finite; answers what k-means answers
 * Units   inertia in squared units of the matrix
 * Ties    as in k-means
 * Cost    O(restarts·batches·batchRows·k·d + fullRounds·n·k·d) time; memory as k-means
 * Throws  as k-means
 * Source  Sculley 2010; the inertia stays within 1 % of k-means' on the bench
 */
async function fit(matrix: Matrix, params: MiniBatchKmeansParams, control: FitControl): Promise<FittedKmeans> {
  checkParams(NAME, params, miniBatchKmeansLimits);
  checkShape(matrix);
  const { k, fullRounds } = params;
  const estimator = `mini-batch k-means with k = ${k}`;
  if (matrix.rows < k) throw mlErrors.ML_TOO_FEW_ROWS({ estimator, needed: k, rows: matrix.rows });
  await breathe(control);
  const shared = { ...control, pool: poolOf(control) };
  const wanted = Math.max(SAMPLE_ROWS, k * SAMPLE_FOR_EACH);
  const drawn = takeRows(matrix, drawRows(matrix.rows, wanted, control.random.split('sample')));
  // A sample of a table with few different rows may hold too few of them: the whole table then decides.
  const sample = countDistinctRows(drawn, k) < k ? matrix : drawn;
  const best = await bestStart({ matrix, sample }, params, { ...shared, random: control.random.split('batches') });
  const start = { method: 'given', centroids: [...best.centroids] } as const;
  return kmeans.fit(matrix, { k, start, maxIterations: fullRounds, tolerance: kmeansDefaults.tolerance }, shared);
}

/** The state as JSON: that of k-means under its own name. */
function toJson(state: KmeansState): Json {
  return { estimator: NAME, kmeans: kmeansToJson(state) };
}

const schema = z.object({ estimator: z.literal(NAME), kmeans: z.unknown() });

/** Reads what toJson wrote. Throws ML_STATE with the first thing wrong. */
const fromJson = (json: unknown): KmeansState => kmeansFromJson(readState(NAME, schema, json).kmeans);

/** Mini-batch k-means as an estimator: see `fit` for what it promises. */
export const miniBatchKmeans = {
  name: NAME,
  defaults: miniBatchKmeansDefaults,
  limits: miniBatchKmeansLimits,
  missingValues: 'refused' as const,
  fit,
  predict: kmeans.predict,
  toJson,
  fromJson,
} satisfies Estimator<MiniBatchKmeansParams, KmeansState>;
