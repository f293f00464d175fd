import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf } from '@kohort/ml-core';
import { neighbourLists } from '../neighbour-lists';
import { trustworthiness } from '../trustworthiness';
import { tsneAffinities } from './affinities';
import { QuadTree, type Repulsion } from './quad-tree';
import { tsneLayout } from './tsne';
import { tsneDefaults } from './tsne.params';

const random = seededRandom(9);
const groups = (size: number, cols: number): number[][] =>
  Array.from({ length: 3 * size }, (_, i) =>
    Array.from({ length: cols }, () => random.normal() + 15 * Math.floor(i / size)),
  );

/** All pairs, one after another. */
function repelByHand(points: Float64Array): Repulsion {
  const forces = new Float64Array(points.length);
  let weight = 0;
  for (let i = 0; i < points.length; i += 2) {
    for (let j = 0; j < points.length; j += 2) {
      if (i === j) continue;
      const dx = (points[i] as number) - (points[j] as number);
      const dy = (points[i + 1] as number) - (points[j + 1] as number);
      const q = 1 / (1 + dx * dx + dy * dy);
      weight += q;
      forces[i] = (forces[i] as number) + q * q * dx;
      forces[i + 1] = (forces[i + 1] as number) + q * q * dy;
    }
  }
  return { forces, weight };
}

function repel(points: Float64Array, angle: number): Repulsion {
  const out = { forces: new Float64Array(points.length), weight: 0 };
  new QuadTree(points.length / 2).repel(points, angle, out);
  return out;
}

const scattered = (n: number, scale: number) => Float64Array.from({ length: 2 * n }, () => random.normal() * scale);

function worstGap(found: Repulsion, wanted: Repulsion): number {
  const largest = wanted.forces.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-300);
  return found.forces.reduce((most, v, at) => Math.max(most, Math.abs(v - (wanted.forces[at] as number))), 0) / largest;
}

describe('QuadTree', () => {
  it.each([
    ['a few', scattered(7, 1)],
    ['many', scattered(400, 20)],
    ['close together', scattered(300, 1e-6)],
    ['with duplicates', Float64Array.from([...scattered(60, 3), ...new Float64Array(40).fill(1)])],
    ['on a line', Float64Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? at : 4))],
    ['on one spot', new Float64Array(20).fill(2)],
  ])('at angle 0 it computes all pairs: %s', (_, points) => {
    const wanted = repelByHand(points);
    const found = repel(points, 0);
    expect(found.weight / wanted.weight).toBeCloseTo(1, 10);
    expect(worstGap(found, wanted)).toBeLessThan(1e-10);
  });

  it('at angle 0.5 it is within a few per cent', () => {
    const points = scattered(1500, 10);
    const wanted = repelByHand(points);
    const found = repel(points, 0.5);
    expect(Math.abs(found.weight / wanted.weight - 1)).toBeLessThan(0.02);
    expect(worstGap(found, wanted)).toBeLessThan(0.06);
  });

  it('takes hundreds of points on one spot as one', () => {
    const points = Float64Array.from([...new Float64Array(600).fill(1), ...scattered(20, 4)]);
    const wanted = repelByHand(points);
    expect(repel(points, 0).weight / wanted.weight).toBeCloseTo(1, 6);
    expect(worstGap(repel(points, 0), wanted)).toBeLessThan(1e-6);
  });
});

describe('tsneAffinities', () => {
  it('are symmetric, sum to 1, and are carried by about as many rows as the perplexity says', async () => {
    const matrix = matrixOf(groups(30, 3));
    const lists = await neighbourLists(matrix, 89, {});
    const { starts, columns, values } = tsneAffinities(lists, 12);
    expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    const at = new Map<string, number>();
    for (let i = 0; i < 90; i += 1) {
      for (let e = starts[i] as number; e < (starts[i + 1] as number); e += 1)
        at.set(`${i} ${columns[e]}`, values[e] ?? NaN);
    }
    for (const [key, value] of at) {
      const [i, j] = key.split(' ');
      expect(at.get(`${j} ${i}`)).toBeCloseTo(value, 14);
    }
    expect(at.size).toBe(values.length);
    // The nearest weigh most, and few carry nearly all of it.
    const row = Array.from(values.subarray(0, starts[1] as number)).sort((a, b) => b - a);
    const total = row.reduce((a, b) => a + b, 0);
    expect(row.slice(0, 30).reduce((a, b) => a + b, 0) / total).toBeGreaterThan(0.9);
  });
});

describe('tsneLayout', () => {
  const params = { ...tsneDefaults, iterations: 300, earlyIterations: 100, perplexity: 10 };

  it('keeps groups together, the same whatever the seed', async () => {
    const matrix = matrixOf(groups(40, 5));
    const first = await tsneLayout(matrix, params, { random: seededRandom(1) });
    expect((await tsneLayout(matrix, params, { random: seededRandom(2) })).points.data).toEqual(first.points.data);
    expect((await trustworthiness(matrix, first.points)).value).toBeGreaterThan(0.9);
    const lists = await neighbourLists(first.points, 3, {});
    const strangers = lists.rows.filter((row, at) => Math.floor(row / 40) !== Math.floor(Math.floor(at / 3) / 40));
    expect(strangers).toHaveLength(0);
  });

  it('lays out one column, duplicates and few rows', async () => {
    const control = { random: seededRandom(1) };
    for (const rows of [
      Array.from({ length: 60 }, (_, i) => [i]),
      Array.from({ length: 80 }, (_, i) => [i % 4, (i % 4) ** 2]),
      [
        [0, 1],
        [1, 0],
        [5, 5],
        [6, 5],
      ],
    ]) {
      const { points, divergence } = await tsneLayout(matrixOf(rows), params, control);
      expect(points.data.every(Number.isFinite)).toBe(true);
      expect(Number.isFinite(divergence)).toBe(true);
    }
  });

  it('refuses rows that are all alike, too few of them, and settings beyond their limits', async () => {
    const control = { random: seededRandom(1) };
    const alike = matrixOf(Array.from({ length: 9 }, () => [2, 3]));
    await expect(tsneLayout(alike, params, control)).rejects.toMatchObject({ code: 'PREPROCESSING_COLUMN_CONSTANT' });
    await expect(tsneLayout(matrixOf([[1], [2], [3]]), params, control)).rejects.toMatchObject({
      code: 'ML_TOO_FEW_ROWS',
    });
    const bad = tsneLayout(matrixOf(groups(5, 2)), { ...params, perplexity: 0 }, control);
    await expect(bad).rejects.toMatchObject({ code: 'ML_PARAM' });
  });
});
