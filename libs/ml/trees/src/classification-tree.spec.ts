import { seededRandom } from '@kohort/kernel-clock-random';
import { wideMatrixOf } from '@kohort/ml-core';
import { fitClassificationTree, leavesOf, predictClasses } from './classification-tree';
import { classificationTreeDefaults, type ClassificationTreeParams } from './classification-tree.params';
import { treeFromJson, treeToJson } from './classification-tree.state';
import { shortestBetween } from './grow-tree';
import { treePaths } from './tree-paths';

const fit = (rows: number[][], classOf: number[], params: Partial<ClassificationTreeParams> = {}) =>
  fitClassificationTree({ matrix: wideMatrixOf(rows), classOf }, { ...classificationTreeDefaults, ...params });

describe('a classification tree', () => {
  it('splits by hand: the middle between two neighbours, or the shortest number there', async () => {
    const rows = [[1], [2], [3.25], [3.75]];
    const middle = await fit(rows, [0, 0, 0, 1]);
    expect(middle).toMatchObject({
      feature: [0, -1, -1],
      threshold: [3.5, 0, 0],
      counts: [
        [3, 1],
        [3, 0],
        [0, 1],
      ],
    });
    const shortest = await fit([[1], [2], [1234.56], [1300]], [0, 0, 0, 1], { thresholds: 'shortest' });
    expect(shortest.threshold[0]).toBe(1270);
    expect(shortestBetween(3, 4)).toBe(3);
    expect(shortestBetween(-0.15, 0.2)).toBe(0.02);
  });

  it('learns exclusive or, whose first split gains nothing', async () => {
    const rows = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ];
    const tree = await fit(rows, [0, 1, 1, 0]);
    expect([...predictClasses(tree, wideMatrixOf(rows))]).toEqual([0, 1, 1, 0]);
  });

  it('sends missing values where they gain most, and parts them from all others where that is best', async () => {
    const rows = [[1], [2], [NaN], [8], [9], [NaN]];
    const withHigh = await fit(rows, [0, 0, 1, 1, 1, 1]);
    expect(withHigh).toMatchObject({ feature: [0, -1, -1], missingLeft: [false, false, false] });
    const withLow = await fit(rows, [0, 0, 0, 1, 1, 0]);
    expect(withLow.missingLeft[0]).toBe(true);
    const alone = await fit(rows, [0, 0, 1, 0, 0, 1]);
    expect([...predictClasses(alone, wideMatrixOf([[5], [NaN], [1e9]]))]).toEqual([0, 1, 0]);
    expect(treePaths(alone).map(({ predicted, intervals }) => ({ predicted, intervals }))).toEqual([
      { predicted: 0, intervals: [{ feature: 0, above: null, upTo: null, missing: false, present: true }] },
      { predicted: 1, intervals: [{ feature: 0, above: null, upTo: null, missing: true, present: false }] },
    ]);
  });

  it('keeps to its bounds: depth, leaves, rows of a leaf', async () => {
    const random = seededRandom(2);
    const rows = Array.from({ length: 300 }, () => [random.normal(), random.normal()]);
    const classOf = rows.map(([x = 0, y = 0]) => (x * y > 0.2 ? 2 : x > y ? 1 : 0));
    const shallow = await fit(rows, classOf, { maxDepth: 2 });
    expect(shallow.feature.filter((feature) => feature < 0).length).toBeLessThanOrEqual(4);
    const narrow = await fit(rows, classOf, { maxLeaves: 5, minLeafRows: 20 });
    const leaves = narrow.counts.filter((_, node) => narrow.feature[node] === -1);
    expect(leaves).toHaveLength(5);
    expect(Math.min(...leaves.map((counts) => counts.reduce((a, b) => a + b)))).toBeGreaterThanOrEqual(20);
  });

  it('cut at quantiles says nearly the same as exact, and columns without difference are not split', async () => {
    const random = seededRandom(5);
    const rows = Array.from({ length: 2000 }, () => [random.normal(), 7, random.normal()]);
    const classOf = rows.map(([x = 0, , z = 0]) => (x > 0.3 ? 1 : 0) + (z > -0.5 ? 2 : 0));
    const cut = await fit(rows, classOf, { exactRows: 100, bins: 64 });
    expect(cut.feature).not.toContain(1);
    const found = predictClasses(cut, wideMatrixOf(rows));
    expect(classOf.filter((one, at) => one === found[at]).length / 2000).toBeGreaterThan(0.98);
  });

  it('has paths that every row follows exactly once, to the class the tree says', async () => {
    const random = seededRandom(9);
    const cell = () => (random.next() < 0.1 ? NaN : random.normal());
    const rows = Array.from({ length: 200 }, () => [cell(), cell(), cell()]);
    const classOf = rows.map(([x = 0, y = 0]) => (Number.isNaN(x) ? 2 : x + y > 0 ? 1 : 0));
    const tree = await fit(rows, classOf, { maxLeaves: 12 });
    const paths = treePaths(tree);
    const predicted = predictClasses(tree, wideMatrixOf(rows));
    rows.forEach((row, i) => {
      const followed = paths.filter(({ intervals }) =>
        intervals.every(({ feature, above, upTo, missing, present }) => {
          const value = row[feature] ?? NaN;
          if (Number.isNaN(value)) return missing;
          return present && value > (above ?? -Infinity) && value <= (upTo ?? Infinity);
        }),
      );
      expect(followed.map((path) => path.predicted)).toEqual([predicted[i]]);
    });
  });

  it('reads back what it wrote, refuses what cannot be a tree and rows of another width', async () => {
    const tree = await fit([[1], [2], [3]], [0, 1, 1]);
    expect(treeFromJson(JSON.parse(JSON.stringify(treeToJson(tree))))).toEqual(tree);
    for (const broken of [
      { ...tree, version: 2 },
      { ...tree, left: [0, -1, -1] },
      { ...tree, feature: [1, -1, -1] },
      { ...tree, counts: [[1, 2]] },
    ]) {
      expect(() => treeFromJson(broken)).toThrow(expect.objectContaining({ code: 'ML_STATE' }));
    }
    expect(() => leavesOf(tree, wideMatrixOf([[1, 2]]))).toThrow(expect.objectContaining({ code: 'ML_SHAPE' }));
  });

  it('stops when told to', async () => {
    const training = { matrix: wideMatrixOf([[1], [2]]), classOf: [0, 1] };
    const stopped = fitClassificationTree(training, classificationTreeDefaults, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'ML_CANCELLED' });
  });
});
