import { addProducts } from './sums';
import { address, word } from './words';

/** Rows worked on together: their amounts and targets stay in the first cache. */
const BLOCK: u32 = 64;
const BLOCK_BYTES: usize = 512;

/** Writes the counts of rows times the parts (kp numbers a column) to a block, component by component. */
function blockTargets(starts: usize, columns: usize, values: usize, count: u32, parts: usize, kp: u32, to: usize): void {
  const partBytes = <usize>kp << 3;
  memory.fill(to, 0, <usize>kp * BLOCK_BYTES);
  for (let i: u32 = 0; i < count; i++, starts += 4, to += 8) {
    const first = load<u32>(starts);
    const end = load<u32>(starts, 4);
    for (let c: u32 = 0; c < kp; c += 4) {
      const from = parts + (<usize>c << 3);
      let low = f64x2.splat(0);
      let high = f64x2.splat(0);
      for (let at = first; at < end; at++) {
        const value = v128.load_splat<f64>(values + (<usize>at << 3));
        const part = from + <usize>load<u32>(columns + (<usize>at << 2)) * partBytes;
        low = f64x2.add(low, f64x2.mul(value, v128.load(part)));
        high = f64x2.add(high, f64x2.mul(value, v128.load(part, 16)));
      }
      const out = to + <usize>c * BLOCK_BYTES;
      store<f64>(out, f64x2.extract_lane(low, 0));
      store<f64>(out + BLOCK_BYTES, f64x2.extract_lane(low, 1));
      store<f64>(out + 2 * BLOCK_BYTES, f64x2.extract_lane(high, 0));
      store<f64>(out + 3 * BLOCK_BYTES, f64x2.extract_lane(high, 1));
    }
  }
}

// What two rows still had to follow in the round just made: globals, because a function answers one value here.
let left0: v128 = f64x2.splat(0);
let left2: v128 = f64x2.splat(0);
let left4: v128 = f64x2.splat(0);
let left6: v128 = f64x2.splat(0);

/** What a slope leaves to follow: nothing where the value is 0 and would have to fall. */
// @ts-ignore: decorator
@inline
function toFollow(value: v128, slope: v128): v128 {
  const zero = f64x2.splat(0);
  return f64x2.abs(v128.bitselect(f64x2.min(slope, zero), slope, f64x2.eq(value, zero)));
}

/**
 * One round over the components of eight rows: each value moves to where its own slope is 0, or to 0. Lanes that `active`
 * (8 f64, all bits set or none) leaves out keep their values.
 */
function descendEight(table: usize, targets: usize, gram: usize, k: u32, active: usize): void {
  const zero = f64x2.splat(0);
  const active0 = v128.load(active);
  const active2 = v128.load(active, 16);
  const active4 = v128.load(active, 32);
  const active6 = v128.load(active, 48);
  let sum0 = zero;
  let sum2 = zero;
  let sum4 = zero;
  let sum6 = zero;
  const end = table + <usize>k * BLOCK_BYTES;
  let row = gram;
  let to = table;
  for (let c: u32 = 0; c < k; c++, to += BLOCK_BYTES, targets += BLOCK_BYTES) {
    const bend = v128.load_splat<f64>(row + (<usize>c << 3));
    let s0 = f64x2.neg(v128.load(targets));
    let s2 = f64x2.neg(v128.load(targets, 16));
    let s4 = f64x2.neg(v128.load(targets, 32));
    let s6 = f64x2.neg(v128.load(targets, 48));
    for (let at = table; at < end; at += BLOCK_BYTES, row += 8) {
      const g = v128.load_splat<f64>(row);
      s0 = f64x2.add(s0, f64x2.mul(g, v128.load(at)));
      s2 = f64x2.add(s2, f64x2.mul(g, v128.load(at, 16)));
      s4 = f64x2.add(s4, f64x2.mul(g, v128.load(at, 32)));
      s6 = f64x2.add(s6, f64x2.mul(g, v128.load(at, 48)));
    }
    const x0 = v128.load(to);
    const x2 = v128.load(to, 16);
    const x4 = v128.load(to, 32);
    const x6 = v128.load(to, 48);
    sum0 = f64x2.add(sum0, toFollow(x0, s0));
    sum2 = f64x2.add(sum2, toFollow(x2, s2));
    sum4 = f64x2.add(sum4, toFollow(x4, s4));
    sum6 = f64x2.add(sum6, toFollow(x6, s6));
    if (f64x2.extract_lane(bend, 0) == 0) continue;
    v128.store(to, v128.bitselect(f64x2.max(f64x2.sub(x0, f64x2.div(s0, bend)), zero), x0, active0));
    v128.store(to, v128.bitselect(f64x2.max(f64x2.sub(x2, f64x2.div(s2, bend)), zero), x2, active2), 16);
    v128.store(to, v128.bitselect(f64x2.max(f64x2.sub(x4, f64x2.div(s4, bend)), zero), x4, active4), 32);
    v128.store(to, v128.bitselect(f64x2.max(f64x2.sub(x6, f64x2.div(s6, bend)), zero), x6, active6), 48);
  }
  left0 = sum0;
  left2 = sum2;
  left4 = sum4;
  left6 = sum6;
}

/** Rounds for eight rows until each has `share` of its first round's slopes left; a row that has stays as it is. */
function settleEight(table: usize, targets: usize, gram: usize, k: u32, active: usize, rounds: u32, share: f64): f64 {
  const all = i64x2.splat(-1);
  v128.store(active, all);
  v128.store(active, all, 16);
  v128.store(active, all, 32);
  v128.store(active, all, 48);
  descendEight(table, targets, gram, k, active);
  const sums = f64x2.add(f64x2.add(left0, left2), f64x2.add(left4, left6));
  const part = f64x2.splat(share);
  const limit0 = f64x2.mul(part, left0);
  const limit2 = f64x2.mul(part, left2);
  const limit4 = f64x2.mul(part, left4);
  const limit6 = f64x2.mul(part, left6);
  for (let round: u32 = 1; round < rounds; round++) {
    descendEight(table, targets, gram, k, active);
    const next0 = v128.and(v128.load(active), f64x2.gt(left0, limit0));
    const next2 = v128.and(v128.load(active, 16), f64x2.gt(left2, limit2));
    const next4 = v128.and(v128.load(active, 32), f64x2.gt(left4, limit4));
    const next6 = v128.and(v128.load(active, 48), f64x2.gt(left6, limit6));
    if (!v128.any_true(v128.or(v128.or(next0, next2), v128.or(next4, next6)))) break;
    v128.store(active, next0);
    v128.store(active, next2, 16);
    v128.store(active, next4, 32);
    v128.store(active, next6, 48);
  }
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** Adds each row's counts times its amounts to the sums of the counts' columns (kp numbers each). */
function addColumns(starts: usize, columns: usize, values: usize, count: u32, table: usize, kp: u32, row: usize, sums: usize): void {
  const partBytes = <usize>kp << 3;
  for (let i: u32 = 0; i < count; i++, starts += 4, table += 8) {
    for (let c: usize = 0; c < kp; c++) store<f64>(row + (c << 3), load<f64>(table + c * BLOCK_BYTES));
    const end = load<u32>(starts, 4);
    for (let at = load<u32>(starts); at < end; at++) {
      const value = v128.load_splat<f64>(values + (<usize>at << 3));
      const to = sums + <usize>load<u32>(columns + (<usize>at << 2)) * partBytes;
      for (let c: usize = 0; c < partBytes; c += 16) {
        v128.store(to + c, f64x2.add(v128.load(to + c), f64x2.mul(value, v128.load(row + c))));
      }
    }
  }
}

/**
 * The side of the rows in a factorisation of counts: amounts follow the counts by coordinate descent while the parts stand
 * still, and what the side of the parts needs of them is summed.
 * Words: 0 starts (n + 1 u32) · 1 columns (u32) · 2 values (f64) · 3 n · 4 k · 5 kp, k rounded up to 4 · 6 parts (d×kp f64) ·
 * 7 gram of the parts (k×k f64) · 8 amounts (blocks of kp × 64 f64; zeros past the last row) · 9 blocks a shard ·
 * 10 room (shards × (kp×64 + kp + 8) f64) · 11 rounds · 12 share of the first slopes at which a row ends (f64) · 13 d ·
 * 14 sums (shards × (1 + kp×kp + d×kp) f64: slopes of the first round, gram of the amounts, counts times amounts) or 0
 */
export function descendRows(shard: u32, block: usize): void {
  const columns = address(block, 1);
  const values = address(block, 2);
  const n = word(block, 3);
  const k = word(block, 4);
  const kp = word(block, 5);
  const parts = address(block, 6);
  const gram = address(block, 7);
  const blockBytes = <usize>kp * BLOCK_BYTES;
  const room = address(block, 10) + <usize>shard * (blockBytes + (<usize>(kp + 8) << 3));
  const active = room + blockBytes;
  const row = active + 64;
  const rounds = word(block, 11);
  const share = load<f64>(address(block, 12));
  const gramBytes = (<usize>kp * <usize>kp) << 3;
  const size = <usize>8 + gramBytes + ((<usize>word(block, 13) * <usize>kp) << 3);
  const sums = address(block, 14) ? address(block, 14) + <usize>shard * size : 0;
  if (sums) memory.fill(sums, 0, size);
  const perShard = word(block, 9);
  const last = min<u32>((shard + 1) * perShard, (n + BLOCK - 1) / BLOCK);
  for (let b = shard * perShard; b < last; b++) {
    const first = b * BLOCK;
    const count = min<u32>(BLOCK, n - first);
    const starts = address(block, 0) + (<usize>first << 2);
    const table = address(block, 8) + <usize>b * blockBytes;
    blockTargets(starts, columns, values, count, parts, kp, room);
    let slopes: f64 = 0;
    for (let at: usize = 0; at < BLOCK_BYTES; at += 64) {
      slopes += settleEight(table + at, room + at, gram, k, active, rounds, share);
    }
    if (!sums) continue;
    store<f64>(sums, load<f64>(sums) + slopes);
    addProducts(table, 0, BLOCK_BYTES, BLOCK_BYTES, kp, sums + 8);
    addColumns(starts, columns, values, count, table, kp, row, sums + 8 + gramBytes);
  }
}
