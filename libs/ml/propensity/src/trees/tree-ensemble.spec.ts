import { parseTreeEnsemble, treeMargins, type TreeEnsemble } from './tree-ensemble';

const stump: TreeEnsemble = {
  version: 1,
  kind: 'trees',
  featureCount: 2,
  baseMargin: 0.5,
  trees: [
    {
      feature: [1, -1, 0, -1, -1],
      threshold: [3, 0, 7, 0, 0],
      left: [1, -1, 3, -1, -1],
      right: [2, -1, 4, -1, -1],
      missingLeft: [1, 0, 0, 0, 0],
      value: [0, 1, 0, 10, 100],
      cover: [8, 3, 5, 2, 3],
    },
    { feature: [-1], threshold: [0], left: [-1], right: [-1], missingLeft: [0], value: [0.25], cover: [8] },
  ],
};

describe('tree ensemble', () => {
  it('sends rows down by hand', () => {
    const bins = Int16Array.from([0, 2, 6, 3, 7, 3, -1, 9, 5, -1]);
    expect([...treeMargins(stump, { rows: 5, cols: 2, bins })]).toEqual([1.75, 10.75, 100.75, 100.75, 1.75]);
  });

  it('reads back what it wrote and refuses what cannot be trees', () => {
    expect(parseTreeEnsemble(JSON.parse(JSON.stringify(stump)))).toEqual(stump);
    const [tree] = stump.trees;
    for (const broken of [
      { ...stump, version: 2 },
      { ...stump, featureCount: 1 },
      { ...stump, trees: [{ ...tree, left: [0, -1, 3, -1, -1] }] },
      { ...stump, trees: [{ ...tree, right: [2, -1, 9, -1, -1] }] },
      { ...stump, trees: [{ ...tree, cover: [1] }] },
    ]) {
      expect(() => parseTreeEnsemble(broken)).toThrow(expect.objectContaining({ code: 'PROPENSITY_STATE_INVALID' }));
    }
  });

  it('refuses rows of another width', () => {
    expect(() => treeMargins(stump, { rows: 1, cols: 1, bins: Int16Array.of(1) })).toThrow(
      expect.objectContaining({ code: 'TREES_SHAPE' }),
    );
  });
});
