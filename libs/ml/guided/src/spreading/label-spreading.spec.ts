import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from '@kohort/ml-core';
import { labelSpreading } from './label-spreading';
import { labelSpreadingDefaults } from './label-spreading.params';

const control = () => ({ random: seededRandom(3) });

describe('label spreading', () => {
  it('labels two half circles from one row each', async () => {
    const random = seededRandom(5);
    const points = Array.from({ length: 300 }, (_, i) => {
      const angle = random.next() * Math.PI;
      const [x, y] = i % 2 === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
      return [x + random.normal() * 0.04, y + random.normal() * 0.04];
    });
    const labels = points.map((_, i) => (i < 2 ? i : -1));
    const params = { ...labelSpreadingDefaults, clamping: 0.99, maxIterations: 2_000, tolerance: 1e-6 };
    const fitted = await labelSpreading.fit({ matrix: matrixOf(points), labels }, params, control());
    expect([...fitted.labels].filter((label, i) => label === i % 2).length / 300).toBeGreaterThan(0.97);
    expect([
      ...(await labelSpreading.predict(
        fitted,
        matrixOf([
          [0, 1],
          [1, -0.5],
        ]),
      )),
    ]).toEqual([0, 1]);
  });

  it('says −1 where no label reaches', async () => {
    const matrix = matrixOf([[0], [1], [2], [100], [101], [102]]);
    const params = { ...labelSpreadingDefaults, affinity: { method: 'neighbours', neighbours: 2 } as const };
    const fitted = await labelSpreading.fit({ matrix, labels: [0, -1, -1, -1, -1, -1] }, params, control());
    expect([...fitted.labels]).toEqual([0, 0, 0, -1, -1, -1]);
  });

  it('names labels that do not fit', async () => {
    const matrix = matrixOf([[0], [1]]);
    for (const labels of [[0], [-1, -1], [0, 1.5], [-2, 0]]) {
      const fitting = labelSpreading.fit({ matrix, labels }, labelSpreadingDefaults, control());
      await expect(fitting).rejects.toMatchObject({ code: 'GUIDED_SEEDS' });
    }
  });
});
