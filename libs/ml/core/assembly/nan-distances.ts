import { address, word } from './words';

/** Squares one difference each of two donors; what is missing on either side is NaN and adds nothing. */
// @ts-ignore: decorator
@inline
function addSquare(sum: v128, donors: v128, query: v128, zero: v128): v128 {
  const difference = f64x2.sub(donors, query);
  return f64x2.add(sum, f64x2.pmax(zero, f64x2.mul(difference, difference)));
}

/** Values that a donor and a query both have. */
// @ts-ignore: decorator
@inline
function shared(donor: usize, query: usize, bytes: usize): f64 {
  let count: i32 = 0;
  for (let at: usize = 0; at < bytes; at += 4) count += popcnt<i32>(load<i32>(donor + at) & load<i32>(query + at));
  return <f64>count;
}

/** Scales the sums of four donors up by the values they do not share: 0 / 0, NaN, where they share none. */
// @ts-ignore: decorator
@inline
function storeScaled(to: usize, low: v128, high: v128, donor: usize, query: usize, bytes: usize, d: v128): void {
  const first = f64x2.replace_lane(f64x2.splat(shared(donor, query, bytes)), 1, shared(donor + bytes, query, bytes));
  v128.store(to, f64x2.mul(f64x2.div(low, first), d));
  const next = donor + 2 * bytes;
  const second = f64x2.replace_lane(f64x2.splat(shared(next, query, bytes)), 1, shared(next + bytes, query, bytes));
  v128.store(to, f64x2.mul(f64x2.div(high, second), d), 16);
}

/**
 * Squared distances of queries to the shard's donors over the values both have, scaled up by d / how many these are.
 * Words: 0 donors (blocks of four: d×4 f64, NaN where missing) · 1 blocks · 2 d · 3 blocks a shard · 4 queries (q×d f64,
 * NaN where missing) · 5 q, a multiple of 4 · 6 donors' bits (4·blocks × w u32, set where a value is) · 7 queries' bits
 * (q×w u32) · 8 w · 9 out (q × 4·blocks f64)
 */
export function nanDistances(shard: u32, block: usize): void {
  const donors = address(block, 0);
  const blocks = word(block, 1);
  const d = word(block, 2);
  const perShard = word(block, 3);
  const queries = address(block, 4);
  const q = word(block, 5);
  const donorBits = address(block, 6);
  const queryBits = address(block, 7);
  const bitBytes = <usize>word(block, 8) << 2;
  const out = address(block, 9);
  const rowBytes = <usize>d << 3;
  const outBytes = <usize>blocks << 5;
  const wide = f64x2.splat(<f64>d);
  const zero = f64x2.splat(0);
  const end = min<u32>((shard + 1) * perShard, blocks);
  for (let b = shard * perShard; b < end; b++) {
    const bits = donorBits + ((<usize>b * bitBytes) << 2);
    for (let i: u32 = 0; i < q; i += 4) {
      let p0 = queries + <usize>i * rowBytes;
      let a0 = zero;
      let b0 = zero;
      let a1 = zero;
      let b1 = zero;
      let a2 = zero;
      let b2 = zero;
      let a3 = zero;
      let b3 = zero;
      let at = donors + <usize>b * (rowBytes << 2);
      const last = at + (rowBytes << 2);
      for (; at < last; at += 32, p0 += 8) {
        const low = v128.load(at);
        const high = v128.load(at, 16);
        const x0 = v128.load_splat<f64>(p0);
        a0 = addSquare(a0, low, x0, zero);
        b0 = addSquare(b0, high, x0, zero);
        const x1 = v128.load_splat<f64>(p0 + rowBytes);
        a1 = addSquare(a1, low, x1, zero);
        b1 = addSquare(b1, high, x1, zero);
        const x2 = v128.load_splat<f64>(p0 + 2 * rowBytes);
        a2 = addSquare(a2, low, x2, zero);
        b2 = addSquare(b2, high, x2, zero);
        const x3 = v128.load_splat<f64>(p0 + 3 * rowBytes);
        a3 = addSquare(a3, low, x3, zero);
        b3 = addSquare(b3, high, x3, zero);
      }
      const to = out + <usize>i * outBytes + (<usize>b << 5);
      const own = queryBits + <usize>i * bitBytes;
      storeScaled(to, a0, b0, bits, own, bitBytes, wide);
      storeScaled(to + outBytes, a1, b1, bits, own + bitBytes, bitBytes, wide);
      storeScaled(to + 2 * outBytes, a2, b2, bits, own + 2 * bitBytes, bitBytes, wide);
      storeScaled(to + 3 * outBytes, a3, b3, bits, own + 3 * bitBytes, bitBytes, wide);
    }
  }
}
