import { seededRandom } from '@kohort/kernel-clock-random';
import { hasDataSets, readColumns, zScored } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { project } from './project';
import { projectionDefaults } from './project.params';
import golden from './reference/projection.golden.json';

(hasDataSets ? describe : describe.skip)('pictures of public data, beside those of scikit-learn', () => {
  it.each(golden.sets)('$name', async ({ file, columns, scaled, rows, tsne, pca, divergence }) => {
    const cells = readColumns(file, columns);
    const matrix = matrixOf(scaled ? zScored(cells) : cells);
    expect(matrix.rows).toBe(rows);
    const plane = await project(matrix, projectionDefaults, { random: seededRandom(1) });
    // Ties in the data are ranked by row here, in no fixed order there.
    expect(Math.abs(plane.trustworthiness.value - pca)).toBeLessThan(1e-3);
    const picture = await project(matrix, { ...projectionDefaults, method: 'tsne' }, { random: seededRandom(1) });
    expect(picture.trustworthiness.value).toBeGreaterThanOrEqual(tsne - golden.tolerance.sets);
    expect(picture.divergence).toBeLessThan(divergence * 1.1 + 0.02);
  });
});
