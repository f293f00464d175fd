import { address, word } from './words';

/**
 * Sums of the columns over the shard's rows, in f64. A NaN or an infinity in a column shows in its sum.
 * Words: 0 x (n×d f32) · 1 n · 2 d · 3 rows a shard · 4 out (shards×d f64)
 */
export function columnSums(shard: u32, block: usize): void {
  const n = word(block, 1);
  const d = word(block, 2);
  const perShard = word(block, 3);
  const sums = address(block, 4) + ((<usize>shard * <usize>d) << 3);
  memory.fill(sums, 0, <usize>d << 3);
  const start = shard * perShard;
  const end = min<u32>(start + perShard, n);
  let p = address(block, 0) + ((<usize>start * <usize>d) << 2);
  for (let i = start; i < end; i++) {
    let to = sums;
    let j: u32 = 0;
    for (; j + 2 <= d; j += 2, p += 8, to += 16) {
      v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(v128.load64_zero(p))));
    }
    if (j < d) {
      store<f64>(to, load<f64>(to) + <f64>load<f32>(p));
      p += 4;
    }
  }
}

/**
 * Subtracts the origin from the shard's rows (in f64, rounded once to f32) and answers each column's sum of squares and
 * the largest magnitude of what remains.
 * Words: 0 x (n×d f32, rewritten) · 1 n · 2 d · 3 rows a shard · 4 origin (d f64) · 5 squares (shards×d f64) ·
 * 6 largest (shards f64)
 */
export function centreRows(shard: u32, block: usize): void {
  const n = word(block, 1);
  const d = word(block, 2);
  const perShard = word(block, 3);
  const origin = address(block, 4);
  const squares = address(block, 5) + ((<usize>shard * <usize>d) << 3);
  memory.fill(squares, 0, <usize>d << 3);
  const start = shard * perShard;
  const end = min<u32>(start + perShard, n);
  let p = address(block, 0) + ((<usize>start * <usize>d) << 2);
  let largest = f64x2.splat(0);
  for (let i = start; i < end; i++) {
    let from = origin;
    let to = squares;
    let j: u32 = 0;
    for (; j + 2 <= d; j += 2, p += 8, from += 16, to += 16) {
      const wide = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(p)), v128.load(from));
      const value = f32x4.demote_f64x2_zero(wide);
      store<i64>(p, i64x2.extract_lane(value, 0));
      const kept = f64x2.promote_low_f32x4(value);
      largest = f64x2.pmax(largest, f64x2.abs(kept));
      v128.store(to, f64x2.add(v128.load(to), f64x2.mul(kept, kept)));
    }
    if (j < d) {
      const value = <f32>(<f64>load<f32>(p) - load<f64>(from));
      store<f32>(p, value);
      const kept = <f64>value;
      largest = f64x2.pmax(largest, f64x2.splat(abs(kept)));
      store<f64>(to, load<f64>(to) + kept * kept);
      p += 4;
    }
  }
  const most = max<f64>(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
  store<f64>(address(block, 6) + (<usize>shard << 3), most);
}
