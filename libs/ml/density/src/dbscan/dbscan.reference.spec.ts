import { seededRandom } from '@kohort/kernel-clock-random';
import { dbscan } from './dbscan';
import golden from './reference/dbscan.golden.json';

describe('DBSCAN against scikit-learn', () => {
  it.each(golden.cases)('$name', async ({ data, rows, cols, eps, minPoints, labels, core }) => {
    const matrix = { data: Float32Array.from(data), rows, cols };
    const fitted = await dbscan.fit(matrix, { eps, minPoints }, { random: seededRandom(1) });
    expect([...fitted.labels]).toEqual(labels);
    expect([...fitted.isCore.keys()].filter((row) => fitted.isCore[row] === 1)).toEqual(core);
  });
});
