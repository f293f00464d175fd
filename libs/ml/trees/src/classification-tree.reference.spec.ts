import { fitClassificationTree, predictClasses } from './classification-tree';
import { classificationTreeDefaults } from './classification-tree.params';
import golden from './reference/classification-tree.golden.json';

interface ReferenceParams {
  readonly max_leaf_nodes?: number;
  readonly max_depth?: number;
  readonly min_samples_leaf?: number;
  readonly min_impurity_decrease?: number;
}

const own = (given: ReferenceParams) => ({
  ...classificationTreeDefaults,
  ...(given.max_leaf_nodes === undefined ? {} : { maxLeaves: given.max_leaf_nodes }),
  ...(given.max_depth === undefined ? {} : { maxDepth: given.max_depth }),
  ...(given.min_samples_leaf === undefined ? {} : { minLeafRows: given.min_samples_leaf }),
  ...(given.min_impurity_decrease === undefined ? {} : { minGain: given.min_impurity_decrease }),
});

const share = (found: ArrayLike<number>, wanted: readonly number[]): number =>
  wanted.filter((one, at) => found[at] === one).length / wanted.length;

describe('classification trees against scikit-learn', () => {
  it.each(golden.cases)('$name', async ({ data, rows, cols, classes, later, truth, params, ...wanted }) => {
    const matrix = { data: Float64Array.from(data), rows, cols };
    const tree = await fitClassificationTree({ matrix, classOf: classes }, own(params));
    expect(tree.feature[0]).toBe(wanted.root.feature);
    // Their values are single precision.
    expect(tree.threshold[0]).toBeCloseTo(wanted.root.threshold, 6);
    const leaves = tree.feature.flatMap((feature, node) => (feature < 0 ? [tree.counts[node] ?? []] : []));
    const impurity = leaves.reduce((sum, counts) => {
      const size = counts.reduce((a, b) => a + b, 0);
      return sum + size - counts.reduce((squares, count) => squares + count * count, 0) / size;
    }, 0);
    expect(Math.abs(impurity / rows - wanted.impurity)).toBeLessThan(0.005);
    expect(Math.abs(leaves.length / wanted.leaves - 1)).toBeLessThan(0.1);
    expect(Math.abs(share(predictClasses(tree, matrix), classes) - wanted.trained)).toBeLessThan(0.01);
    const unseen = { data: Float64Array.from(later), rows: truth.length, cols };
    const slack = 0.01 + wanted.spread / 2;
    expect(Math.abs(share(predictClasses(tree, unseen), truth) - wanted.accuracy)).toBeLessThan(slack);
  });
});
