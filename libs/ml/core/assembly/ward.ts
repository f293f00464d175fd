import { address, word } from './words';

/**
 * The cluster among the shard's that is nearest to one cluster by Ward's measure, 2·a·b / (a + b) times the squared
 * distance of the means; the first of equals.
 * Words: 0 means (blocks of d×4 f64, NaN where there is none) · 1 blocks · 2 d · 3 sizes (f64 each) · 4 whose nearest ·
 * 5 blocks a shard · 6 its mean (d f64) · 7 out (shards × 2 f64: measure, place)
 */
export function wardNearest(shard: u32, block: usize): void {
  const means = address(block, 0);
  const blocks = word(block, 1);
  const d = word(block, 2);
  const sizes = address(block, 3);
  const own = word(block, 4);
  const perShard = word(block, 5);
  const mean = address(block, 6);
  const out = address(block, 7) + (<usize>shard << 4);
  const rowBytes = <usize>d << 3;
  const last = mean + rowBytes;
  const size = v128.load_splat<f64>(sizes + (<usize>own << 3));
  const twice = f64x2.add(size, size);
  const start = shard * perShard;
  const end = min<u32>(start + perShard, blocks);
  let bestLow = f64x2.splat(Infinity);
  let bestHigh = bestLow;
  let placeLow = f64x2.splat(Infinity);
  let placeHigh = placeLow;
  let place = f64x2.add(f64x2.splat(<f64>start * 4), f64x2(0, 1));
  const two = f64x2.splat(2);
  const four = f64x2.splat(4);
  const self = f64x2.splat(<f64>own);
  let at = means + <usize>start * (rowBytes << 2);
  let offset = <usize>start << 5;
  for (let b = start; b < end; b++, offset += 32, place = f64x2.add(place, four)) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let p = mean; p < last; p += 8, at += 32) {
      const x = v128.load_splat<f64>(p);
      const first = f64x2.sub(v128.load(at), x);
      const second = f64x2.sub(v128.load(at, 16), x);
      low = f64x2.add(low, f64x2.mul(first, first));
      high = f64x2.add(high, f64x2.mul(second, second));
    }
    const sizeLow = v128.load(sizes + offset);
    const sizeHigh = v128.load(sizes + offset, 16);
    low = f64x2.mul(low, f64x2.div(f64x2.mul(twice, sizeLow), f64x2.add(size, sizeLow)));
    high = f64x2.mul(high, f64x2.div(f64x2.mul(twice, sizeHigh), f64x2.add(size, sizeHigh)));
    const second = f64x2.add(place, two);
    const betterLow = v128.and(f64x2.lt(low, bestLow), f64x2.ne(place, self));
    const betterHigh = v128.and(f64x2.lt(high, bestHigh), f64x2.ne(second, self));
    bestLow = v128.bitselect(low, bestLow, betterLow);
    placeLow = v128.bitselect(place, placeLow, betterLow);
    bestHigh = v128.bitselect(high, bestHigh, betterHigh);
    placeHigh = v128.bitselect(second, placeHigh, betterHigh);
  }
  let best = f64x2.extract_lane(bestLow, 0);
  let at0 = f64x2.extract_lane(placeLow, 0);
  let value = f64x2.extract_lane(bestLow, 1);
  let candidate = f64x2.extract_lane(placeLow, 1);
  if (value < best || (value == best && candidate < at0)) {
    best = value;
    at0 = candidate;
  }
  value = f64x2.extract_lane(bestHigh, 0);
  candidate = f64x2.extract_lane(placeHigh, 0);
  if (value < best || (value == best && candidate < at0)) {
    best = value;
    at0 = candidate;
  }
  value = f64x2.extract_lane(bestHigh, 1);
  candidate = f64x2.extract_lane(placeHigh, 1);
  if (value < best || (value == best && candidate < at0)) {
    best = value;
    at0 = candidate;
  }
  store<f64>(out, best);
  store<f64>(out, at0, 8);
}
