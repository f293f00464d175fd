import type { JobControl } from '@kohort/kernel-contracts';
import { breathe } from '@kohort/ml-core';

/** A smooth function: writes its slope into `gradient` and answers its value. */
export type SmoothFunction = (at: Float64Array, gradient: Float64Array) => number;

/** Where a descent ended. */
export interface DescentEnd {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the slope became small enough, or floating point can tell no better point. */
  readonly converged: boolean;
  /** Largest absolute slope left. */
  readonly slope: number;
}

/** Pairs of steps and slope changes that stand for the curvature. */
const MEMORY = 10;
const MAX_HALVINGS = 40;
/** Share of the fall that the slope promises which a step has to bring (Armijo). */
const SUFFICIENT = 1e-4;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** a + scale · b into `to`; answers its product with `other`: both in one pass over memory. */
function addScaled(
  [a, b, scale]: readonly [Float64Array, Float64Array, number],
  to: Float64Array,
  other: Float64Array,
): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) {
    const value = (a[i] as number) + scale * (b[i] as number);
    to[i] = value;
    sum += value * (other[i] as number);
  }
  return sum;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i += 1) most = Math.max(most, Math.abs(values[i] as number));
  return most;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly weight: number;
}

/**
 * The slope turned by what the remembered pairs say of the curvature, downhill (Nocedal's two loops), into `direction`.
 * Answers its product with the slope.
 */
function turnDownhill(gradient: Float64Array, pairs: readonly Pair[], direction: Float64Array): number {
  const last = pairs.at(-1);
  if (last === undefined) {
    const scale = -1 / Math.max(1, largest(gradient));
    return addScaled([direction.fill(0), gradient, scale], direction, gradient);
  }
  const shares = new Array<number>(pairs.length).fill(0);
  let crossed = dot(gradient, last.step);
  let from = gradient;
  for (let i = pairs.length - 1; i >= 0; i -= 1) {
    const { change, weight } = pairs[i] as Pair;
    shares[i] = weight * crossed;
    // Before the first pair the other way round begins: what it needs is the product with the first pair's change.
    const other = i > 0 ? (pairs[i - 1] as Pair).step : change;
    crossed = addScaled([from, change, -(shares[i] as number)], direction, other);
    from = direction;
  }
  const scale = 1 / (last.weight * dot(last.change, last.change));
  for (let i = 0; i < direction.length; i += 1) direction[i] = (direction[i] as number) * -scale;
  crossed *= -scale;
  pairs.forEach(({ step, weight }, i) => {
    // The direction points downhill already: what the paper adds to the uphill one is taken off here.
    const other = pairs[i + 1]?.change ?? gradient;
    crossed = addScaled([direction, step, -((shares[i] as number) + weight * crossed)], direction, other);
  });
  return crossed;
}

/** Remembers how the point and the slope moved, in the arrays of the oldest pair once there are enough. */
function remember(
  pairs: Pair[],
  [point, next]: readonly Float64Array[],
  [before, after]: readonly Float64Array[],
): void {
  const size = (point as Float64Array).length;
  const held = pairs.length === MEMORY ? pairs.shift() : undefined;
  const step = held?.step ?? new Float64Array(size);
  const change = held?.change ?? new Float64Array(size);
  addScaled([next as Float64Array, point as Float64Array, -1], step, step);
  const curvature = addScaled([after as Float64Array, before as Float64Array, -1], change, step);
  if (curvature > 0) pairs.push({ step, change, weight: 1 / curvature });
}

/**
 * Minimises a smooth convex function of many variables by limited-memory BFGS with halved steps.
 *
 * Units   tolerance: the largest slope at which it ends, as a share of the first one
 * Cost    one value and slope a step, sometimes more; 2 · 10 · variables numbers of memory
 * Throws  ML_CANCELLED
 * Source  Nocedal & Wright 2006, algorithm 7.4
 */
export async function descendQuasiNewton(
  fn: SmoothFunction,
  start: Float64Array,
  { tolerance, maxIterations, control }: { tolerance: number; maxIterations: number; control: JobControl },
): Promise<DescentEnd> {
  let point = start.slice();
  let next = new Float64Array(point.length);
  let gradient = new Float64Array(point.length);
  let nextGradient = new Float64Array(point.length);
  const direction = new Float64Array(point.length);
  let value = fn(point, gradient);
  const goal = tolerance * largest(gradient);
  const pairs: Pair[] = [];
  let iterations = 0;
  let converged = largest(gradient) <= goal;
  while (!converged && iterations < maxIterations) {
    await breathe(control);
    const promised = turnDownhill(gradient, pairs, direction);
    let length = 1;
    let nextValue = Infinity;
    for (let halving = 0; halving < MAX_HALVINGS; halving += 1, length /= 2) {
      addScaled([point, direction, length], next, direction);
      nextValue = fn(next, nextGradient);
      if (nextValue <= value + SUFFICIENT * length * promised) break;
    }
    iterations += 1;
    control.onProgress?.({ phase: 'fitting logistic regression', done: iterations, total: maxIterations });
    if (!(nextValue < value)) {
      converged = true;
      break;
    }
    remember(pairs, [point, next], [gradient, nextGradient]);
    [point, next] = [next, point];
    [gradient, nextGradient] = [nextGradient, gradient];
    value = nextValue;
    converged = largest(gradient) <= goal;
  }
  return { point, value, iterations, converged, slope: largest(gradient) };
}
