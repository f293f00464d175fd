import { address, word } from './words';

// @ts-ignore: decorator
@inline
function addSum(to: usize, pair: v128): void {
  store<f64>(to, load<f64>(to) + (f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)));
}

// @ts-ignore: decorator
@inline
function addProduct(sum: v128, a: v128, b: v128): v128 {
  return f64x2.add(sum, f64x2.mul(a, b));
}

/**
 * Adds the products of every two columns over the shard's rows to the shard's sums: the places on and above the diagonal,
 * and some below it. Even rows are summed in one lane, odd ones in the other.
 * Words: 0 x (w columns of f64, zeros past the last row) · 1 from one column to the next, numbers · 2 rows a shard, even ·
 * 3 w, a multiple of 4 · 4 sums (shards × w×w f64, added to)
 */
export function crossProducts(shard: u32, block: usize): void {
  const bytes = <usize>word(block, 1) << 3;
  const rowBytes = <usize>word(block, 2) << 3;
  const width = word(block, 3);
  const columns = address(block, 0) + <usize>shard * rowBytes;
  const sumBytes = <usize>width << 3;
  const sums = address(block, 4) + <usize>shard * width * sumBytes;
  const zero = f64x2.splat(0);
  for (let a: u32 = 0; a < width; a += 4) {
    for (let b: u32 = a; b < width; b += 2) {
      let from = columns + <usize>a * bytes;
      const gap = <usize>(b - a) * bytes;
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
        const y1 = v128.load(from + gap + bytes);
        const x0 = v128.load(from);
        s0 = addProduct(s0, x0, y0);
        t0 = addProduct(t0, x0, y1);
        const x1 = v128.load(from + bytes);
        s1 = addProduct(s1, x1, y0);
        t1 = addProduct(t1, x1, y1);
        const x2 = v128.load(from + 2 * bytes);
        s2 = addProduct(s2, x2, y0);
        t2 = addProduct(t2, x2, y1);
        const x3 = v128.load(from + 3 * bytes);
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

/**
 * Coordinates of the shard's rows along directions: the sum over the columns, in their order, of weight × value.
 * Words: 0 x (w columns of f64) · 1 from one column to the next, numbers · 2 rows a shard, a multiple of 4 · 3 w ·
 * 4 weights (m/4 × w×4 f64) · 5 m, a multiple of 4 · 6 out (m columns, as far apart as those of x)
 */
export function projectRows(shard: u32, block: usize): void {
  const bytes = <usize>word(block, 1) << 3;
  const rowBytes = <usize>word(block, 2) << 3;
  const width = word(block, 3);
  const weights = address(block, 4);
  const m = word(block, 5);
  const columns = address(block, 0) + <usize>shard * rowBytes;
  const out = address(block, 6) + <usize>shard * rowBytes;
  const zero = f64x2.splat(0);
  for (let k: u32 = 0; k < m; k += 4) {
    const first = weights + ((<usize>k * width) << 3);
    const last = first + (<usize>width << 5);
    for (let offset: usize = 0; offset < rowBytes; offset += 32) {
      let from = columns + offset;
      let s0 = zero;
      let t0 = zero;
      let s1 = zero;
      let t1 = zero;
      let s2 = zero;
      let t2 = zero;
      let s3 = zero;
      let t3 = zero;
      for (let at = first; at < last; at += 32, from += bytes) {
        const x = v128.load(from);
        const y = v128.load(from, 16);
        const w0 = v128.load_splat<f64>(at);
        s0 = addProduct(s0, w0, x);
        t0 = addProduct(t0, w0, y);
        const w1 = v128.load_splat<f64>(at + 8);
        s1 = addProduct(s1, w1, x);
        t1 = addProduct(t1, w1, y);
        const w2 = v128.load_splat<f64>(at + 16);
        s2 = addProduct(s2, w2, x);
        t2 = addProduct(t2, w2, y);
        const w3 = v128.load_splat<f64>(at + 24);
        s3 = addProduct(s3, w3, x);
        t3 = addProduct(t3, w3, y);
      }
      const to = out + <usize>k * bytes + offset;
      v128.store(to, s0);
      v128.store(to, t0, 16);
      v128.store(to + bytes, s1);
      v128.store(to + bytes, t1, 16);
      v128.store(to + 2 * bytes, s2);
      v128.store(to + 2 * bytes, t2, 16);
      v128.store(to + 3 * bytes, s3);
      v128.store(to + 3 * bytes, t3, 16);
    }
  }
}
