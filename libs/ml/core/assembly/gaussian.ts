import { expm1OfRest, powerOfTwo, shiftedHalvings } from './exponential';
import { log1p } from './powers';
import { addProduct, addProducts, addSum } from './sums';
import { address, word } from './words';

/** Rows worked on together: with a few columns and components they stay in the first cache. */
const BLOCK: u32 = 64;
const BLOCK_BYTES: usize = 512;

/** e^y of two numbers of at most 0, within 2 units in the last place; 0 below −40, where it is less than 5e-18. */
// @ts-ignore: decorator
@inline
function exponential(y: v128): v128 {
  const kept = f64x2.pmax(f64x2.splat(-41), y);
  const shifted = shiftedHalvings(kept);
  const scale = powerOfTwo(shifted);
  const made = f64x2.add(scale, f64x2.mul(scale, expm1OfRest(kept, shifted)));
  return v128.bitselect(made, f64x2.splat(0), f64x2.ge(y, f64x2.splat(-40)));
}

/** Copies up to 64 rows column by column, less the origin; rows past `count` are zeros. */
function loadBlock(from: usize, count: u32, d: u32, origin: usize, to: usize): void {
  memory.fill(to, 0, <usize>d * BLOCK_BYTES);
  const rowBytes = <usize>d << 2;
  for (let j: u32 = 0; j < d; j++) {
    const middle = load<f64>(origin + (<usize>j << 3));
    let p = from + (<usize>j << 2);
    let q = to + <usize>j * BLOCK_BYTES;
    for (let i: u32 = 0; i < count; i++, p += rowBytes, q += 8) store<f64>(q, <f64>load<f32>(p) - middle);
  }
}

/**
 * Log density of the block's rows under one component: its constant less half the squared length of factor · (x − mean).
 * The factor is the lower triangle row by row, or, where `triangle` is 0, the diagonal alone.
 */
function logDensities(x: usize, d: u32, mean: usize, factor: usize, constant: usize, triangle: u32, near: usize, out: usize): void {
  const half = f64x2.splat(-0.5);
  const zero = f64x2.splat(0);
  const start = v128.load_splat<f64>(constant);
  for (let offset: usize = 0; offset < BLOCK_BYTES; offset += 64) {
    let q0 = zero;
    let q1 = zero;
    let q2 = zero;
    let q3 = zero;
    let from = x + offset;
    let to = near;
    let at = factor;
    for (let a: u32 = 0; a < d; a++, from += BLOCK_BYTES, to += 64) {
      const middle = v128.load_splat<f64>(mean + (<usize>a << 3));
      v128.store(to, f64x2.sub(v128.load(from), middle));
      v128.store(to, f64x2.sub(v128.load(from, 16), middle), 16);
      v128.store(to, f64x2.sub(v128.load(from, 32), middle), 32);
      v128.store(to, f64x2.sub(v128.load(from, 48), middle), 48);
      let s0 = zero;
      let s1 = zero;
      let s2 = zero;
      let s3 = zero;
      for (let b = triangle ? near : to; b <= to; b += 64, at += 8) {
        const w = v128.load_splat<f64>(at);
        s0 = addProduct(s0, w, v128.load(b));
        s1 = addProduct(s1, w, v128.load(b, 16));
        s2 = addProduct(s2, w, v128.load(b, 32));
        s3 = addProduct(s3, w, v128.load(b, 48));
      }
      q0 = addProduct(q0, s0, s0);
      q1 = addProduct(q1, s1, s1);
      q2 = addProduct(q2, s2, s2);
      q3 = addProduct(q3, s3, s3);
    }
    v128.store(out + offset, addProduct(start, half, q0));
    v128.store(out + offset, addProduct(start, half, q1), 16);
    v128.store(out + offset, addProduct(start, half, q2), 32);
    v128.store(out + offset, addProduct(start, half, q3), 48);
  }
}

/**
 * Turns the block's log densities (k × 64) into shares of one in their place; rows past `count` get zeros. Adds the log
 * likelihood and the sum of share · log share, and writes each row's log likelihood to `logs`.
 */
function toShares(table: usize, k: u32, count: u32, totals: usize, logs: usize): void {
  let likelihood: f64 = 0;
  let negEntropy: f64 = 0;
  for (let i: u32 = 0; i < BLOCK; i += 2) {
    const first = table + (<usize>i << 3);
    const end = first + <usize>k * BLOCK_BYTES;
    let most = v128.load(first);
    for (let at = first + BLOCK_BYTES; at < end; at += BLOCK_BYTES) most = f64x2.pmax(most, v128.load(at));
    let sum = f64x2.splat(0);
    let weighted = f64x2.splat(0);
    for (let at = first; at < end; at += BLOCK_BYTES) {
      const below = f64x2.sub(v128.load(at), most);
      const value = exponential(below);
      sum = f64x2.add(sum, value);
      weighted = f64x2.add(weighted, f64x2.mul(value, f64x2.pmax(below, f64x2.splat(-41))));
      v128.store(at, value);
    }
    const log = log1p(f64x2.sub(sum, f64x2.splat(1)));
    const here = f64x2.add(most, log);
    v128.store(logs + (<usize>i << 3), here);
    const entropy = f64x2.sub(f64x2.div(weighted, sum), log);
    const odd = i + 1 < count;
    const there = i < count;
    if (there) {
      likelihood += f64x2.extract_lane(here, 0);
      negEntropy += f64x2.extract_lane(entropy, 0);
    }
    if (odd) {
      likelihood += f64x2.extract_lane(here, 1);
      negEntropy += f64x2.extract_lane(entropy, 1);
    }
    let scale = f64x2.div(f64x2.splat(1), sum);
    if (!odd) scale = f64x2.replace_lane(scale, 1, 0);
    if (!there) scale = f64x2.splat(0);
    for (let at = first; at < end; at += BLOCK_BYTES) v128.store(at, f64x2.mul(v128.load(at), scale));
  }
  store<f64>(totals, load<f64>(totals) + likelihood);
  store<f64>(totals + 8, load<f64>(totals + 8) + negEntropy);
}

/** Adds one component's count, first and second moments about its mean over the block. `width`: d rounded up to 4. */
function addMoments(x: usize, d: u32, width: u32, mean: usize, shares: usize, second: u32, near: usize, to: usize): void {
  let sum = f64x2.splat(0);
  for (let offset: usize = 0; offset < BLOCK_BYTES; offset += 16) sum = f64x2.add(sum, v128.load(shares + offset));
  if (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) == 0) return;
  addSum(to, sum);
  // Differences from the mean, and the same times the share, column by column.
  const half = <usize>width * BLOCK_BYTES;
  const firsts = to + 8;
  for (let j: u32 = 0; j < d; j++) {
    const middle = v128.load_splat<f64>(mean + (<usize>j << 3));
    const from = x + <usize>j * BLOCK_BYTES;
    const plain = near + <usize>j * BLOCK_BYTES;
    let total = f64x2.splat(0);
    let squares = f64x2.splat(0);
    for (let offset: usize = 0; offset < BLOCK_BYTES; offset += 16) {
      const gap = f64x2.sub(v128.load(from + offset), middle);
      const part = f64x2.mul(gap, v128.load(shares + offset));
      total = f64x2.add(total, part);
      squares = addProduct(squares, part, gap);
      v128.store(plain + offset, gap);
      v128.store(plain + half + offset, part);
    }
    addSum(firsts + (<usize>j << 3), total);
    if (second == 2) addSum(firsts + (<usize>(width + j) << 3), squares);
  }
  if (second == 3) addProducts(near, half, BLOCK_BYTES, BLOCK_BYTES, width, firsts + (<usize>width << 3));
}

/** Writes what a caller asked for of the block's rows: shares (row-major n×k), the label, the log likelihood. */
function writeRows(block: usize, table: usize, logs: usize, start: u32, count: u32, k: u32): void {
  const shares = address(block, 13);
  const labels = address(block, 14);
  const likelihoods = address(block, 15);
  if (likelihoods) memory.copy(likelihoods + (<usize>start << 3), logs, <usize>count << 3);
  if (!shares && !labels) return;
  for (let i: u32 = 0; i < count; i++) {
    let from = table + (<usize>i << 3);
    let best: f64 = -1;
    let label: u32 = 0;
    const row = shares + ((<usize>(start + i) * <usize>k) << 3);
    for (let c: u32 = 0; c < k; c++, from += BLOCK_BYTES) {
      const share = load<f64>(from);
      if (shares) store<f64>(row + (<usize>c << 3), share);
      if (share > best) {
        best = share;
        label = c;
      }
    }
    if (labels) store<u16>(labels + (<usize>(start + i) << 1), <u16>label);
  }
}

/**
 * One pass of expectation-maximisation over the shard's rows: each row's share of every component, and the components'
 * moments about their means.
 * Words: 0 x (n×d f32) · 1 n · 2 d · 3 k · 4 rows a shard · 5 origin (d f64) · 6 means less the origin (k×d f64) ·
 * 7 factors (k triangles, or k diagonals) · 8 constants (k f64) · 9 scratch (shards × (3w + k + 2)×64 f64, w = d rounded up
 * to 4) · 10 sums (shards × (2 + k·size) f64: log likelihood, Σ share·log share, then of each component its count, w first
 * and the second moments) · 11 factors are triangles · 12 moments: 0 none, 1 first ones, 2 squares too (w), 3 products too (w×w) ·
 * 13 shares or 0 · 14 labels (u16) or 0 · 15 log likelihoods or 0
 */
export function gaussianPass(shard: u32, block: usize): void {
  const n = word(block, 1);
  const d = word(block, 2);
  const k = word(block, 3);
  const perShard = word(block, 4);
  const means = address(block, 6);
  const factors = address(block, 7);
  const constants = address(block, 8);
  const triangle = word(block, 11);
  const second = word(block, 12);
  const width = (d + 3) & ~3;
  const x = address(block, 9) + <usize>shard * <usize>(3 * width + k + 2) * BLOCK_BYTES;
  const near = x + <usize>width * BLOCK_BYTES;
  const table = near + 2 * <usize>width * BLOCK_BYTES;
  const logs = table + <usize>k * BLOCK_BYTES;
  const size = 1 + width + (second == 3 ? width * width : second == 2 ? width : 0);
  const sums = address(block, 10) + ((<usize>shard * <usize>(2 + k * size)) << 3);
  memory.fill(sums, 0, <usize>(2 + k * size) << 3);
  memory.fill(near, 0, 2 * <usize>width * BLOCK_BYTES);
  const meanBytes = <usize>d << 3;
  const factorBytes = triangle ? (<usize>d * <usize>(d + 1)) << 2 : meanBytes;
  const end = min<u32>(shard * perShard + perShard, n);
  for (let start = shard * perShard; start < end; start += BLOCK) {
    const count = min<u32>(BLOCK, end - start);
    loadBlock(address(block, 0) + ((<usize>start * <usize>d) << 2), count, d, address(block, 5), x);
    for (let c: u32 = 0; c < k; c++) {
      const mean = means + <usize>c * meanBytes;
      const to = table + <usize>c * BLOCK_BYTES;
      logDensities(x, d, mean, factors + <usize>c * factorBytes, constants + (<usize>c << 3), triangle, near, to);
    }
    toShares(table, k, count, sums, logs);
    if (second) {
      for (let c: u32 = 0; c < k; c++) {
        const shares = table + <usize>c * BLOCK_BYTES;
        const to = sums + 16 + ((<usize>c * <usize>size) << 3);
        addMoments(x, d, width, means + <usize>c * meanBytes, shares, second, near, to);
      }
    }
    writeRows(block, table, logs, start, count, k);
  }
}
