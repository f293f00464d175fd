import { seededRandom } from '@kohort/kernel-clock-random';
import { columnMeans, columnVariances, matrixOf, wideMatrixOf, type Matrix } from '@kohort/ml-core';
import { hasDataSets, readColumns } from '../test/data-sets';
import { project } from './project';
import { projectionDefaults } from './project.params';
import golden from './reference/projection.golden.json';

function zScored(rows: readonly (readonly number[])[]): Matrix {
  const wide = wideMatrixOf(rows);
  const means = columnMeans(wide);
  const spreads = columnVariances(wide, means).map(Math.sqrt);
  return matrixOf(rows.map((row) => row.map((value, j) => (value - (means[j] ?? 0)) / (spreads[j] || 1))));
}

(hasDataSets ? describe : describe.skip)('pictures of public data, beside those of scikit-learn', () => {
  it.each(golden.sets)('$name', async ({ file, columns, scaled, rows, tsne, pca, divergence }) => {
    const cells = readColumns(file, columns);
    const matrix = scaled ? zScored(cells) : matrixOf(cells);
    expect(matrix.rows).toBe(rows);
    const plane = await project(matrix, projectionDefaults, { random: seededRandom(1) });
    // Ties in the data are ranked by row here, in no fixed order there.
    expect(Math.abs(plane.trustworthiness.value - pca)).toBeLessThan(1e-3);
    const picture = await project(matrix, { ...projectionDefaults, method: 'tsne' }, { random: seededRandom(1) });
    expect(picture.trustworthiness.value).toBeGreaterThanOrEqual(tsne - golden.tolerance.sets);
    expect(picture.divergence).toBeLessThan(divergence * 1.1 + 0.02);
  });
});
