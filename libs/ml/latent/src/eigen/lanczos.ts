import type { Random } from '@kohort/kernel-clock-random';
import { breathe, type ComputeControl } from '@kohort/ml-core';
import { latentErrors } from '../latent-errors';
import { tridiagonalEigen } from './tridiagonal-eigen';

/** A symmetric n × n operator: writes what it makes of `from` into `to`. */
export interface SymmetricOperator {
  readonly n: number;
  apply(from: Float64Array, to: Float64Array): void;
}

/** Eigenvalues falling, with their unit vectors. */
export interface LeadingEigen {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/** How many, how exactly. */
export interface LanczosWish {
  readonly count: number;
  /** Length of A·v − λ·v that is small enough, as a share of the largest eigenvalue found. */
  readonly tolerance: number;
  /** Vectors that are known already: the answer is orthogonal to them. */
  readonly known?: readonly Float64Array[];
}

/** Tolerance of the look for what was missed. */
const ROUGH = 1e-3;
const MOST_STEPS = 600;
/** A look costs the cube of the steps: each comes a fifth later than the one before. */
const LOOK_GROWTH = 1.2;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Adds `scale` times b to a. */
function addScaled(a: Float64Array, b: Float64Array, scale: number): void {
  for (let i = 0; i < a.length; i += 1) a[i] = (a[i] as number) + scale * (b[i] as number);
}

/** Takes off what lies along the others; twice, for one pass leaves rounding behind. */
function orthogonalise(vector: Float64Array, others: readonly (readonly Float64Array[])[]): void {
  for (let pass = 0; pass < 2; pass += 1) {
    for (const list of others) for (const other of list) addScaled(vector, other, -dot(vector, other));
  }
}

function unit(vector: Float64Array): number {
  const length = Math.sqrt(dot(vector, vector));
  if (length > 0) for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] as number) / length;
  return length;
}

const combine = (basis: readonly Float64Array[], weights: (step: number) => number, n: number): Float64Array => {
  const vector = new Float64Array(n);
  basis.forEach((direction, step) => addScaled(vector, direction, weights(step)));
  return vector;
};

/** One Krylov space: grows it until the wanted vectors are exact enough or nothing is left. */
async function grow(
  operator: SymmetricOperator,
  { count, tolerance, known = [] }: LanczosWish,
  { random, control, largest }: { random: Random; control: ComputeControl; largest: number },
): Promise<LeadingEigen> {
  const { n } = operator;
  const most = Math.min(MOST_STEPS, n - known.length);
  const wanted = Math.min(count, most);
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const beside: number[] = [];
  const fresh = (): Float64Array => {
    const vector = Float64Array.from({ length: n }, () => random.normal());
    orthogonalise(vector, [known, basis]);
    unit(vector);
    return vector;
  };
  let next = fresh();
  let isFresh = true;
  let look = Math.max(wanted, 10);
  for (let step = 1; ; step += 1) {
    basis.push(next);
    const made = new Float64Array(n);
    operator.apply(next, made);
    diagonal.push(dot(made, next));
    orthogonalise(made, [known, basis]);
    const left = unit(made);
    const scale = Math.max(...diagonal.map(Math.abs), largest, 1e-300);
    // Nothing new in this direction: a fresh one finds the rest (the coupling to it is 0).
    const exhausted = left <= 1e-12 * scale;
    // A random direction that the operator only stretches: it does so with all that is left.
    const finished = exhausted && isFresh && step >= wanted;
    if (finished || (step >= wanted && (step >= look || step === most))) {
      look = Math.ceil(step * LOOK_GROWTH);
      const { values, vectors } = tridiagonalEigen(diagonal, beside);
      const last = (k: number) => Math.abs(left * (vectors[(step - 1) * step + k] as number));
      const leading = [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number)).slice(0, wanted);
      const size = Math.max(...values.map(Math.abs), largest, 1e-300);
      if (finished || step === most || (!exhausted && leading.every((k) => last(k) <= tolerance * size))) {
        if (step === MOST_STEPS && !leading.every((k) => last(k) <= Math.sqrt(tolerance) * size)) {
          throw latentErrors.LATENT_NOT_CONVERGED({ steps: step });
        }
        return {
          values: Float64Array.from(leading, (k) => values[k] as number),
          vectors: leading.map((k) => combine(basis, (at) => vectors[at * step + k] as number, n)),
        };
      }
      await breathe(control);
    }
    beside.push(exhausted ? 0 : left);
    next = exhausted ? fresh() : made;
    isFresh = exhausted;
  }
}

/**
 * The largest eigenvalues of a symmetric operator and their vectors, by Lanczos' method with full orthogonalisation.
 *
 * One Krylov space sees a repeated eigenvalue once; so it is sought again beside what was found, until that brings nothing
 * larger.
 *
 * Shape   answers `count` values, falling, with unit vectors of n numbers (fewer where n leaves fewer)
 * Units   the vectors' signs are those of their largest entry: positive
 * Cost    O(steps · (one application + n · steps)), up to 600 steps a space; 8 · n · steps bytes
 * Throws  LATENT_NOT_CONVERGED, ML_CANCELLED
 * Source  Lanczos 1950; Parlett 1998, chapter 13
 */
export async function leadingEigen(
  operator: SymmetricOperator,
  wish: LanczosWish,
  { random, control }: { random: Random; control: ComputeControl },
): Promise<LeadingEigen> {
  const known = wish.known ?? [];
  const found: { value: number; vector: Float64Array }[] = [];
  const space = (count: number, tolerance: number, name: string): Promise<LeadingEigen> => {
    const beside = [...known, ...found.map(({ vector }) => vector)];
    // What is rounding beside the largest found is nothing, however large beside the rest.
    const largest = found.reduce((most, { value }) => Math.max(most, Math.abs(value)), 0);
    return grow(operator, { count, tolerance, known: beside }, { random: random.split(name), control, largest });
  };
  const floor = (): number => found.map(({ value }) => value).sort((a, b) => b - a)[wish.count - 1] ?? -Infinity;
  for (let round = 0; known.length + found.length < operator.n; round += 1) {
    if (round > 0 && floor() > -Infinity) {
      // A rough look first: what is surely smaller need not be known exactly.
      const [value = -Infinity] = (await space(1, ROUGH, `look ${round}`)).values;
      const size = Math.max(...found.map((one) => Math.abs(one.value)));
      if (value + 2 * ROUGH * size <= floor()) break;
    }
    const least = floor();
    const { values, vectors } = await space(
      round === 0 ? wish.count : Math.min(wish.count, 2),
      wish.tolerance,
      `${round}`,
    );
    found.push(...vectors.map((vector, k) => ({ value: values[k] as number, vector })));
    if (round > 0 && !values.some((value) => value > least + Math.abs(least) * 1e-9)) break;
  }
  const kept = found.sort((a, b) => b.value - a.value).slice(0, wish.count);
  for (const { vector } of kept) {
    let most = 0;
    for (const value of vector) if (Math.abs(value) > Math.abs(most) * (1 + 1e-9)) most = value;
    if (most < 0) vector.forEach((value, i) => (vector[i] = -value));
  }
  return { values: Float64Array.from(kept, ({ value }) => value), vectors: kept.map(({ vector }) => vector) };
}
