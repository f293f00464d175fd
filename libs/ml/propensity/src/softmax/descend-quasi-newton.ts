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

function addScaled(a: Float64Array, b: Float64Array, scale: number): void {
  for (let i = 0; i < a.length; i += 1) a[i] = (a[i] as number) + scale * (b[i] as number);
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly weight: number;
}

/** The slope turned by what the remembered pairs say of the curvature, downhill (Nocedal's two loops). */
function directionOf(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.slice();
  const shares = new Array<number>(pairs.length).fill(0);
  for (let i = pairs.length - 1; i >= 0; i -= 1) {
    const { step, change, weight } = pairs[i] as Pair;
    shares[i] = weight * dot(step, direction);
    addScaled(direction, change, -(shares[i] as number));
  }
  const last = pairs.at(-1);
  const scale = last ? 1 / (last.weight * dot(last.change, last.change)) : 1 / Math.max(1, largest(gradient));
  for (let i = 0; i < direction.length; i += 1) direction[i] = (direction[i] as number) * -scale;
  pairs.forEach(({ step, change, weight }, i) => {
    // The direction points downhill already: what the paper adds to the uphill one is taken off here.
    addScaled(direction, step, -((shares[i] as number) + weight * dot(change, direction)));
  });
  return direction;
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
  let gradient = new Float64Array(point.length);
  let value = fn(point, gradient);
  const goal = tolerance * largest(gradient);
  const pairs: Pair[] = [];
  let iterations = 0;
  let converged = largest(gradient) <= goal;
  while (!converged && iterations < maxIterations) {
    await breathe(control);
    const direction = directionOf(gradient, pairs);
    const promised = dot(gradient, direction);
    const nextGradient = new Float64Array(point.length);
    let length = 1;
    let next = point;
    let nextValue = Infinity;
    for (let halving = 0; halving < MAX_HALVINGS; halving += 1, length /= 2) {
      next = point.slice();
      addScaled(next, direction, length);
      nextValue = fn(next, nextGradient);
      if (nextValue <= value + SUFFICIENT * length * promised) break;
    }
    iterations += 1;
    control.onProgress?.({ phase: 'fitting logistic regression', done: iterations, total: maxIterations });
    if (!(nextValue < value)) {
      converged = true;
      break;
    }
    const step = next.map((one, i) => one - (point[i] as number));
    const change = nextGradient.map((one, i) => one - (gradient[i] as number));
    const curvature = dot(step, change);
    if (curvature > 0) pairs.push({ step, change, weight: 1 / curvature });
    if (pairs.length > MEMORY) pairs.shift();
    [point, gradient, value] = [next, nextGradient, nextValue];
    converged = largest(gradient) <= goal;
  }
  return { point, value, iterations, converged, slope: largest(gradient) };
}
