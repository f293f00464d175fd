import { breathe, checkMatrix, checkParams, mlErrors, type FitControl, type Matrix } from '@kohort/ml-core';
import { neighbourLists } from '../neighbour-lists';
import { principalPlane } from '../principal-plane';
import { tsneAffinities, type Affinities } from './affinities';
import { QuadTree, type Repulsion } from './quad-tree';
import { tsneLimits, type TsneParams } from './tsne.params';

/** A t-SNE picture. */
export interface TsneLayout {
  /** n × 2. */
  readonly points: Matrix;
  /** Kullback–Leibler divergence of the picture's neighbourhoods from the data's, in nats. */
  readonly divergence: number;
  readonly iterations: number;
  /** What was used: less than asked for where there are few rows. */
  readonly perplexity: number;
}

const STEPS_BETWEEN_LOOKS = 10;
const STEPS_BETWEEN_CHECKS = 50;
const MOST_STEPS_WITHOUT_PROGRESS = 300;
const LEAST_GRADIENT_NORM = 1e-7;
const START_SPREAD = 1e-4;

interface Descent {
  readonly points: Float64Array;
  readonly velocity: Float64Array;
  readonly gains: Float64Array;
  readonly gradient: Float64Array;
  readonly repulsion: Repulsion;
}

/** First principal components, small: the same rows always begin at the same places. */
async function startOf(matrix: Matrix, control: FitControl): Promise<Float64Array> {
  const { points } = await principalPlane(matrix, control);
  const n = matrix.rows;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    const x = points.data[2 * i] as number;
    sum += x;
    squares += x * x;
  }
  const spread = Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2)) || 1;
  const flat = matrix.cols < 2;
  // A line can never leave itself: its second coordinate needs a push.
  return Float64Array.from(points.data, (value, at) =>
    flat && at % 2 === 1 ? control.random.normal() * START_SPREAD : (value / spread) * START_SPREAD,
  );
}

/** Gradient of the divergence; returns its norm. */
function fillGradient(descent: Descent, { starts, columns, values }: Affinities, exaggeration: number): number {
  const { points, gradient, repulsion } = descent;
  const n = points.length / 2;
  let norm = 0;
  for (let i = 0; i < n; i += 1) {
    const x = points[2 * i] as number;
    const y = points[2 * i + 1] as number;
    let [pullX, pullY] = [0, 0];
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at += 1) {
      const j = columns[at] as number;
      const dx = x - (points[2 * j] as number);
      const dy = y - (points[2 * j + 1] as number);
      const pull = (values[at] as number) / (1 + dx * dx + dy * dy);
      pullX += pull * dx;
      pullY += pull * dy;
    }
    const gx = 4 * (exaggeration * pullX - (repulsion.forces[2 * i] as number) / repulsion.weight);
    const gy = 4 * (exaggeration * pullY - (repulsion.forces[2 * i + 1] as number) / repulsion.weight);
    gradient[2 * i] = gx;
    gradient[2 * i + 1] = gy;
    norm += gx * gx + gy * gy;
  }
  return Math.sqrt(norm);
}

function divergenceOf(points: Float64Array, { starts, columns, values }: Affinities, weight: number): number {
  let sum = 0;
  for (let i = 0; i + 1 < starts.length; i += 1) {
    for (let at = starts[i] as number; at < (starts[i + 1] as number); at += 1) {
      const p = values[at] as number;
      if (p === 0) continue;
      const j = columns[at] as number;
      const dx = (points[2 * i] as number) - (points[2 * j] as number);
      const dy = (points[2 * i + 1] as number) - (points[2 * j + 1] as number);
      sum += p * Math.log(p * weight * (1 + dx * dx + dy * dy));
    }
  }
  return sum;
}

/** One step with momentum; a coordinate that keeps its direction goes faster (Jacobs 1988). */
function move({ points, velocity, gains, gradient }: Descent, momentum: number, rate: number): void {
  for (let at = 0; at < points.length; at += 1) {
    const slope = gradient[at] as number;
    const speed = velocity[at] as number;
    const gain = Math.max(0.01, speed * slope < 0 ? (gains[at] as number) + 0.2 : (gains[at] as number) * 0.8);
    gains[at] = gain;
    const next = momentum * speed - rate * gain * slope;
    velocity[at] = next;
    points[at] = (points[at] as number) + next;
  }
}

interface Phase {
  readonly from: number;
  readonly to: number;
  readonly momentum: number;
  readonly exaggeration: number;
}

async function descend(
  descent: Descent,
  affinities: Affinities,
  { phase, params, control, tree }: { phase: Phase; params: TsneParams; control: FitControl; tree: QuadTree },
): Promise<{ divergence: number; done: number }> {
  const rate = Math.max(descent.points.length / 2 / params.exaggeration / 4, 50);
  let best = Infinity;
  let bestAt = phase.from;
  let divergence = NaN;
  for (let step = phase.from; step < phase.to; step += 1) {
    if (step % STEPS_BETWEEN_LOOKS === 0) {
      await breathe(control);
      control.onProgress?.({ phase: 'laying out', done: step, total: params.iterations });
    }
    tree.repel(descent.points, params.angle, descent.repulsion);
    const norm = fillGradient(descent, affinities, phase.exaggeration);
    const check = (step + 1) % STEPS_BETWEEN_CHECKS === 0 || step + 1 === phase.to;
    if (check) {
      divergence = divergenceOf(descent.points, affinities, descent.repulsion.weight);
      if (divergence < best) [best, bestAt] = [divergence, step];
    }
    move(descent, phase.momentum, rate);
    if (check && (step - bestAt > MOST_STEPS_WITHOUT_PROGRESS || norm <= LEAST_GRADIENT_NORM)) {
      return { divergence, done: step + 1 };
    }
  }
  return { divergence, done: phase.to };
}

/**
 * Lays rows out so that neighbours stay neighbours. Distances between groups, and their sizes, mean nothing.
 *
 * Shape   matrix: n×d, n at least 4; returns n × 2
 * Units   none: only neighbourhoods can be read
 * Ties    rows that are alike in every column may stand on one spot
 * Cost    neighbours, then O(n · (log n + 3 · perplexity)) a step; 5,000 rows take some seconds
 * Throws  ML_PARAM, ML_SHAPE, ML_NOT_FINITE, ML_TOO_FEW_ROWS, ML_CANCELLED; PREPROCESSING_COLUMN_CONSTANT when all rows
 *         are alike
 * Source  van der Maaten 2014 (Barnes–Hut), start by principal components (Kobak & Berens 2019); trustworthiness held to
 *         scikit-learn's by reference/projection.golden.json
 */
export async function tsneLayout(matrix: Matrix, params: TsneParams, control: FitControl): Promise<TsneLayout> {
  checkParams('t-SNE', params, tsneLimits);
  checkMatrix(matrix);
  const n = matrix.rows;
  if (n < 4) throw mlErrors.ML_TOO_FEW_ROWS({ estimator: 't-SNE', needed: 4, rows: n });
  const perplexity = Math.min(params.perplexity, (n - 1) / 3);
  const k = Math.min(n - 1, Math.floor(3 * perplexity + 1));
  const affinities = tsneAffinities(await neighbourLists(matrix, k, control), perplexity);
  const points = await startOf(matrix, control);
  const descent: Descent = {
    points,
    velocity: new Float64Array(points.length),
    gains: new Float64Array(points.length).fill(1),
    gradient: new Float64Array(points.length),
    repulsion: { forces: new Float64Array(points.length), weight: 0 },
  };
  const tree = new QuadTree(n);
  const early = Math.min(params.earlyIterations, params.iterations);
  const { exaggeration } = params;
  const first = await descend(descent, affinities, {
    phase: { from: 0, to: early, momentum: 0.5, exaggeration },
    params,
    control,
    tree,
  });
  descent.velocity.fill(0);
  descent.gains.fill(1);
  const second = await descend(descent, affinities, {
    phase: { from: first.done, to: params.iterations, momentum: 0.8, exaggeration: 1 },
    params,
    control,
    tree,
  });
  const { divergence, done } = first.done < params.iterations ? second : first;
  return {
    points: { data: Float32Array.from(points), rows: n, cols: 2 },
    divergence,
    iterations: done,
    perplexity,
  };
}
