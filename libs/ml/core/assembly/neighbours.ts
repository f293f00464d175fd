import { address, word } from './words';

/** Points of a leaf, queries of a tile, and leaves of a group. */
const LEAF: u32 = 32;
const GROUP: u32 = 16;

/** Squared distance of two boxes (d lows, then d highs each): 0 where they meet. Never above that of points in them. */
function boxGap(a: usize, b: usize, d: u32): f64 {
  const wide = <usize>d << 3;
  let sum: f64 = 0;
  for (let at: usize = 0; at < wide; at += 8) {
    const below = load<f64>(b + at) - load<f64>(a + wide + at);
    const above = load<f64>(a + at) - load<f64>(b + wide + at);
    const gap = max<f64>(max<f64>(below, above), 0);
    sum += gap * gap;
  }
  return sum;
}

/** The same of a point and a box. */
function pointGap(p: usize, box: usize, d: u32): f64 {
  const wide = <usize>d << 3;
  let sum: f64 = 0;
  for (let at: usize = 0; at < wide; at += 8) {
    const x = load<f64>(p + at);
    const gap = max<f64>(max<f64>(load<f64>(box + at) - x, x - load<f64>(box + wide + at)), 0);
    sum += gap * gap;
  }
  return sum;
}

// Squared distances of one query to the four points of a block: globals, because a function answers one value here.
let near0: v128 = f64x2.splat(0);
let near2: v128 = f64x2.splat(0);

// @ts-ignore: decorator
@inline
function blockDistances(p: usize, at: usize, rowBytes: usize): void {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const last = p + rowBytes;
  for (; p < last; p += 8, at += 32) {
    const x = v128.load_splat<f64>(p);
    const first = f64x2.sub(v128.load(at), x);
    const second = f64x2.sub(v128.load(at, 16), x);
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  near0 = low;
  near2 = high;
}

/** Lanes of the block just measured that lie within the squared radius; what fills up a leaf is NaN and never does. */
// @ts-ignore: decorator
@inline
function lanesWithin(limit: v128): i32 {
  return i64x2.bitmask(f64x2.le(near0, limit)) | (i64x2.bitmask(f64x2.le(near2, limit)) << 2);
}

/** Writes the places of one leaf within the radius of a query that it wants, answers where the next one goes. */
function listLeaf(p: usize, at: usize, rowBytes: usize, limit: v128, first: u32, own: u32, core: usize, to: usize): usize {
  for (let b: u32 = 0; b < LEAF; b += 4, at += rowBytes << 2) {
    blockDistances(p, at, rowBytes);
    let lanes = lanesWithin(limit);
    while (lanes != 0) {
      const place = first + b + <u32>ctz(lanes);
      lanes &= lanes - 1;
      if (place <= own && load<u32>(core + (<usize>place << 2)) != 0) continue;
      store<u32>(to, place);
      to += 4;
    }
  }
  return to;
}

function countLeaf(p: usize, at: usize, rowBytes: usize, limit: v128): u32 {
  let count: u32 = 0;
  for (let b: u32 = 0; b < LEAF; b += 4, at += rowBytes << 2) {
    blockDistances(p, at, rowBytes);
    count += <u32>popcnt(lanesWithin(limit));
  }
  return count;
}

/**
 * Counts, or lists, the points within a radius of each query of the shard's tiles, box by box; `counts` are the places
 * (q u32) where the numbers of points go. Words 0 to 9 as in countWithin, those from 10 on as in listWithin.
 */
function visitWithin(shard: u32, block: usize, counts: usize, listing: bool): void {
  const points = address(block, 0);
  const leaves = word(block, 1);
  const d = word(block, 2);
  const leafBoxes = address(block, 3);
  const groupBoxes = address(block, 4);
  const queries = address(block, 5);
  const q = word(block, 6);
  const tileBoxes = address(block, 7);
  const perShard = word(block, 8);
  const radius = load<f64>(address(block, 9));
  const places = listing ? address(block, 10) : 0;
  const core = listing ? address(block, 11) : 0;
  const starts = listing ? address(block, 12) : 0;
  const out = listing ? address(block, 13) : 0;
  const rowBytes = <usize>d << 3;
  const boxBytes = rowBytes << 1;
  const leafBytes = rowBytes * LEAF;
  const limit = f64x2.splat(radius);
  const tiles = (q + LEAF - 1) / LEAF;
  const lastTile = min<u32>((shard + 1) * perShard, tiles);
  for (let t = shard * perShard; t < lastTile; t++) {
    const tileBox = tileBoxes + <usize>t * boxBytes;
    const start = t * LEAF;
    const end = min<u32>(start + LEAF, q);
    for (let i = start; i < end; i++) store<u32>(counts + (<usize>i << 2), 0);
    for (let g: u32 = 0; g * GROUP < leaves; g++) {
      if (boxGap(tileBox, groupBoxes + <usize>g * boxBytes, d) > radius) continue;
      const lastLeaf = min<u32>((g + 1) * GROUP, leaves);
      for (let leaf = g * GROUP; leaf < lastLeaf; leaf++) {
        const box = leafBoxes + <usize>leaf * boxBytes;
        if (boxGap(tileBox, box, d) > radius) continue;
        const at = points + <usize>leaf * leafBytes;
        for (let i = start; i < end; i++) {
          const own = listing ? load<u32>(places + (<usize>i << 2)) : 0;
          if (own == 0xffffffff) continue;
          const p = queries + <usize>i * rowBytes;
          if (pointGap(p, box, d) > radius) continue;
          const to = counts + (<usize>i << 2);
          const before = load<u32>(to);
          if (listing) {
            const from = out + (<usize>load<u32>(starts + (<usize>i << 2)) << 2);
            const last = listLeaf(p, at, rowBytes, limit, leaf * LEAF, own, core, from + (<usize>before << 2));
            store<u32>(to, <u32>((last - from) >> 2));
          } else {
            store<u32>(to, before + countLeaf(p, at, rowBytes, limit));
          }
        }
      }
    }
  }
}

/**
 * How many points lie within a radius of each query of the shard's tiles, a query that is a point itself included.
 * Words: 0 points (leaves of 8 blocks of d×4 f64, NaN past the last) · 1 leaves · 2 d · 3 leaf boxes (2d f64 each) ·
 * 4 group boxes · 5 queries (q×d f64) · 6 q · 7 tile boxes · 8 tiles a shard · 9 squared radius (f64) · 10 out (q u32)
 */
export function countWithin(shard: u32, block: usize): void {
  visitWithin(shard, block, address(block, 10), false);
}

/**
 * The places within a radius of each query of the shard's tiles: those of later core points than the query itself, and of
 * all points that are not core.
 * Words: 0 to 9 as in countWithin · 10 each query's own place (q u32; 0xffffffff: it wants none) · 11 core (place: u32,
 * 0 or not) · 12 where each list starts (q u32, entries) · 13 out (u32) · 14 lengths (q u32)
 */
export function listWithin(shard: u32, block: usize): void {
  visitWithin(shard, block, address(block, 14), true);
}

/** Puts a point into a query's rising list of k; of equal distances the lower row comes first. */
function keep(distance: f64, id: u32, k: u32, distances: usize, ids: usize): void {
  let at = k - 1;
  const last = load<f64>(distances + (<usize>at << 3));
  if (distance > last || (distance == last && id >= load<u32>(ids + (<usize>at << 2)))) return;
  while (at > 0) {
    const before = load<f64>(distances + (<usize>(at - 1) << 3));
    const idBefore = load<u32>(ids + (<usize>(at - 1) << 2));
    if (before < distance || (before == distance && idBefore < id)) break;
    store<f64>(distances + (<usize>at << 3), before);
    store<u32>(ids + (<usize>at << 2), idBefore);
    at--;
  }
  store<f64>(distances + (<usize>at << 3), distance);
  store<u32>(ids + (<usize>at << 2), id);
}

function nearestOfLeaf(p: usize, at: usize, rowBytes: usize, order: usize, k: u32, distances: usize, ids: usize): void {
  const worst = distances + (<usize>(k - 1) << 3);
  for (let b: u32 = 0; b < LEAF; b += 4, at += rowBytes << 2, order += 16) {
    blockDistances(p, at, rowBytes);
    if (lanesWithin(v128.load_splat<f64>(worst)) == 0) continue;
    const a0 = f64x2.extract_lane(near0, 0);
    const a1 = f64x2.extract_lane(near0, 1);
    const a2 = f64x2.extract_lane(near2, 0);
    const a3 = f64x2.extract_lane(near2, 1);
    // Written so that NaN, which fills up the last leaf, is never kept.
    if (a0 <= load<f64>(worst)) keep(a0, load<u32>(order), k, distances, ids);
    if (a1 <= load<f64>(worst)) keep(a1, load<u32>(order, 4), k, distances, ids);
    if (a2 <= load<f64>(worst)) keep(a2, load<u32>(order, 8), k, distances, ids);
    if (a3 <= load<f64>(worst)) keep(a3, load<u32>(order, 12), k, distances, ids);
  }
}

/**
 * The k nearest points of each query of the shard's tiles, squared distances rising.
 * Words: 0 to 8 as in countWithin · 9 k · 10 order (row of each place, u32) · 11 the leaf each tile begins with (u32) ·
 * 12 distances (q×k f64) · 13 rows (q×k u32)
 */
export function nearestPoints(shard: u32, block: usize): void {
  const points = address(block, 0);
  const leaves = word(block, 1);
  const d = word(block, 2);
  const leafBoxes = address(block, 3);
  const groupBoxes = address(block, 4);
  const queries = address(block, 5);
  const q = word(block, 6);
  const tileBoxes = address(block, 7);
  const perShard = word(block, 8);
  const k = word(block, 9);
  const order = address(block, 10);
  const homes = address(block, 11);
  const distances = address(block, 12);
  const ids = address(block, 13);
  const rowBytes = <usize>d << 3;
  const boxBytes = rowBytes << 1;
  const leafBytes = rowBytes * LEAF;
  const leafOrder: usize = LEAF << 2;
  const tiles = (q + LEAF - 1) / LEAF;
  const lastTile = min<u32>((shard + 1) * perShard, tiles);
  for (let t = shard * perShard; t < lastTile; t++) {
    const tileBox = tileBoxes + <usize>t * boxBytes;
    const start = t * LEAF;
    const end = min<u32>(start + LEAF, q);
    const home = load<u32>(homes + (<usize>t << 2));
    for (let i = start; i < end; i++) {
      const to = distances + ((<usize>i * k) << 3);
      const idsTo = ids + ((<usize>i * k) << 2);
      for (let at: u32 = 0; at < k; at++) {
        store<f64>(to + (<usize>at << 3), Infinity);
        store<u32>(idsTo + (<usize>at << 2), 0xffffffff);
      }
      const p = queries + <usize>i * rowBytes;
      nearestOfLeaf(p, points + <usize>home * leafBytes, rowBytes, order + <usize>home * leafOrder, k, to, idsTo);
    }
    for (let g: u32 = 0; g * GROUP < leaves; g++) {
      let worst: f64 = 0;
      for (let i = start; i < end; i++) worst = max<f64>(worst, load<f64>(distances + (((<usize>i + 1) * k - 1) << 3)));
      if (boxGap(tileBox, groupBoxes + <usize>g * boxBytes, d) > worst) continue;
      const lastLeaf = min<u32>((g + 1) * GROUP, leaves);
      for (let leaf = g * GROUP; leaf < lastLeaf; leaf++) {
        if (leaf == home) continue;
        const box = leafBoxes + <usize>leaf * boxBytes;
        if (boxGap(tileBox, box, d) > worst) continue;
        const at = points + <usize>leaf * leafBytes;
        for (let i = start; i < end; i++) {
          const p = queries + <usize>i * rowBytes;
          const to = distances + ((<usize>i * k) << 3);
          if (pointGap(p, box, d) > load<f64>(to + (<usize>(k - 1) << 3))) continue;
          nearestOfLeaf(p, at, rowBytes, order + <usize>leaf * leafOrder, k, to, ids + ((<usize>i * k) << 2));
        }
      }
    }
  }
}
