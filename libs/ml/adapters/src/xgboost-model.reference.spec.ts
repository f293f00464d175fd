import { treeMargins } from '@kohort/ml-propensity';
import legacy from './reference/legacy-model.json';
import golden from './reference/legacy-model.golden.json';
import { parseXgboostModel } from './xgboost-model';

describe('the binary model of XGBoost 0.7', () => {
  const bytes = Uint8Array.from(Buffer.from(legacy.model, 'base64'));
  const rows = { rows: legacy.rows, cols: legacy.cols, bins: Int16Array.from(legacy.bins) };
  const ensemble = parseXgboostModel(bytes);

  it('predicts like the engine that wrote it', () => {
    treeMargins(ensemble, rows).forEach((margin, row) => {
      expect(Math.abs(1 / (1 + Math.exp(-margin)) - (legacy.predictions[row] ?? NaN))).toBeLessThan(1e-6);
    });
  });

  it('has the margins that XGBoost 1.7.4 finds in it', () => {
    treeMargins(ensemble, rows).forEach((margin, row) => {
      expect(Math.abs(margin - (golden.margins[row] ?? NaN))).toBeLessThan(golden.tolerance);
    });
  });

  it('keeps parents before children and weights that add up', () => {
    expect(ensemble.trees).toHaveLength(12);
    for (const tree of ensemble.trees) {
      tree.feature.forEach((feature, node) => {
        if (feature < 0) return;
        const [left, right] = [tree.left[node] ?? -1, tree.right[node] ?? -1];
        expect(Math.min(left, right)).toBeGreaterThan(node);
        expect((tree.cover[left] ?? 0) + (tree.cover[right] ?? 0)).toBeCloseTo(tree.cover[node] ?? NaN, 3);
      });
    }
  });

  it('refuses what is cut short, another objective, and bytes that are no model', () => {
    for (let length = 0; length < bytes.length; length += 97) {
      expect(() => parseXgboostModel(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'XGBOOST_MODEL_UNREADABLE' }),
      );
    }
    const other = bytes.slice();
    other[144] = 'x'.charCodeAt(0);
    expect(() => parseXgboostModel(other)).toThrow(expect.objectContaining({ code: 'XGBOOST_MODEL_UNREADABLE' }));
    expect(() => parseXgboostModel(new Uint8Array(5_000).fill(0xff))).toThrow(
      expect.objectContaining({ code: 'XGBOOST_MODEL_UNREADABLE' }),
    );
  });
});
