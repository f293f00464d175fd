import { address, word } from './words';

/** Blocks whose distances are summed in f32 before they join the f64 sum: keeps the error of a sum near one part in 1e7. */
const BLOCKS_A_RUN: u32 = 8;

/** All lanes of both halves below `count` set: hides the padding of a cluster's last block. */
// @ts-ignore: decorator
@inline
function laneMask(count: u32, first: i32): v128 {
  return i32x4.lt_u(i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(first)), i32x4.splat(<i32>count));
}

// @ts-ignore: decorator
@inline
function addToSum(at: usize, run: v128): void {
  const low = f64x2.promote_low_f32x4(run);
  const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(run, run, 2, 3, 2, 3));
  const both = f64x2.add(low, high);
  store<f64>(at, load<f64>(at) + f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1));
}

/** Sums of the Euclidean distances of four rows to the rows of one cluster, added to sums[0..3] (strides of `stride` bytes). */
// @ts-ignore: decorator
@inline
function distanceSums(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  rowBytes: usize,
  blocks: usize,
  blockCount: u32,
  tail: u32,
  sums: usize,
  stride: usize,
): void {
  const zero = f32x4.splat(0);
  const blockBytes: usize = rowBytes << 3;
  const maskLow = laneMask(tail, 0);
  const maskHigh = laneMask(tail, 4);
  let b: u32 = 0;
  while (b < blockCount) {
    const runEnd = min<u32>(b + BLOCKS_A_RUN, blockCount);
    let s0 = zero;
    let s1 = zero;
    let s2 = zero;
    let s3 = zero;
    for (; b < runEnd; b++) {
      let at = blocks + <usize>b * blockBytes;
      let a0 = zero;
      let h0 = zero;
      let a1 = zero;
      let h1 = zero;
      let a2 = zero;
      let h2 = zero;
      let a3 = zero;
      let h3 = zero;
      for (let offset: usize = 0; offset < rowBytes; offset += 4, at += 32) {
        const low = v128.load(at);
        const high = v128.load(at, 16);
        const x0 = v128.load_splat<f32>(p0 + offset);
        const d0 = f32x4.sub(low, x0);
        const e0 = f32x4.sub(high, x0);
        a0 = f32x4.add(a0, f32x4.mul(d0, d0));
        h0 = f32x4.add(h0, f32x4.mul(e0, e0));
        const x1 = v128.load_splat<f32>(p1 + offset);
        const d1 = f32x4.sub(low, x1);
        const e1 = f32x4.sub(high, x1);
        a1 = f32x4.add(a1, f32x4.mul(d1, d1));
        h1 = f32x4.add(h1, f32x4.mul(e1, e1));
        const x2 = v128.load_splat<f32>(p2 + offset);
        const d2 = f32x4.sub(low, x2);
        const e2 = f32x4.sub(high, x2);
        a2 = f32x4.add(a2, f32x4.mul(d2, d2));
        h2 = f32x4.add(h2, f32x4.mul(e2, e2));
        const x3 = v128.load_splat<f32>(p3 + offset);
        const d3 = f32x4.sub(low, x3);
        const e3 = f32x4.sub(high, x3);
        a3 = f32x4.add(a3, f32x4.mul(d3, d3));
        h3 = f32x4.add(h3, f32x4.mul(e3, e3));
      }
      a0 = f32x4.sqrt(a0);
      h0 = f32x4.sqrt(h0);
      a1 = f32x4.sqrt(a1);
      h1 = f32x4.sqrt(h1);
      a2 = f32x4.sqrt(a2);
      h2 = f32x4.sqrt(h2);
      a3 = f32x4.sqrt(a3);
      h3 = f32x4.sqrt(h3);
      if (b == blockCount - 1) {
        a0 = v128.and(a0, maskLow);
        h0 = v128.and(h0, maskHigh);
        a1 = v128.and(a1, maskLow);
        h1 = v128.and(h1, maskHigh);
        a2 = v128.and(a2, maskLow);
        h2 = v128.and(h2, maskHigh);
        a3 = v128.and(a3, maskLow);
        h3 = v128.and(h3, maskHigh);
      }
      s0 = f32x4.add(s0, f32x4.add(a0, h0));
      s1 = f32x4.add(s1, f32x4.add(a1, h1));
      s2 = f32x4.add(s2, f32x4.add(a2, h2));
      s3 = f32x4.add(s3, f32x4.add(a3, h3));
    }
    addToSum(sums, s0);
    addToSum(sums + stride, s1);
    addToSum(sums + 2 * stride, s2);
    addToSum(sums + 3 * stride, s3);
  }
}

/** (b − a) / max(a, b) of one row from its sums of distances to every cluster; 0 in a cluster of one. */
function coefficient(sums: usize, own: u32, k: u32, counts: usize): f64 {
  const size = load<u32>(counts + (<usize>own << 2));
  if (size <= 1) return 0;
  const a = load<f64>(sums + (<usize>own << 3)) / <f64>(size - 1);
  let b: f64 = Infinity;
  for (let c: u32 = 0; c < k; c++) {
    if (c == own) continue;
    const mean = load<f64>(sums + (<usize>c << 3)) / <f64>load<u32>(counts + (<usize>c << 2));
    if (mean < b) b = mean;
  }
  const larger = max<f64>(a, b);
  return larger > 0 ? (b - a) / larger : 0;
}

/**
 * Silhouette coefficients of the shard's rows, rows sorted by cluster.
 * Words: 0 rows (n×d f32, sorted by cluster) · 1 n · 2 d · 3 k · 4 blocks (each d×8 f32, a cluster's blocks together) ·
 * 5 first block of each cluster (k+1 u32) · 6 cluster sizes (k u32, none 0) · 7 cluster of each row (n u32) ·
 * 8 rows a shard (a multiple of 4) · 9 scratch (shards×4×k f64) · 10 out (n f64)
 */
export function silhouette(shard: u32, block: usize): void {
  const rows: usize = address(block, 0);
  const n = word(block, 1);
  const d = word(block, 2);
  const k = word(block, 3);
  const blocks: usize = address(block, 4);
  const firstBlock: usize = address(block, 5);
  const counts: usize = address(block, 6);
  const cluster: usize = address(block, 7);
  const perShard = word(block, 8);
  const stride: usize = <usize>k << 3;
  const sums: usize = address(block, 9) + (<usize>shard * stride << 2);
  const out: usize = address(block, 10);
  const rowBytes: usize = <usize>d << 2;
  const end = min<u32>(shard * perShard + perShard, n);
  for (let i = shard * perShard; i < end; i += 4) {
    const last = end - 1;
    const p0 = rows + <usize>i * rowBytes;
    const p1 = rows + <usize>min<u32>(i + 1, last) * rowBytes;
    const p2 = rows + <usize>min<u32>(i + 2, last) * rowBytes;
    const p3 = rows + <usize>min<u32>(i + 3, last) * rowBytes;
    memory.fill(sums, 0, stride << 2);
    for (let c: u32 = 0; c < k; c++) {
      const first = load<u32>(firstBlock + (<usize>c << 2));
      const blockCount = load<u32>(firstBlock + (<usize>c << 2), 4) - first;
      const tail = load<u32>(counts + (<usize>c << 2)) - ((blockCount - 1) << 3);
      const from = blocks + <usize>first * (rowBytes << 3);
      distanceSums(p0, p1, p2, p3, rowBytes, from, blockCount, tail, sums + (<usize>c << 3), stride);
    }
    for (let r: u32 = 0; r < 4 && i + r < end; r++) {
      const own = load<u32>(cluster + (<usize>(i + r) << 2));
      store<f64>(out + (<usize>(i + r) << 3), coefficient(sums + <usize>r * stride, own, k, counts));
    }
  }
}
