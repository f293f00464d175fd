import { address, word } from './words';

/** Adds min(closest, distance) of one row to the potentials of eight candidates. */
// @ts-ignore: decorator
@inline
function addPotential(pots: usize, closest: v128, low: v128, high: v128): void {
  const a = f32x4.pmin(closest, low);
  const b = f32x4.pmin(closest, high);
  v128.store(pots, f64x2.add(v128.load(pots), f64x2.promote_low_f32x4(a)));
  v128.store(pots, f64x2.add(v128.load(pots, 16), f64x2.promote_low_f32x4(v128.shuffle<f32>(a, a, 2, 3, 2, 3))), 16);
  v128.store(pots, f64x2.add(v128.load(pots, 32), f64x2.promote_low_f32x4(b)), 32);
  v128.store(pots, f64x2.add(v128.load(pots, 48), f64x2.promote_low_f32x4(v128.shuffle<f32>(b, b, 2, 3, 2, 3))), 48);
}

/**
 * k-means++: what the potential of the shard's rows would become with each of eight candidate centroids.
 * Words: 0 x · 1 n · 2 d · 3 candidates (d×8 f32, column c = candidate c) · 4 closest squared distance so far (n f32) ·
 * 5 rows a shard · 6 out (shards×8 f64)
 */
export function kmeansTrials(shard: u32, block: usize): void {
  const x: usize = address(block, 0);
  const n = word(block, 1);
  const d = word(block, 2);
  const candidates: usize = address(block, 3);
  const closest: usize = address(block, 4);
  const perShard = word(block, 5);
  const pots: usize = address(block, 6) + (<usize>shard << 6);
  memory.fill(pots, 0, 64);
  const start = shard * perShard;
  const end = min<u32>(start + perShard, n);
  const rowBytes: usize = <usize>d << 2;
  const zero = f32x4.splat(0);
  for (let i = start; i < end; i += 2) {
    const p0 = x + <usize>i * rowBytes;
    const p1 = i + 1 < end ? p0 + rowBytes : p0;
    let a0 = zero;
    let b0 = zero;
    let a1 = zero;
    let b1 = zero;
    let at = candidates;
    for (let offset: usize = 0; offset < rowBytes; offset += 4, at += 32) {
      const low = v128.load(at);
      const high = v128.load(at, 16);
      const x0 = v128.load_splat<f32>(p0 + offset);
      const x1 = v128.load_splat<f32>(p1 + offset);
      const da0 = f32x4.sub(x0, low);
      const db0 = f32x4.sub(x0, high);
      const da1 = f32x4.sub(x1, low);
      const db1 = f32x4.sub(x1, high);
      a0 = f32x4.add(a0, f32x4.mul(da0, da0));
      b0 = f32x4.add(b0, f32x4.mul(db0, db0));
      a1 = f32x4.add(a1, f32x4.mul(da1, da1));
      b1 = f32x4.add(b1, f32x4.mul(db1, db1));
    }
    addPotential(pots, v128.load_splat<f32>(closest + (<usize>i << 2)), a0, b0);
    if (i + 1 < end) addPotential(pots, v128.load_splat<f32>(closest + (<usize>i << 2) + 4), a1, b1);
  }
}

/**
 * k-means++: lowers each row's closest squared distance by one new centroid and answers the shard's new potential.
 * Words: 0 x · 1 n · 2 d · 3 centroid (d f32) · 4 closest (n f32) · 5 rows a shard · 6 out (shards f64)
 */
export function kmeansClosest(shard: u32, block: usize): void {
  const x: usize = address(block, 0);
  const n = word(block, 1);
  const d = word(block, 2);
  const centroid: usize = address(block, 3);
  const closest: usize = address(block, 4);
  const perShard = word(block, 5);
  const start = shard * perShard;
  const end = min<u32>(start + perShard, n);
  const rowBytes: usize = <usize>d << 2;
  let pot: f64 = 0;
  for (let i = start; i < end; i++) {
    const p = x + <usize>i * rowBytes;
    let distance: f32 = 0;
    for (let offset: usize = 0; offset < rowBytes; offset += 4) {
      const difference = load<f32>(p + offset) - load<f32>(centroid + offset);
      distance += difference * difference;
    }
    const at = closest + (<usize>i << 2);
    const kept = load<f32>(at);
    if (distance < kept) store<f32>(at, distance);
    pot += <f64>(distance < kept ? distance : kept);
  }
  store<f64>(address(block, 6) + (<usize>shard << 3), pot);
}
