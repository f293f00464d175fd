import { address, word } from './words';

/**
 * Prim's algorithm on points: takes the point at hand into the tree, lowers what every open point would need to join it,
 * and goes on with the point that needs least, the first of equals; so many steps. What a point q needs through p is
 * max(|p − q|², core(p)), with `mutual` also core(q); Infinity beyond the squared radius.
 * Words: 0 points (blocks of d×4 f64) · 1 blocks · 2 d · 3 need (f64 each) · 4 through whom (u32 each: an id) ·
 * 5 core (f64 each) · 6 taken (f64 each: 0, or Infinity; Infinity past the last) · 7 ids (u32 each) · 8 the point at hand
 * (u32, rewritten) · 9 steps · 10 order (u32 each step) · 11 mutual (0 or 1) · 12 squared radius (f64) · 13 scratch
 * (d f64)
 */
export function growTree(_shard: u32, block: usize): void {
  const points = address(block, 0);
  const blocks = word(block, 1);
  const d = word(block, 2);
  const need = address(block, 3);
  const through = address(block, 4);
  const core = address(block, 5);
  const taken = address(block, 6);
  const ids = address(block, 7);
  const hand = address(block, 8);
  const steps = word(block, 9);
  const order = address(block, 10);
  const mutual = word(block, 11) != 0;
  const radius = f64x2.splat(load<f64>(address(block, 12)));
  const scratch = address(block, 13);
  const rowBytes = <usize>d << 3;
  const infinite = f64x2.splat(Infinity);
  let p = load<u32>(hand);
  for (let step: u32 = 0; step < steps; step++) {
    store<u32>(order + (<usize>step << 2), p);
    store<f64>(taken + (<usize>p << 3), Infinity);
    let from = points + <usize>(p >> 2) * (rowBytes << 2) + (<usize>(p & 3) << 3);
    for (let to: usize = 0; to < rowBytes; to += 8, from += 32) store<f64>(scratch + to, load<f64>(from));
    const own = v128.load_splat<f64>(core + (<usize>p << 3));
    const id = load<u32>(ids + (<usize>p << 2));
    let bestLow = infinite;
    let bestHigh = infinite;
    let placeLow = i64x2.splat(-1);
    let placeHigh = i64x2.splat(-1);
    let place = i64x2(0, 1);
    const two = i64x2.splat(2);
    const four = i64x2.splat(4);
    let at = points;
    let offset: usize = 0;
    for (let b: u32 = 0; b < blocks; b++, offset += 32, place = i64x2.add(place, four)) {
      let low = f64x2.splat(0);
      let high = f64x2.splat(0);
      for (let j: usize = 0; j < rowBytes; j += 8, at += 32) {
        const x = v128.load_splat<f64>(scratch + j);
        const first = f64x2.sub(v128.load(at), x);
        const second = f64x2.sub(v128.load(at, 16), x);
        low = f64x2.add(low, f64x2.mul(first, first));
        high = f64x2.add(high, f64x2.mul(second, second));
      }
      const farLow = f64x2.gt(low, radius);
      const farHigh = f64x2.gt(high, radius);
      low = f64x2.pmax(low, own);
      high = f64x2.pmax(high, own);
      if (mutual) {
        low = f64x2.pmax(low, v128.load(core + offset));
        high = f64x2.pmax(high, v128.load(core + offset, 16));
      }
      low = v128.bitselect(infinite, low, farLow);
      high = v128.bitselect(infinite, high, farHigh);
      const takenLow = v128.load(taken + offset);
      const takenHigh = v128.load(taken + offset, 16);
      let needLow = v128.load(need + offset);
      let needHigh = v128.load(need + offset, 16);
      const lessLow = f64x2.lt(f64x2.add(low, takenLow), needLow);
      const lessHigh = f64x2.lt(f64x2.add(high, takenHigh), needHigh);
      const lanes = i64x2.bitmask(lessLow) | (i64x2.bitmask(lessHigh) << 2);
      if (lanes != 0) {
        needLow = v128.bitselect(low, needLow, lessLow);
        needHigh = v128.bitselect(high, needHigh, lessHigh);
        v128.store(need + offset, needLow);
        v128.store(need + offset, needHigh, 16);
        const to = through + (offset >> 1);
        if (lanes & 1) store<u32>(to, id);
        if (lanes & 2) store<u32>(to, id, 4);
        if (lanes & 4) store<u32>(to, id, 8);
        if (lanes & 8) store<u32>(to, id, 12);
      }
      needLow = f64x2.add(needLow, takenLow);
      needHigh = f64x2.add(needHigh, takenHigh);
      const betterLow = f64x2.lt(needLow, bestLow);
      const betterHigh = f64x2.lt(needHigh, bestHigh);
      bestLow = v128.bitselect(needLow, bestLow, betterLow);
      placeLow = v128.bitselect(place, placeLow, betterLow);
      bestHigh = v128.bitselect(needHigh, bestHigh, betterHigh);
      placeHigh = v128.bitselect(i64x2.add(place, two), placeHigh, betterHigh);
    }
    let best = f64x2.extract_lane(bestLow, 0);
    let next = <u32>i64x2.extract_lane(placeLow, 0);
    for (let lane = 1; lane < 4; lane++) {
      let value: f64;
      let candidate: u32;
      if (lane == 1) {
        value = f64x2.extract_lane(bestLow, 1);
        candidate = <u32>i64x2.extract_lane(placeLow, 1);
      } else if (lane == 2) {
        value = f64x2.extract_lane(bestHigh, 0);
        candidate = <u32>i64x2.extract_lane(placeHigh, 0);
      } else {
        value = f64x2.extract_lane(bestHigh, 1);
        candidate = <u32>i64x2.extract_lane(placeHigh, 1);
      }
      if (value < best || (value == best && candidate < next)) {
        best = value;
        next = candidate;
      }
    }
    if (best == Infinity) {
      // Nothing can be reached: the first open point begins anew.
      next = 0;
      while (next < (blocks << 2) && load<f64>(taken + (<usize>next << 3)) != 0) next++;
    }
    p = next;
  }
  store<u32>(hand, p);
}
