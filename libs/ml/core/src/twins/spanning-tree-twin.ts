import type { Matrix } from '../matrix';
import type { SpanningTree, TreeGrowth } from '../spanning-tree';
import { squaredGapTwin } from './neighbours-twin';

/** Prim's algorithm pair by pair: the oracle of the kernel, equal bit for bit. Not exported by the package. */
export function spanningTreeTwin(points: Matrix, { coreSquared, by, radius = Infinity }: TreeGrowth): SpanningTree {
  const n = points.rows;
  const need = new Float64Array(n).fill(Infinity);
  const through = new Int32Array(n).fill(-1);
  const open = new Set(Array.from({ length: n }, (_, i) => i));
  const coreOf = (i: number): number => coreSquared?.[i] ?? 0;
  const tree = { order: new Uint32Array(n), need: new Float64Array(n), through: new Int32Array(n) };
  for (let at = 0; at < n; at += 1) {
    let next = -1;
    for (const i of open) if (next < 0 || (need[i] as number) < (need[next] as number)) next = i;
    open.delete(next);
    tree.order[at] = next;
    tree.need[at] = Math.sqrt(need[next] as number);
    tree.through[at] = through[next] as number;
    for (const q of open) {
      const squared = squaredGapTwin(points, q, points, next);
      if (squared > radius ** 2) continue;
      const wanted = Math.max(squared, coreOf(next), by === 'mutual' ? coreOf(q) : 0);
      if (wanted >= (need[q] as number)) continue;
      need[q] = wanted;
      through[q] = next;
    }
  }
  return tree;
}
