import { addProduct, addProducts } from './sums';
import { address, word } from './words';

/**
 * Adds the products of every two columns over the shard's rows to the shard's sums, as addProducts does.
 * Words: 0 x (w columns of f64, zeros past the last row) · 1 from one column to the next, numbers · 2 rows a shard, even ·
 * 3 w, a multiple of 4 · 4 sums (shards × w×w f64, added to)
 */
export function crossProducts(shard: u32, block: usize): void {
  const bytes = <usize>word(block, 1) << 3;
  const rowBytes = <usize>word(block, 2) << 3;
  const width = word(block, 3);
  const columns = address(block, 0) + <usize>shard * rowBytes;
  const sums = address(block, 4) + <usize>shard * width * (<usize>width << 3);
  addProducts(columns, 0, bytes, rowBytes, width, sums);
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
