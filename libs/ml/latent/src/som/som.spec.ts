import { seededRandom } from '@kohort/kernel-clock-random';
import { fourGroups } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { gridDistances, neighboursOf } from './som.grid';
import { som, somUnits } from './som';
import { somDefaults } from './som.params';

const control = () => ({ random: seededRandom(3) });

describe('the grid', () => {
  it('gives a unit in the middle six or four neighbours, one in the corner two or three', () => {
    const count = (grid: 'hexagonal' | 'rectangular', unit: number) =>
      neighboursOf(gridDistances({ width: 5, height: 5, grid }), 25, unit).length;
    expect([count('hexagonal', 12), count('rectangular', 12)]).toEqual([6, 4]);
    expect([count('hexagonal', 0), count('rectangular', 0)]).toEqual([2, 2]);
  });
});

describe('a self-organising map', () => {
  it('unfolds along a line: neighbouring units stand for neighbouring values', async () => {
    const matrix = matrixOf(Array.from({ length: 200 }, (_, i) => [(i * 37) % 200]));
    const fitted = await som.fit(matrix, { ...somDefaults, width: 10, height: 1 }, control());
    const line = [...fitted.prototypes];
    const rising = [...line].sort((a, b) => a - b);
    expect(line[0] === rising[0] ? line : line.reverse()).toEqual(rising);
    expect(fitted.quantisationError).toBeLessThan(6);
    expect(fitted.hits.reduce((sum, hit) => sum + hit, 0)).toBe(200);
  });

  it('groups its units into the planted clusters, with ridges between them', async () => {
    const matrix = fourGroups(2);
    const truth = Array.from({ length: matrix.rows }, (_, i) => i % 4);
    const fitted = await som.fit(matrix, { ...somDefaults, groups: 4 }, control());
    expect(adjustedRandIndex(fitted.labels, truth)).toBeGreaterThan(0.97);
    const [low, high] = [Math.min(...fitted.ridges), Math.max(...fitted.ridges)];
    expect(high / low).toBeGreaterThan(3);
    expect([...somUnits(fitted, matrix)]).toEqual([...fitted.units]);
    expect([...(await som.predict(fitted, matrix))]).toEqual([...fitted.labels]);
  });

  it('takes rows that are all alike, and reports its rounds', async () => {
    const seen: number[] = [];
    const onProgress = ({ done }: { done: number }) => seen.push(done);
    const params = { ...somDefaults, width: 2, height: 2, rounds: 3 };
    const fitted = await som.fit(
      matrixOf([
        [1, 2],
        [1, 2],
        [1, 2],
      ]),
      params,
      { ...control(), onProgress },
    );
    expect(fitted).toMatchObject({ quantisationError: 0, hits: [3, 0, 0, 0] });
    expect(seen).toEqual([1, 2, 3]);
  });
});
