import type { Matrix } from './matrix';
import { indexNeighbours, type NeighbourIndex } from './neighbours';

const remembered = new WeakMap<Float32Array, NeighbourIndex>();

/**
 * The index of rows that never change, as those of a fitted model: made once, and kept as long as the rows are. What makes
 * placing one new row cheap.
 */
export function rememberedIndex(points: Matrix): NeighbourIndex {
  const known = remembered.get(points.data);
  if (known && known.rows === points.rows && known.cols === points.cols) return known;
  const made = indexNeighbours(points);
  remembered.set(points.data, made);
  return made;
}
