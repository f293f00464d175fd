import { address, laneOfMinimum, minimumOfEight, word } from './words';

/** The label of a row that has none yet: nothing is subtracted for it. */
const NO_LABEL: u32 = 0xffff;

// The labels of the current tile's four points: globals, because a WebAssembly function answers one value here.
let label0: u32 = 0;
let label1: u32 = 0;
let label2: u32 = 0;
let label3: u32 = 0;

/**
 * Labels of four rows: argmin over centroids of |c|²/2 − x·c, eight centroids at a time. Accumulators start at |c|²/2 and
 * lose x_j·c_j feature by feature, so a row's answer does not depend on its place in the tile.
 * centroids: d × kp, kp a multiple of 8; the half norm of padding is +Infinity.
 */
// @ts-ignore: decorator
@inline
function labelFourRows(p0: usize, p1: usize, p2: usize, p3: usize, d: u32, kp: u32, centroids: usize, half: usize): void {
  const stride: usize = <usize>kp << 2;
  const rowBytes: usize = <usize>d << 2;
  let best0: f32 = Infinity;
  let best1: f32 = Infinity;
  let best2: f32 = Infinity;
  let best3: f32 = Infinity;
  label0 = 0;
  label1 = 0;
  label2 = 0;
  label3 = 0;
  for (let c: u32 = 0; c < kp; c += 8) {
    let at: usize = centroids + (<usize>c << 2);
    const halfLow = v128.load(half + (<usize>c << 2));
    const halfHigh = v128.load(half + (<usize>c << 2), 16);
    let a0 = halfLow;
    let b0 = halfHigh;
    let a1 = halfLow;
    let b1 = halfHigh;
    let a2 = halfLow;
    let b2 = halfHigh;
    let a3 = halfLow;
    let b3 = halfHigh;
    for (let offset: usize = 0; offset < rowBytes; offset += 4) {
      const low = v128.load(at);
      const high = v128.load(at, 16);
      at += stride;
      const x0 = v128.load_splat<f32>(p0 + offset);
      a0 = f32x4.sub(a0, f32x4.mul(x0, low));
      b0 = f32x4.sub(b0, f32x4.mul(x0, high));
      const x1 = v128.load_splat<f32>(p1 + offset);
      a1 = f32x4.sub(a1, f32x4.mul(x1, low));
      b1 = f32x4.sub(b1, f32x4.mul(x1, high));
      const x2 = v128.load_splat<f32>(p2 + offset);
      a2 = f32x4.sub(a2, f32x4.mul(x2, low));
      b2 = f32x4.sub(b2, f32x4.mul(x2, high));
      const x3 = v128.load_splat<f32>(p3 + offset);
      a3 = f32x4.sub(a3, f32x4.mul(x3, low));
      b3 = f32x4.sub(b3, f32x4.mul(x3, high));
    }
    // Strictly smaller than the best of the blocks before: the lowest centroid wins a tie.
    const m0 = minimumOfEight(a0, b0);
    if (f32x4.extract_lane(m0, 0) < best0) {
      best0 = f32x4.extract_lane(m0, 0);
      label0 = c + ctz(laneOfMinimum(a0, b0, m0));
    }
    const m1 = minimumOfEight(a1, b1);
    if (f32x4.extract_lane(m1, 0) < best1) {
      best1 = f32x4.extract_lane(m1, 0);
      label1 = c + ctz(laneOfMinimum(a1, b1, m1));
    }
    const m2 = minimumOfEight(a2, b2);
    if (f32x4.extract_lane(m2, 0) < best2) {
      best2 = f32x4.extract_lane(m2, 0);
      label2 = c + ctz(laneOfMinimum(a2, b2, m2));
    }
    const m3 = minimumOfEight(a3, b3);
    if (f32x4.extract_lane(m3, 0) < best3) {
      best3 = f32x4.extract_lane(m3, 0);
      label3 = c + ctz(laneOfMinimum(a3, b3, m3));
    }
  }
}

/** Adds one row (f32) to a cluster's sums (f64). */
// @ts-ignore: decorator
@inline
function addRow(row: usize, d: u32, to: usize): void {
  let j: u32 = 0;
  for (; j + 2 <= d; j += 2, row += 8, to += 16) {
    v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(v128.load64_zero(row))));
  }
  if (j < d) store<f64>(to, load<f64>(to) + <f64>load<f32>(row));
}

// @ts-ignore: decorator
@inline
function subtractRow(row: usize, d: u32, from: usize): void {
  let j: u32 = 0;
  for (; j + 2 <= d; j += 2, row += 8, from += 16) {
    v128.store(from, f64x2.sub(v128.load(from), f64x2.promote_low_f32x4(v128.load64_zero(row))));
  }
  if (j < d) store<f64>(from, load<f64>(from) - <f64>load<f32>(row));
}

/** Moves one row from its old cluster's sums to its new one's; answers 1 when the label changed. */
// @ts-ignore: decorator
@inline
function moveRow(row: usize, d: u32, labelAt: usize, label: u32, sums: usize, counts: usize): u32 {
  const old = <u32>load<u16>(labelAt);
  if (old == label) return 0;
  store<u16>(labelAt, <u16>label);
  const countTo = counts + (<usize>label << 2);
  store<i32>(countTo, load<i32>(countTo) + 1);
  addRow(row, d, sums + (<usize>(label * d) << 3));
  if (old == NO_LABEL) return 1;
  const countFrom = counts + (<usize>old << 2);
  store<i32>(countFrom, load<i32>(countFrom) - 1);
  subtractRow(row, d, sums + (<usize>(old * d) << 3));
  return 1;
}

/**
 * Assigns the rows of one shard and answers by how much each cluster's sums and counts changed.
 * Words: 0 x (n×d f32) · 1 n · 2 d · 3 k · 4 kp · 5 centroids (d×kp f32) · 6 half norms (kp f32) · 7 labels (n u16) ·
 * 8 rows a shard · 9 sums (shards×k×d f64) · 10 counts (shards×k i32) · 11 changed (shards u32)
 */
export function kmeansAssign(shard: u32, block: usize): void {
  const x: usize = address(block, 0);
  const n = word(block, 1);
  const d = word(block, 2);
  const k = word(block, 3);
  const kp = word(block, 4);
  const centroids: usize = address(block, 5);
  const half: usize = address(block, 6);
  const labels: usize = address(block, 7);
  const perShard = word(block, 8);
  const sums: usize = address(block, 9) + ((<usize>shard * k * d) << 3);
  const counts: usize = address(block, 10) + ((<usize>shard * k) << 2);
  memory.fill(sums, 0, (<usize>k * d) << 3);
  memory.fill(counts, 0, <usize>k << 2);
  const start = shard * perShard;
  const end = min<u32>(start + perShard, n);
  const rowBytes: usize = <usize>d << 2;
  let changed: u32 = 0;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const p0 = x + <usize>i * rowBytes;
    const p1 = p0 + rowBytes;
    const p2 = p1 + rowBytes;
    const p3 = p2 + rowBytes;
    labelFourRows(p0, p1, p2, p3, d, kp, centroids, half);
    const labelAt = labels + (<usize>i << 1);
    const l1 = label1;
    const l2 = label2;
    const l3 = label3;
    changed += moveRow(p0, d, labelAt, label0, sums, counts);
    changed += moveRow(p1, d, labelAt + 2, l1, sums, counts);
    changed += moveRow(p2, d, labelAt + 4, l2, sums, counts);
    changed += moveRow(p3, d, labelAt + 6, l3, sums, counts);
  }
  for (; i < end; i++) {
    const p = x + <usize>i * rowBytes;
    labelFourRows(p, p, p, p, d, kp, centroids, half);
    changed += moveRow(p, d, labels + (<usize>i << 1), label0, sums, counts);
  }
  store<u32>(address(block, 11) + (<usize>shard << 2), changed);
}

/**
 * The shard's part of the inertia: squared distances of its rows to the centroid of their label, all in f64.
 * Words: 0 x · 1 n · 2 d · 3 centroids (k×d f64) · 4 labels (n u16) · 5 rows a shard · 6 out (shards f64)
 */
export function kmeansInertia(shard: u32, block: usize): void {
  const x: usize = address(block, 0);
  const n = word(block, 1);
  const d = word(block, 2);
  const centroids: usize = address(block, 3);
  const labels: usize = address(block, 4);
  const perShard = word(block, 5);
  const start = shard * perShard;
  const end = min<u32>(start + perShard, n);
  let total: f64 = 0;
  for (let i = start; i < end; i++) {
    let p = x + (<usize>i * <usize>d << 2);
    let c = centroids + (<usize>(<u32>load<u16>(labels + (<usize>i << 1)) * d) << 3);
    // Even columns in one lane, odd ones in the other; the last of an odd number joins the first lane.
    let both = f64x2.splat(0);
    let j: u32 = 0;
    for (; j + 2 <= d; j += 2, p += 8, c += 16) {
      const difference = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(p)), v128.load(c));
      both = f64x2.add(both, f64x2.mul(difference, difference));
    }
    let first = f64x2.extract_lane(both, 0);
    if (j < d) {
      const difference = <f64>load<f32>(p) - load<f64>(c);
      first += difference * difference;
    }
    total += first + f64x2.extract_lane(both, 1);
  }
  store<f64>(address(block, 6) + (<usize>shard << 3), total);
}
