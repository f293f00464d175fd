import type { Matrix } from './matrix';

/** The column in which a range of places spreads widest. */
function widestColumn({ data, cols }: Matrix, order: Uint32Array, from: number, to: number): number {
  let widest = 0;
  let most = -1;
  for (let j = 0; j < cols; j += 1) {
    let low = Infinity;
    let high = -Infinity;
    for (let at = from; at < to; at += 1) {
      const value = data[(order[at] as number) * cols + j] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low <= most) continue;
    most = high - low;
    widest = j;
  }
  return widest;
}

/** Hoare's selection: afterwards no key before `middle` is above one from it on. Keys and rows move together. */
function selectMiddle(
  keys: Float32Array,
  order: Uint32Array,
  range: { from: number; to: number },
  middle: number,
): void {
  let low = range.from;
  let high = range.to - 1;
  while (low < high) {
    const pivot = keys[(low + high) >>> 1] as number;
    let i = low;
    let j = high;
    while (i <= j) {
      while ((keys[i] as number) < pivot) i += 1;
      while ((keys[j] as number) > pivot) j -= 1;
      if (i > j) break;
      const key = keys[i] as number;
      const row = order[i] as number;
      keys[i] = keys[j] as number;
      order[i] = order[j] as number;
      keys[j] = key;
      order[j] = row;
      i += 1;
      j -= 1;
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}

/**
 * Rows in the order of a k-d tree's leaves: each run of `leaf` rows lies close together, and so do neighbouring runs.
 * Every leaf but the last is full.
 *
 * Shape   returns n rows, each once
 * Cost    O(n · (d + 1) · log(n / leaf))
 * Source  Bentley 1975, split at the median of the widest column
 */
export function leafOrder(points: Matrix, leaf: number): Uint32Array {
  const { data, rows, cols } = points;
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  const keys = new Float32Array(rows);
  const open: [number, number][] = [[0, rows]];
  for (let range = open.pop(); range; range = open.pop()) {
    const [from, to] = range;
    const leaves = Math.ceil((to - from) / leaf);
    if (leaves < 2) continue;
    const middle = from + Math.ceil(leaves / 2) * leaf;
    const column = widestColumn(points, order, from, to);
    for (let at = from; at < to; at += 1) keys[at] = data[(order[at] as number) * cols + column] as number;
    selectMiddle(keys, order, { from, to }, middle);
    open.push([middle, to], [from, middle]);
  }
  return order;
}
