import { expm1OfRest, powerOfTwo, shiftedHalvings } from './exponential';
import { address, word } from './words';

/** e^y − 1 of two numbers, within 2 units in the last place; infinite above 709.4. */
// @ts-ignore: decorator
@inline
function expm1(y: v128): v128 {
  // Below −60 the answer is −1; the clamps keep 2^k a normal number.
  const kept = f64x2.pmin(f64x2.splat(709.4), f64x2.pmax(f64x2.splat(-60), y));
  const shifted = shiftedHalvings(kept);
  const scale = powerOfTwo(shifted);
  const made = f64x2.add(f64x2.mul(scale, expm1OfRest(kept, shifted)), f64x2.sub(scale, f64x2.splat(1)));
  return v128.bitselect(f64x2.splat(Infinity), made, f64x2.gt(y, f64x2.splat(709.4)));
}

/** log(1 + x) of two numbers of at least 0, within 1 unit in the last place. Coefficients: FreeBSD's msun, e_log.c. */
// @ts-ignore: decorator
@inline
export function log1p(x: v128): v128 {
  const one = f64x2.splat(1);
  const u = f64x2.add(one, x);
  const below = f64x2.sub(x, f64x2.sub(u, one));
  const above = f64x2.sub(one, f64x2.sub(u, x));
  const lost = f64x2.div(v128.bitselect(below, above, f64x2.lt(x, one)), u);
  // u = 2^k · m with m from √½ to √2; u is at least 1, so k is at least 0.
  const exponent = i64x2.shr_u(i64x2.sub(u, i64x2.splat(0x3fe6a09e00000000)), 52);
  const m = i64x2.sub(u, i64x2.shl(exponent, 52));
  const k = f64x2.sub(v128.or(exponent, i64x2.splat(0x4330000000000000)), f64x2.splat(4503599627370496));
  const f = f64x2.sub(m, one);
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  const z = f64x2.mul(s, s);
  let rest = f64x2.splat(1.479819860511658591e-1);
  rest = f64x2.add(f64x2.mul(rest, z), f64x2.splat(1.531383769920937332e-1));
  rest = f64x2.add(f64x2.mul(rest, z), f64x2.splat(1.818357216161805012e-1));
  rest = f64x2.add(f64x2.mul(rest, z), f64x2.splat(2.222219843214978396e-1));
  rest = f64x2.add(f64x2.mul(rest, z), f64x2.splat(2.857142874366239149e-1));
  rest = f64x2.add(f64x2.mul(rest, z), f64x2.splat(3.999999999940941908e-1));
  rest = f64x2.add(f64x2.mul(rest, z), f64x2.splat(6.66666666666673513e-1));
  rest = f64x2.mul(rest, z);
  const half = f64x2.mul(f64x2.splat(0.5), f64x2.mul(f, f));
  const low = f64x2.add(f64x2.mul(k, f64x2.splat(1.9082149292705877e-10)), lost);
  const inner = f64x2.sub(half, f64x2.add(f64x2.mul(s, f64x2.add(half, rest)), low));
  return f64x2.add(f64x2.mul(k, f64x2.splat(6.9314718036912382e-1)), f64x2.sub(f, inner));
}

/** (e^(power · log) − 1) / power; the logarithm itself where the power is 0. */
// @ts-ignore: decorator
@inline
function powered(log: v128, power: v128): v128 {
  const value = f64x2.div(expm1(f64x2.mul(power, log)), power);
  return v128.bitselect(log, value, f64x2.eq(power, f64x2.splat(0)));
}

/**
 * log(1 + x) of the shard's numbers, each at least 0, in their place.
 * Words: 0 x (n f64, room for an even number) · 1 n · 2 numbers a shard, even
 */
export function log1pValues(shard: u32, block: usize): void {
  const n = word(block, 1);
  const start = shard * word(block, 2);
  const end = min<u32>(start + word(block, 2), n);
  let at = address(block, 0) + (<usize>start << 3);
  for (let i = start; i < end; i += 2, at += 16) v128.store(at, log1p(v128.load(at)));
}

/**
 * (e^(power · log) − 1) / power of the shard's logarithms, and their sum: even places in one lane, odd ones in the other.
 * Words: 0 logs (n f64, room for an even number, that one 0) · 1 n · 2 numbers a shard, even · 3 power (f64) · 4 out
 * (n f64, even too) · 5 sums (shards f64)
 */
export function powerValues(shard: u32, block: usize): void {
  const n = word(block, 1);
  const start = shard * word(block, 2);
  const end = min<u32>(start + word(block, 2), n);
  const power = v128.load_splat<f64>(address(block, 3));
  let from = address(block, 0) + (<usize>start << 3);
  let to = address(block, 4) + (<usize>start << 3);
  let sum = f64x2.splat(0);
  for (let i = start; i < end; i += 2, from += 16, to += 16) {
    const value = powered(v128.load(from), power);
    v128.store(to, value);
    sum = f64x2.add(sum, value);
  }
  store<f64>(address(block, 5) + (<usize>shard << 3), f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

/**
 * Sum of the squared differences of the shard's numbers from a middle, lanes as above.
 * Words: 0 x (n f64) · 1 n · 2 numbers a shard, even · 3 middle (f64) · 4 out (shards f64)
 */
export function squaresAbout(shard: u32, block: usize): void {
  const n = word(block, 1);
  const start = shard * word(block, 2);
  const end = min<u32>(start + word(block, 2), n);
  const middle = load<f64>(address(block, 3));
  const both = f64x2.splat(middle);
  let at = address(block, 0) + (<usize>start << 3);
  let sum = f64x2.splat(0);
  let i = start;
  for (; i + 2 <= end; i += 2, at += 16) {
    const difference = f64x2.sub(v128.load(at), both);
    sum = f64x2.add(sum, f64x2.mul(difference, difference));
  }
  let first = f64x2.extract_lane(sum, 0);
  if (i < end) {
    const difference = load<f64>(at) - middle;
    first += difference * difference;
  }
  store<f64>(address(block, 4) + (<usize>shard << 3), first + f64x2.extract_lane(sum, 1));
}

/**
 * The Yeo-Johnson transform of the shard's numbers in their place; NaN stays NaN.
 * Words: 0 x (n f64, room for an even number) · 1 n · 2 numbers a shard, even · 3 exponent (f64)
 */
export function yeoJohnson(shard: u32, block: usize): void {
  const n = word(block, 1);
  const start = shard * word(block, 2);
  const end = min<u32>(start + word(block, 2), n);
  const lambda = v128.load_splat<f64>(address(block, 3));
  const other = f64x2.sub(f64x2.splat(2), lambda);
  const sign = f64x2.splat(-0.0);
  let at = address(block, 0) + (<usize>start << 3);
  for (let i = start; i < end; i += 2, at += 16) {
    const x = v128.load(at);
    const negative = f64x2.lt(x, f64x2.splat(0));
    const value = powered(log1p(f64x2.abs(x)), v128.bitselect(other, lambda, negative));
    const signed = v128.xor(value, v128.and(negative, sign));
    v128.store(at, v128.bitselect(signed, x, f64x2.eq(x, x)));
  }
}
