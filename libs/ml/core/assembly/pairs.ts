import { address, word } from './words';

/**
 * Euclidean distances of the shard's rows to all rows; Infinity to itself and past the last.
 * Words: 0 rows (blocks of d×4 f64) · 1 n · 2 d · 3 rows a shard · 4 distances (n × stride f64) · 5 stride, a multiple of
 * 4 · 6 scratch (shards × d f64)
 */
export function pairDistances(shard: u32, block: usize): void {
  const points = address(block, 0);
  const n = word(block, 1);
  const rowBytes = <usize>word(block, 2) << 3;
  const perShard = word(block, 3);
  const out = address(block, 4);
  const stride = <usize>word(block, 5) << 3;
  const scratch = address(block, 6) + <usize>shard * rowBytes;
  const end = min<u32>((shard + 1) * perShard, n);
  for (let i = shard * perShard; i < end; i++) {
    let from = points + <usize>(i >> 2) * (rowBytes << 2) + (<usize>(i & 3) << 3);
    for (let to: usize = 0; to < rowBytes; to += 8, from += 32) store<f64>(scratch + to, load<f64>(from));
    let at = points;
    let to = out + <usize>i * stride;
    const row = to;
    for (let b: u32 = 0; b < n; b += 4, to += 32) {
      let low = f64x2.splat(0);
      let high = low;
      for (let j: usize = 0; j < rowBytes; j += 8, at += 32) {
        const x = v128.load_splat<f64>(scratch + j);
        const first = f64x2.sub(v128.load(at), x);
        const second = f64x2.sub(v128.load(at, 16), x);
        low = f64x2.add(low, f64x2.mul(first, first));
        high = f64x2.add(high, f64x2.mul(second, second));
      }
      v128.store(to, f64x2.sqrt(low));
      v128.store(to, f64x2.sqrt(high), 16);
    }
    store<f64>(row + (<usize>i << 3), Infinity);
    for (let b = n; b & 3; b++) store<f64>(row + (<usize>b << 3), Infinity);
  }
}

/**
 * The smallest value of a row and its place, the first of equals.
 * Words: 0 distances · 1 stride, a multiple of 4 · 2 places to look at, a multiple of 4 · 3 which row · 4 out (2 f64:
 * value, place)
 */
export function pairNearest(_shard: u32, block: usize): void {
  const stride = <usize>word(block, 1) << 3;
  const row = address(block, 0) + <usize>word(block, 3) * stride;
  const end = row + (<usize>word(block, 2) << 3);
  const out = address(block, 4);
  const infinite = f64x2.splat(Infinity);
  let low = infinite;
  let high = infinite;
  for (let at = row; at < end; at += 32) {
    low = f64x2.pmin(low, v128.load(at));
    high = f64x2.pmin(high, v128.load(at, 16));
  }
  low = f64x2.pmin(low, high);
  const least = min<f64>(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
  const wanted = f64x2.splat(least);
  let at = row;
  while (at < end) {
    const lanes =
      i64x2.bitmask(f64x2.eq(v128.load(at), wanted)) | (i64x2.bitmask(f64x2.eq(v128.load(at, 16), wanted)) << 2);
    if (lanes != 0) {
      at += <usize>ctz(lanes) << 3;
      break;
    }
    at += 32;
  }
  store<f64>(out, least);
  store<f64>(out, <f64>(<u32>((at - row) >> 3)), 8);
}

/**
 * Joins the row x to y: y's distances become shares of both, or the larger of both; x's become Infinity.
 * Words: 0 distances · 1 stride · 2 places, a multiple of 4 · 3 x · 4 y · 5 shares (2 f64) · 6 the larger one (0 or 1) ·
 * 7 alive (u32 each: 0 or not)
 */
export function pairJoin(_shard: u32, block: usize): void {
  const distances = address(block, 0);
  const stride = <usize>word(block, 1) << 3;
  const places = word(block, 2);
  const x = <usize>word(block, 3);
  const y = <usize>word(block, 4);
  const rowX = distances + x * stride;
  const rowY = distances + y * stride;
  const shareX = load<f64>(address(block, 5));
  const shareY = load<f64>(address(block, 5), 8);
  const larger = word(block, 6) != 0;
  const alive = address(block, 7);
  let column = distances;
  for (let i: usize = 0; i < <usize>places; i++, column += stride) {
    if (load<u32>(alive + (i << 2)) == 0) continue;
    if (i == x || i == y) continue;
    const a = load<f64>(rowX + (i << 3));
    const b = load<f64>(rowY + (i << 3));
    const joined = larger ? max<f64>(a, b) : shareX * a + shareY * b;
    store<f64>(rowY + (i << 3), joined);
    store<f64>(column + (y << 3), joined);
    store<f64>(column + (x << 3), Infinity);
  }
  store<f64>(rowY + (x << 3), Infinity);
}
