/** 1.5 · 2^52: added, it rounds to an integer, which then stands in the low bits. */
// @ts-ignore: decorator
@inline
function shift(): v128 {
  return f64x2.splat(6755399441055744);
}

/** How often log 2 goes into two numbers, rounded, in the low bits: what the two below take. */
// @ts-ignore: decorator
@inline
export function shiftedHalvings(y: v128): v128 {
  return f64x2.add(f64x2.mul(y, f64x2.splat(1.4426950408889634)), shift());
}

/** e^r − 1 of what is left of y once that many times log 2 are taken away. */
// @ts-ignore: decorator
@inline
export function expm1OfRest(y: v128, shifted: v128): v128 {
  const k = f64x2.sub(shifted, shift());
  const high = f64x2.sub(y, f64x2.mul(k, f64x2.splat(6.9314718036912382e-1)));
  const r = f64x2.sub(high, f64x2.mul(k, f64x2.splat(1.9082149292705877e-10)));
  const z = f64x2.mul(r, r);
  // Odd and even terms of the series apart: two short chains instead of a long one.
  let odd = f64x2.splat(1.6059043836821613e-10);
  odd = f64x2.add(f64x2.mul(odd, z), f64x2.splat(2.505210838544172e-8));
  odd = f64x2.add(f64x2.mul(odd, z), f64x2.splat(2.7557319223985893e-6));
  odd = f64x2.add(f64x2.mul(odd, z), f64x2.splat(1.984126984126984e-4));
  odd = f64x2.add(f64x2.mul(odd, z), f64x2.splat(8.333333333333333e-3));
  odd = f64x2.add(f64x2.mul(odd, z), f64x2.splat(1.6666666666666666e-1));
  let even = f64x2.splat(2.08767569878681e-9);
  even = f64x2.add(f64x2.mul(even, z), f64x2.splat(2.755731922398589e-7));
  even = f64x2.add(f64x2.mul(even, z), f64x2.splat(2.48015873015873e-5));
  even = f64x2.add(f64x2.mul(even, z), f64x2.splat(1.388888888888889e-3));
  even = f64x2.add(f64x2.mul(even, z), f64x2.splat(4.1666666666666664e-2));
  even = f64x2.add(f64x2.mul(even, z), f64x2.splat(0.5));
  return f64x2.add(r, f64x2.mul(z, f64x2.add(even, f64x2.mul(r, odd))));
}

/** 2 to that many; a normal number for −1022 to 1023. */
// @ts-ignore: decorator
@inline
export function powerOfTwo(shifted: v128): v128 {
  return i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
}
