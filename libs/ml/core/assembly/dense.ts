import { address, word } from './words';

// @ts-ignore: decorator
@inline
function addProduct(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** Four rows by eight columns of a product, kept in registers; each value is summed in the order of the inner index. */
function multiplyTile(a: usize, aRow: usize, aStep: usize, b: usize, bRow: usize, inner: u32, c: usize, cRow: usize): void {
  let s0 = f32x4.splat(0);
  let t0 = s0;
  let s1 = s0;
  let t1 = s0;
  let s2 = s0;
  let t2 = s0;
  let s3 = s0;
  let t3 = s0;
  const aThird = aRow << 1;
  const aFourth = aThird + aRow;
  for (let t: u32 = 0; t < inner; t++, a += aStep, b += bRow) {
    const low = v128.load(b);
    const high = v128.load(b, 16);
    const a0 = v128.load_splat<f32>(a);
    s0 = addProduct(s0, a0, low);
    t0 = addProduct(t0, a0, high);
    const a1 = v128.load_splat<f32>(a + aRow);
    s1 = addProduct(s1, a1, low);
    t1 = addProduct(t1, a1, high);
    const a2 = v128.load_splat<f32>(a + aThird);
    s2 = addProduct(s2, a2, low);
    t2 = addProduct(t2, a2, high);
    const a3 = v128.load_splat<f32>(a + aFourth);
    s3 = addProduct(s3, a3, low);
    t3 = addProduct(t3, a3, high);
  }
  v128.store(c, s0);
  v128.store(c, t0, 16);
  v128.store(c + cRow, s1);
  v128.store(c + cRow, t1, 16);
  v128.store(c + 2 * cRow, s2);
  v128.store(c + 2 * cRow, t2, 16);
  v128.store(c + 3 * cRow, s3);
  v128.store(c + 3 * cRow, t3, 16);
}

/**
 * Rows of a product: c[r][j] = Σ_t a[r·row + t·step] · b[t][j], so that a may be read across or down.
 * Words: 0 a (f32) · 1 values from one of its rows to the next · 2 values from one inner index to the next · 3 b ·
 * 4 values a row of b · 5 c · 6 values a row of c · 7 rows (a multiple of 4) · 8 inner length · 9 columns (a multiple of 8) ·
 * 10 rows a shard (a multiple of 4)
 */
export function multiplyRows(shard: u32, block: usize): void {
  const aRow = <usize>word(block, 1) << 2;
  const aStep = <usize>word(block, 2) << 2;
  const b = address(block, 3);
  const bRow = <usize>word(block, 4) << 2;
  const cRow = <usize>word(block, 6) << 2;
  const inner = word(block, 8);
  const columns = word(block, 9);
  const first = shard * word(block, 10);
  const end = min<u32>(first + word(block, 10), word(block, 7));
  const a = address(block, 0);
  const c = address(block, 5);
  for (let j: u32 = 0; j < columns; j += 8) {
    const offset = <usize>j << 2;
    for (let r = first; r < end; r += 4) {
      multiplyTile(a + <usize>r * aRow, aRow, aStep, b + offset, bRow, inner, c + <usize>r * cRow + offset, cRow);
    }
  }
}

/** e^x within 2 units in the last place; x is held to ±87. */
// @ts-ignore: decorator
@inline
function exponential(x: v128): v128 {
  const kept = f32x4.min(f32x4.splat(87), f32x4.max(f32x4.splat(-87), x));
  const k = f32x4.nearest(f32x4.mul(kept, f32x4.splat(1.44269504)));
  const high = f32x4.sub(kept, f32x4.mul(k, f32x4.splat(0.693359375)));
  const r = f32x4.sub(high, f32x4.mul(k, f32x4.splat(-2.12194440e-4)));
  let sum = f32x4.splat(1.9841270e-4);
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.3888889e-3));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(8.3333333e-3));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(4.1666667e-2));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.6666667e-1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, f32x4.mul(r, r)), r);
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23);
  return f32x4.mul(f32x4.add(sum, f32x4.splat(1)), scale);
}

/** log(1 + u) for u in 0..1: twice the inverse hyperbolic tangent of u / (2 + u). */
// @ts-ignore: decorator
@inline
function logOfOneAnd(u: v128): v128 {
  const s = f32x4.div(u, f32x4.add(f32x4.splat(2), u));
  const z = f32x4.mul(s, s);
  let sum = f32x4.splat(0.15384616);
  sum = f32x4.add(f32x4.mul(sum, z), f32x4.splat(0.18181819));
  sum = f32x4.add(f32x4.mul(sum, z), f32x4.splat(0.22222222));
  sum = f32x4.add(f32x4.mul(sum, z), f32x4.splat(0.28571430));
  sum = f32x4.add(f32x4.mul(sum, z), f32x4.splat(0.4));
  sum = f32x4.add(f32x4.mul(sum, z), f32x4.splat(0.66666669));
  sum = f32x4.add(f32x4.mul(sum, z), f32x4.splat(2));
  return f32x4.mul(sum, s);
}

// @ts-ignore: decorator
@inline
function sigmoid(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exponential(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
function activated(x: v128, kind: u32): v128 {
  if (kind == 1) return f32x4.max(x, f32x4.splat(0));
  if (kind == 2) return f32x4.sub(f32x4.mul(f32x4.splat(2), sigmoid(f32x4.add(x, x))), f32x4.splat(1));
  if (kind == 3) return sigmoid(x);
  if (kind == 4) return f32x4.add(f32x4.max(x, f32x4.splat(0)), logOfOneAnd(exponential(f32x4.neg(f32x4.abs(x)))));
  return x;
}

/** The slope of an activation at the place where its value is y. */
// @ts-ignore: decorator
@inline
function slopeAt(y: v128, kind: u32): v128 {
  const one = f32x4.splat(1);
  if (kind == 1) return v128.and(one, f32x4.gt(y, f32x4.splat(0)));
  if (kind == 2) return f32x4.sub(one, f32x4.mul(y, y));
  if (kind == 3) return f32x4.mul(y, f32x4.sub(one, y));
  if (kind == 4) return f32x4.sub(one, exponential(f32x4.neg(y)));
  return one;
}

/**
 * Puts the values of rows through an activation, in their place, and a 1 behind each row: what the bias is multiplied with.
 * Words: 0 values (rows × stride f32) · 1 stride · 2 rows · 3 width · 4 activation: 0 linear, 1 relu, 2 tanh, 3 sigmoid,
 * 4 softplus · 5 rows a shard
 */
export function activateRows(shard: u32, block: usize): void {
  const stride = <usize>word(block, 1) << 2;
  const width = <usize>word(block, 3) << 2;
  const kind = word(block, 4);
  const first = shard * word(block, 5);
  const end = min<u32>(first + word(block, 5), word(block, 2));
  let row = address(block, 0) + <usize>first * stride;
  for (let r = first; r < end; r++, row += stride) {
    if (kind) for (let at = row; at < row + width; at += 16) v128.store(at, activated(v128.load(at), kind));
    store<f32>(row + width, 1);
  }
}

/**
 * Multiplies gradients by the slope of the activation whose values are given.
 * Words: 0 gradients (rows × stride f32) · 1 stride · 2 rows · 3 width · 4 activation · 5 rows a shard · 6 values (rows × stride)
 */
export function applySlopes(shard: u32, block: usize): void {
  const stride = <usize>word(block, 1) << 2;
  const width = <usize>word(block, 3) << 2;
  const kind = word(block, 4);
  const first = shard * word(block, 5);
  const end = min<u32>(first + word(block, 5), word(block, 2));
  let row = address(block, 0) + <usize>first * stride;
  const gap = address(block, 6) - address(block, 0);
  for (let r = first; r < end; r++, row += stride) {
    for (let at = row; at < row + width; at += 16) {
      v128.store(at, f32x4.mul(v128.load(at), slopeAt(v128.load(at + gap), kind)));
    }
  }
}

/**
 * One step of Adam over a shard of the weights.
 * Words: 0 weights (f32) · 1 gradients · 2 first moments · 3 second moments · 4 length (a multiple of 4) · 5 values a shard
 * (a multiple of 4) · 6 constants (f32): share of the old first moment, of the gradient, of the old second moment, of the
 * squared gradient, rate / (1 − β1^t), 1 / (1 − β2^t), ε
 */
export function adamStep(shard: u32, block: usize): void {
  const constants = address(block, 6);
  const keepFirst = v128.load_splat<f32>(constants);
  const addFirst = v128.load_splat<f32>(constants, 4);
  const keepSecond = v128.load_splat<f32>(constants, 8);
  const addSecond = v128.load_splat<f32>(constants, 12);
  const rate = v128.load_splat<f32>(constants, 16);
  const correction = v128.load_splat<f32>(constants, 20);
  const epsilon = v128.load_splat<f32>(constants, 24);
  const from = <usize>(shard * word(block, 5)) << 2;
  const end = <usize>min<u32>((shard + 1) * word(block, 5), word(block, 4)) << 2;
  const weights = address(block, 0);
  const gradients = address(block, 1);
  const firsts = address(block, 2);
  const seconds = address(block, 3);
  for (let at = from; at < end; at += 16) {
    const gradient = v128.load(gradients + at);
    const first = addProduct(f32x4.mul(keepFirst, v128.load(firsts + at)), addFirst, gradient);
    const square = f32x4.mul(gradient, gradient);
    const second = addProduct(f32x4.mul(keepSecond, v128.load(seconds + at)), addSecond, square);
    v128.store(firsts + at, first);
    v128.store(seconds + at, second);
    const below = f32x4.add(f32x4.sqrt(f32x4.mul(second, correction)), epsilon);
    v128.store(weights + at, f32x4.sub(v128.load(weights + at), f32x4.div(f32x4.mul(rate, first), below)));
  }
}

/**
 * One step of gradient descent with momentum over a shard of the weights.
 * Words: as adamStep; 3 is not read, constants: momentum, rate
 */
export function momentumStep(shard: u32, block: usize): void {
  const momentum = v128.load_splat<f32>(address(block, 6));
  const rate = v128.load_splat<f32>(address(block, 6), 4);
  const from = <usize>(shard * word(block, 5)) << 2;
  const end = <usize>min<u32>((shard + 1) * word(block, 5), word(block, 4)) << 2;
  const weights = address(block, 0);
  const gradients = address(block, 1);
  const speeds = address(block, 2);
  for (let at = from; at < end; at += 16) {
    const speed = addProduct(v128.load(gradients + at), momentum, v128.load(speeds + at));
    v128.store(speeds + at, speed);
    v128.store(weights + at, f32x4.sub(v128.load(weights + at), f32x4.mul(rate, speed)));
  }
}
