/** Reads word `index` of a command's argument block: every kernel takes (shard, address of its block of u32 words). */
// @ts-ignore: decorator
@inline
export function word(block: usize, index: i32): u32 {
  return load<u32>(block + (<usize>index << 2));
}

/** The same word, as an address. */
// @ts-ignore: decorator
@inline
export function address(block: usize, index: i32): usize {
  return load<usize>(block + (<usize>index << 2));
}

/** The lane (0..7) of the smallest of eight values held in two vectors; the lowest lane wins a tie. */
// @ts-ignore: decorator
@inline
export function laneOfMinimum(low: v128, high: v128, minimum: v128): i32 {
  return i32x4.bitmask(f32x4.eq(low, minimum)) | (i32x4.bitmask(f32x4.eq(high, minimum)) << 4);
}

/** The smallest of eight values, in all four lanes. */
// @ts-ignore: decorator
@inline
export function minimumOfEight(low: v128, high: v128): v128 {
  let m = f32x4.pmin(low, high);
  m = f32x4.pmin(m, v128.shuffle<f32>(m, m, 2, 3, 0, 1));
  return f32x4.pmin(m, v128.shuffle<f32>(m, m, 1, 0, 3, 2));
}
