import { parseTreeEnsemble, treeMargins } from '@kohort/ml-propensity';
import golden from './reference/tree-shap.golden.json';
import { treeContributions } from './tree-shap';

describe.each(golden.cases)('TreeSHAP against XGBoost 1.7.4: $name', (example) => {
  const ensemble = parseTreeEnsemble(example.ensemble);
  const rows = { rows: golden.rows, cols: golden.cols, bins: Int16Array.from(example.bins) };
  const margins = treeMargins(ensemble, rows);
  const found = treeContributions(ensemble, rows);

  it('margins', () => {
    margins.forEach((margin, row) => {
      expect(Math.abs(margin - (example.margins[row] ?? NaN))).toBeLessThan(golden.tolerance);
    });
  });

  it('every contribution and the base', () => {
    const width = golden.cols + 1;
    for (let row = 0; row < golden.rows; row += 1) {
      for (let feature = 0; feature < golden.cols; feature += 1) {
        const wanted = example.contributions[row * width + feature] ?? NaN;
        expect(Math.abs((found.values[row * golden.cols + feature] ?? NaN) - wanted)).toBeLessThan(golden.tolerance);
      }
      expect(Math.abs(found.base - (example.contributions[row * width + golden.cols] ?? NaN))).toBeLessThan(
        golden.tolerance,
      );
    }
  });

  it('base and contributions add up to the margin', () => {
    margins.forEach((margin, row) => {
      const sum = found.values.subarray(row * golden.cols, (row + 1) * golden.cols).reduce((a, b) => a + b, found.base);
      expect(Math.abs(sum - margin)).toBeLessThan(1e-9);
    });
  });
});
