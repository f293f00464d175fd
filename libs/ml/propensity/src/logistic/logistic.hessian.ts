import type { SparseRows } from './sparse-rows';

/** Rows taken together where most cells are filled; a block's columns stay in the nearest cache. */
const BLOCK = 256;
/** From this share of filled cells on, whole columns are faster than single cells (measured at 20 and 100 columns). */
const DENSE_SHARE = 0.3;

/**
 * Σ weight · x xᵀ over the rows: the part of the Hessian that the data makes.
 *
 * Shape   weights: one per row; returns the lower triangle, row-major width × width
 * Cost    Σ cells² / 2 products for sparse rows, n · width² / 2 (each several times cheaper) for full ones
 */
export function weightedProducts(data: SparseRows, weights: Float64Array): Float64Array {
  const share = data.values.length / Math.max(1, data.rows * data.width);
  return share < DENSE_SHARE ? sparseProducts(data, weights) : blockProducts(data, weights);
}

function sparseProducts({ rows, width, starts, columns, values }: SparseRows, weights: Float64Array): Float64Array {
  const products = new Float64Array(width * width);
  for (let row = 0; row < rows; row += 1) {
    const weight = weights[row] as number;
    const start = starts[row] as number;
    const end = starts[row + 1] as number;
    for (let a = start; a < end; a += 1) {
      const scaled = weight * (values[a] as number);
      const line = (columns[a] as number) * width;
      // A row's columns rise, so b ≤ a stays in the lower triangle.
      for (let b = start; b <= a; b += 1) {
        const at = line + (columns[b] as number);
        products[at] = (products[at] as number) + scaled * (values[b] as number);
      }
    }
  }
  return products;
}

function blockProducts(data: SparseRows, weights: Float64Array): Float64Array {
  const { rows, width, starts, columns, values } = data;
  const products = new Float64Array(width * width);
  const plain = new Float64Array(width * BLOCK);
  const weighted = new Float64Array(width * BLOCK);
  for (let first = 0; first < rows; first += BLOCK) {
    plain.fill(0);
    weighted.fill(0);
    const last = Math.min(rows, first + BLOCK);
    for (let row = first; row < last; row += 1) {
      const weight = weights[row] as number;
      const end = starts[row + 1] as number;
      for (let k = starts[row] as number; k < end; k += 1) {
        const at = (columns[k] as number) * BLOCK + row - first;
        plain[at] = values[k] as number;
        weighted[at] = weight * (values[k] as number);
      }
    }
    addBlock(products, { plain, weighted, width });
  }
  return products;
}

interface Block {
  /** width × BLOCK, column after column. */
  readonly plain: Float64Array;
  readonly weighted: Float64Array;
  readonly width: number;
}

/** Adds the products of all pairs of columns, two by two: four sums share four loads. */
function addBlock(products: Float64Array, { plain, weighted, width }: Block): void {
  for (let a = 0; a < width; a += 2) {
    const a0 = a * BLOCK;
    // A last odd column is paired with itself; its second sums are not kept.
    const a1 = Math.min(a + 1, width - 1) * BLOCK;
    for (let b = 0; b <= a; b += 2) {
      const b0 = b * BLOCK;
      const b1 = Math.min(b + 1, width - 1) * BLOCK;
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      for (let k = 0; k < BLOCK; k += 1) {
        const u0 = weighted[a0 + k] as number;
        const u1 = weighted[a1 + k] as number;
        const v0 = plain[b0 + k] as number;
        const v1 = plain[b1 + k] as number;
        s00 += u0 * v0;
        s01 += u0 * v1;
        s10 += u1 * v0;
        s11 += u1 * v1;
      }
      const at = a * width + b;
      products[at] = (products[at] as number) + s00;
      if (b + 1 <= a) products[at + 1] = (products[at + 1] as number) + s01;
      if (a + 1 >= width) continue;
      products[at + width] = (products[at + width] as number) + s10;
      if (b + 1 < width) products[at + width + 1] = (products[at + width + 1] as number) + s11;
    }
  }
}
