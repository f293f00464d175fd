import type { TreeEnsemble } from '@kohort/ml-propensity';
import { foldContributions, meanAbsoluteContributions } from './contributions';
import { columnMeans, linearContributions } from './linear-contributions';
import { topReasons } from './top-reasons';
import { treeContributions } from './tree-shap';

describe('treeContributions', () => {
  it('splits an "and" of two features by hand', () => {
    // 4 where both are at least 1, of 4 equally heavy cells: mean 1; by symmetry each feature gets half of 4 − 1.
    const both: TreeEnsemble = {
      version: 1,
      kind: 'trees',
      featureCount: 2,
      baseMargin: 0,
      trees: [
        {
          feature: [0, -1, 1, -1, -1],
          threshold: [1, 0, 1, 0, 0],
          left: [1, -1, 3, -1, -1],
          right: [2, -1, 4, -1, -1],
          missingLeft: [0, 0, 0, 0, 0],
          value: [0, 0, 0, 0, 4],
          cover: [4, 2, 2, 1, 1],
        },
      ],
    };
    const { base, values } = treeContributions(both, { rows: 2, cols: 2, bins: Int16Array.of(1, 1, 0, 1) });
    expect(base).toBe(1);
    expect([...values]).toEqual([1.5, 1.5, -1.5, 0.5]);
  });

  it('refuses rows of another width', () => {
    const empty: TreeEnsemble = { version: 1, kind: 'trees', featureCount: 2, baseMargin: 0, trees: [] };
    expect(() => treeContributions(empty, { rows: 1, cols: 1, bins: Int16Array.of(1) })).toThrow(
      expect.objectContaining({ code: 'EXPLAIN_SHAPE' }),
    );
  });
});

describe('linearContributions', () => {
  const matrix = { rows: 2, cols: 2, data: Float64Array.of(1, 10, 3, 20) };

  it('measures against the means and adds up to the margin', () => {
    const means = columnMeans(matrix);
    expect([...means]).toEqual([2, 15]);
    const { base, values } = linearContributions({ intercept: 0.5, coefficients: [2, -0.1] }, matrix, means);
    expect(base).toBeCloseTo(0.5 + 4 - 1.5, 12);
    [-2, 0.5, 2, -0.5].forEach((wanted, i) => expect(values[i]).toBeCloseTo(wanted, 12));
    expect(base + (values[0] ?? NaN) + (values[1] ?? NaN)).toBeCloseTo(0.5 + 2 * 1 - 0.1 * 10, 12);
  });

  it('refuses means of another width', () => {
    expect(() => linearContributions({ intercept: 0, coefficients: [1, 1] }, matrix, [0])).toThrow(
      expect.objectContaining({ code: 'EXPLAIN_SHAPE' }),
    );
  });
});

describe('folding and ranking', () => {
  const contributions = { rows: 2, features: 3, base: 1, values: Float64Array.of(1, 2, -4, 0, -2, 2) };

  it('adds the levels of one source up', () => {
    const folded = foldContributions(contributions, [0, 1, 1], 2);
    expect(folded).toEqual({ rows: 2, features: 2, base: 1, values: Float64Array.of(1, -2, 0, 0) });
    expect([...meanAbsoluteContributions(contributions)]).toEqual([0.5, 2, 3]);
    expect(() => foldContributions(contributions, [0], 1)).toThrow(expect.objectContaining({ code: 'EXPLAIN_SHAPE' }));
  });

  it('gives the strongest reasons first, earlier features first among equals, none that adds nothing', () => {
    const row = { featureNames: ['age', 'plan', 'visits', 'city'], values: [40, 'free', null, 'x'] };
    expect(topReasons([0.5, -0.7, 0, 0.5], row, 5)).toEqual([
      { feature: 'plan', value: 'free', direction: 'lowers', contribution: -0.7 },
      { feature: 'age', value: 40, direction: 'raises', contribution: 0.5 },
      { feature: 'city', value: 'x', direction: 'raises', contribution: 0.5 },
    ]);
    expect(topReasons([0.5, -0.7, 0.1, 0.5], row, 1)).toHaveLength(1);
    expect(() => topReasons([1], row, 1)).toThrow(expect.objectContaining({ code: 'EXPLAIN_SHAPE' }));
  });
});
