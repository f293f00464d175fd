/** Three points, the middle one lowest, with their values. */
interface Bracket {
  a: number;
  b: number;
  c: number;
  fb: number;
}

const GOLD = 1.618034;
/** A parabola may reach this many times the last step. */
const FARTHEST = 110;
const MOST_STEPS = 1000;
const TINY = 1e-21;

/** The lowest point of the parabola through three points. */
function parabolaLow(at: readonly [number, number, number], f: readonly [number, number, number]): number {
  const [a, b, c] = at;
  const [fa, fb, fc] = f;
  const left = (b - a) * (fb - fc);
  const right = (b - c) * (fb - fa);
  const slope = right - left;
  return b - ((b - c) * right - (b - a) * left) / (Math.abs(slope) < TINY ? 2 * TINY : 2 * slope);
}

/** Walks downhill from two points until the middle of three is lowest. */
function bracketLow(f: (x: number) => number, first: number, second: number): Bracket {
  let [a, b, fa, fb] = [first, second, f(first), f(second)];
  if (fa < fb) [a, b, fa, fb] = [b, a, fb, fa];
  let c = b + GOLD * (b - a);
  let fc = f(c);
  for (let step = 0; fc < fb && step < MOST_STEPS; step += 1) {
    let next = parabolaLow([a, b, c], [fa, fb, fc]);
    const limit = b + FARTHEST * (c - b);
    let value: number;
    if ((next - c) * (b - next) > 0) {
      value = f(next);
      if (value < fc) return { a: b, b: next, c, fb: value };
      if (value > fb) return { a, b, c: next, fb };
      next = c + GOLD * (c - b);
      value = f(next);
    } else if ((next - limit) * (limit - c) >= 0) {
      next = limit;
      value = f(next);
    } else if ((next - limit) * (c - next) > 0) {
      value = f(next);
      if (value < fc) {
        [b, c, fb, fc] = [c, next, fc, value];
        next = c + GOLD * (c - b);
        value = f(next);
      }
    } else {
      next = c + GOLD * (c - b);
      value = f(next);
    }
    [a, b, c, fa, fb, fc] = [b, c, next, fb, fc, value];
  }
  return { a, b, c, fb };
}

const GOLDEN_SECTION = 0.381966;
const RELATIVE = 1.48e-8;
const ABSOLUTE = 1e-11;

/**
 * The place of a local minimum of a smooth function of one variable: parabolas where they help, golden sections else.
 *
 * Shape   starts downhill from `first` and `second`; stops within 1.48e-8 of the place, relative
 * Cost    about 10 to 30 calls of f
 * Source  Brent 1973, chapter 5; the same constants as scipy.optimize.brent, so it walks the same way
 */
export function brentMinimum(f: (x: number) => number, first: number, second: number): number {
  const bracket = bracketLow(f, first, second);
  let low = Math.min(bracket.a, bracket.c);
  let high = Math.max(bracket.a, bracket.c);
  // x: lowest so far, w: second lowest, v: the one w was before.
  let [x, w, v] = [bracket.b, bracket.b, bracket.b];
  let [fx, fw, fv] = [bracket.fb, bracket.fb, bracket.fb];
  let before = 0;
  let step = 0;
  for (let round = 0; round < MOST_STEPS / 2; round += 1) {
    const width = RELATIVE * Math.abs(x) + ABSOLUTE;
    const middle = 0.5 * (low + high);
    if (Math.abs(x - middle) < 2 * width - 0.5 * (high - low)) break;
    const jump = Math.abs(before) > width ? parabolaJump([x, w, v], [fx, fw, fv]) : undefined;
    const fits =
      jump !== undefined &&
      jump.top > jump.bottom * (low - x) &&
      jump.top < jump.bottom * (high - x) &&
      Math.abs(jump.top) < Math.abs(0.5 * jump.bottom * before);
    if (fits) {
      before = step;
      step = jump.top / jump.bottom;
      const place = x + step;
      if (place - low < 2 * width || high - place < 2 * width) step = middle >= x ? width : -width;
    } else {
      before = x >= middle ? low - x : high - x;
      step = GOLDEN_SECTION * before;
    }
    const u = Math.abs(step) < width ? x + (step >= 0 ? width : -width) : x + step;
    const fu = f(u);
    if (fu > fx) {
      if (u < x) low = u;
      else high = u;
      if (fu <= fw || w === x) [v, w, fv, fw] = [w, u, fw, fu];
      else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
    } else {
      if (u >= x) low = x;
      else high = x;
      [v, w, x, fv, fw, fx] = [w, x, u, fw, fx, fu];
    }
  }
  return x;
}

/** The step from x to the low of the parabola through three points, as a fraction with a positive bottom. */
function parabolaJump(
  [x, w, v]: readonly [number, number, number],
  [fx, fw, fv]: readonly [number, number, number],
): { top: number; bottom: number } {
  const left = (x - w) * (fx - fv);
  const right = (x - v) * (fx - fw);
  const top = (x - v) * right - (x - w) * left;
  const bottom = 2 * (right - left);
  return { top: bottom > 0 ? -top : top, bottom: Math.abs(bottom) };
}
