import { seededRandom } from '@kohort/kernel-clock-random';
import { wideMatrixOf } from '@kohort/ml-core';
import { classificationTreeDefaults, fitClassificationTree, type ClassificationTree } from '@kohort/ml-trees';
import { classContributions } from './class-contributions';

const COLS = 3;

/** What the tree expects of a row when only some features are known. */
function expected(tree: ClassificationTree, row: readonly number[], known: ReadonlySet<number>, predicted: number) {
  const size = (node: number) => (tree.counts[node] ?? []).reduce((a, b) => a + b, 0);
  const below = (node: number): number => {
    const feature = tree.feature[node] as number;
    if (feature < 0) return (tree.counts[node]?.[predicted] ?? 0) / size(node);
    const [left, right] = [tree.left[node] as number, tree.right[node] as number];
    const value = row[feature] ?? NaN;
    const goesLeft = Number.isNaN(value) ? tree.missingLeft[node] : value <= (tree.threshold[node] as number);
    if (known.has(feature)) return below(goesLeft ? left : right);
    return (size(left) * below(left) + size(right) * below(right)) / size(node);
  };
  return below(0);
}

const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

describe('contributions to a class', () => {
  it('are the means over all orders in which features become known', async () => {
    const random = seededRandom(6);
    const rows = Array.from({ length: 120 }, () => [
      random.normal(),
      random.next() < 0.1 ? NaN : random.int(4),
      random.normal(),
    ]);
    const classOf = rows.map(([x = 0, y = 0]) => (y > 1 ? 2 : x > 0 ? 1 : 0));
    const matrix = wideMatrixOf(rows);
    const tree = await fitClassificationTree({ matrix, classOf }, { ...classificationTreeDefaults, maxLeaves: 9 });
    for (const predicted of [0, 1, 2]) {
      const { base, values } = classContributions(tree, matrix, predicted);
      rows.slice(0, 20).forEach((row, at) => {
        const wanted = new Float64Array(COLS);
        for (const order of ORDERS) {
          const known = new Set<number>();
          for (const feature of order) {
            const before = expected(tree, row, known, predicted);
            known.add(feature);
            wanted[feature] = (wanted[feature] ?? 0) + (expected(tree, row, known, predicted) - before) / ORDERS.length;
          }
        }
        const found = values.subarray(at * COLS, (at + 1) * COLS);
        found.forEach((value, j) => expect(value).toBeCloseTo(wanted[j] ?? NaN, 10));
        const all = expected(tree, row, new Set([0, 1, 2]), predicted);
        expect(base + found.reduce((a, b) => a + b, 0)).toBeCloseTo(all, 10);
      });
    }
    expect(() => classContributions(tree, matrix, 3)).toThrow(expect.objectContaining({ code: 'EXPLAIN_SHAPE' }));
  });
});
