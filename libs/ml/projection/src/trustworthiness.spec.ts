import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from '@kohort/ml-core';
import { trustworthiness } from './trustworthiness';

const random = seededRandom(3);
const noise = (rows: number, cols: number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: cols }, () => random.normal()));

describe('trustworthiness', () => {
  it('is counted by hand', async () => {
    // On a line 0 1 3 6 the picture swaps the ends' places: each row has one neighbour there.
    const data = matrixOf([[0], [1], [3], [6]]);
    const points = matrixOf([[6], [1], [3], [0]]);
    // Neighbours in the picture: 0→2 (rank 2), 1→3 (rank 3), 2→1 (rank 1), 3→1 (rank 2): penalties 1, 2, 0, 1.
    const found = await trustworthiness(data, points, { neighbours: 1 });
    expect(found).toEqual({ value: 1 - (4 * 2) / (4 * 1 * (8 - 3 - 1)), method: 'exact', rowsUsed: 4, neighbours: 1 });
  });

  it('is 1 for the data itself, duplicates included, and about a half for chance', async () => {
    const rows = noise(120, 2);
    const twice = matrixOf([...rows, ...rows]);
    expect((await trustworthiness(twice, twice)).value).toBe(1);
    const chance = await trustworthiness(matrixOf(noise(300, 3)), matrixOf(noise(300, 2)));
    expect(Math.abs(chance.value - 0.5)).toBeLessThan(0.06);
  });

  it('looks at a sample above the limit and says so', async () => {
    const x = matrixOf(noise(400, 4));
    const y = {
      ...x,
      cols: 2,
      data: Float32Array.from({ length: 800 }, (_, at) => x.data[2 * at - (at % 2)] as number),
    };
    const exact = await trustworthiness(x, y);
    const sampled = await trustworthiness(x, y, { mostRows: 250 });
    expect(sampled).toMatchObject({ method: 'sampled', rowsUsed: 250 });
    expect(Math.abs(sampled.value - exact.value)).toBeLessThan(0.05);
    expect(await trustworthiness(x, y, { mostRows: 250 })).toEqual(sampled);
  });

  it('refuses too few rows, other rows, and missing values', async () => {
    const x = matrixOf(noise(5, 2));
    await expect(trustworthiness(matrixOf(noise(3, 2)), matrixOf(noise(3, 2)))).rejects.toMatchObject({
      code: 'ML_TOO_FEW_ROWS',
    });
    await expect(trustworthiness(x, matrixOf(noise(4, 2)))).rejects.toMatchObject({ code: 'ML_SHAPE' });
    await expect(trustworthiness(x, matrixOf([...noise(4, 2), [NaN, 0]]))).rejects.toMatchObject({
      code: 'ML_NOT_FINITE',
    });
  });
});
