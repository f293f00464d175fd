// @ts-ignore: decorator
@inline
export function addProduct(sum: v128, a: v128, b: v128): v128 {
  return f64x2.add(sum, f64x2.mul(a, b));
}

/** Adds both lanes to a number in memory. */
// @ts-ignore: decorator
@inline
export function addSum(to: usize, pair: v128): void {
  store<f64>(to, load<f64>(to) + (f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)));
}

/**
 * Adds the products of columns, four by two, over an even number of rows: the places on and above the diagonal of a w×w
 * table of sums, and some below it. Even rows are summed in one lane, odd ones in the other. The second factors stand
 * `apart` bytes behind the first ones, a column `step` bytes behind the one before it.
 */
// @ts-ignore: decorator
@inline
export function addProducts(columns: usize, apart: usize, step: usize, rowBytes: usize, width: u32, sums: usize): void {
  const sumBytes = <usize>width << 3;
  const zero = f64x2.splat(0);
  for (let a: u32 = 0; a < width; a += 4) {
    for (let b: u32 = a; b < width; b += 2) {
      let from = columns + <usize>a * step;
      const gap = apart + <usize>(b - a) * step;
      let s0 = zero;
      let t0 = zero;
      let s1 = zero;
      let t1 = zero;
      let s2 = zero;
      let t2 = zero;
      let s3 = zero;
      let t3 = zero;
      const end = from + rowBytes;
      for (; from < end; from += 16) {
        const y0 = v128.load(from + gap);
        const y1 = v128.load(from + gap + step);
        const x0 = v128.load(from);
        s0 = addProduct(s0, x0, y0);
        t0 = addProduct(t0, x0, y1);
        const x1 = v128.load(from + step);
        s1 = addProduct(s1, x1, y0);
        t1 = addProduct(t1, x1, y1);
        const x2 = v128.load(from + 2 * step);
        s2 = addProduct(s2, x2, y0);
        t2 = addProduct(t2, x2, y1);
        const x3 = v128.load(from + 3 * step);
        s3 = addProduct(s3, x3, y0);
        t3 = addProduct(t3, x3, y1);
      }
      const to = sums + <usize>a * sumBytes + (<usize>b << 3);
      addSum(to, s0);
      addSum(to + 8, t0);
      addSum(to + sumBytes, s1);
      addSum(to + sumBytes + 8, t1);
      addSum(to + 2 * sumBytes, s2);
      addSum(to + 2 * sumBytes + 8, t2);
      addSum(to + 3 * sumBytes, s3);
      addSum(to + 3 * sumBytes + 8, t3);
    }
  }
}
