import { seededRandom } from '@kohort/kernel-clock-random';
import { fourGroups } from '@kohort/ml-conformance';
import { matrixOf } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { neighbourGraph } from './neighbour-graph';
import { spectral } from './spectral';
import { spectralEmbedding } from './spectral-embedding';
import { spectralDefaults } from './spectral.params';

const control = () => ({ random: seededRandom(3) });

/** Two half circles that no straight line parts. */
function moons(rows: number, seed: number) {
  const random = seededRandom(seed);
  const points = Array.from({ length: rows }, (_, i) => {
    const angle = random.next() * Math.PI;
    const [x, y] = i % 2 === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    return [x + random.normal() * 0.05, y + random.normal() * 0.05];
  });
  return { matrix: matrixOf(points), truth: points.map((_, i) => i % 2) };
}

describe('the graph and its coordinates', () => {
  it('is made by hand: a path of four rows', async () => {
    const graph = await neighbourGraph(matrixOf([[0], [1], [2.5], [4.5]]), 1, {});
    expect([...graph.starts]).toEqual([0, 1, 3, 5, 6]);
    expect([...graph.others]).toEqual([1, 0, 2, 1, 3, 2]);
    expect([...graph.weights]).toEqual([1, 1, 0.5, 0.5, 0.5, 0.5]);
    const { coordinates, eigenvalues, parts } = await spectralEmbedding(graph, 2, control());
    expect([parts, eigenvalues.length, +(eigenvalues[0] ?? 0).toFixed(12)]).toEqual([1, 2, 1]);
    const first = [0, 2, 4, 6].map((at) => coordinates[at] as number);
    expect(Math.max(...first) - Math.min(...first)).toBeLessThan(1e-12);
    const second = [1, 3, 5, 7].map((at) => coordinates[at] as number);
    expect([...second].sort((a, b) => a - b)).toEqual((second[0] as number) < 0 ? second : [...second].reverse());
  });
});

describe('spectral clusters', () => {
  it('parts two moons, and places new rows beside them', async () => {
    const { matrix, truth } = moons(400, 5);
    const fitted = await spectral.fit(matrix, { ...spectralDefaults, k: 2 }, control());
    expect(fitted.method).toBe('exact');
    expect(adjustedRandIndex(fitted.labels, truth)).toBeGreaterThan(0.97);
    const later = moons(200, 6);
    expect(adjustedRandIndex(await spectral.predict(fitted, later.matrix), later.truth)).toBeGreaterThan(0.95);
  });

  it('says so when a sample carried the graph', async () => {
    const { matrix, truth } = moons(600, 7);
    const seen: string[] = [];
    const params = { ...spectralDefaults, k: 2, mostRows: 300 };
    const fitted = await spectral.fit(matrix, params, { ...control(), onProgress: ({ phase }) => seen.push(phase) });
    expect(fitted.method).toBe('nystroem');
    expect(fitted.landmarks).toHaveLength(600);
    expect(adjustedRandIndex(fitted.labels, truth)).toBeGreaterThan(0.95);
    expect([...(await spectral.predict(fitted, matrix))]).toEqual([...fitted.labels]);
    expect(seen).toEqual(expect.arrayContaining(['finding neighbours', 'placing rows']));
  });

  it('tells how many parts the graph has, and joins them when they are more than k', async () => {
    const fitted = await spectral.fit(fourGroups(1), { ...spectralDefaults, k: 2 }, control());
    expect(fitted.parts).toBe(4);
    expect(fitted.sizes.reduce((sum, size) => sum + size, 0)).toBe(200);
    expect(fitted.sizes.every((size) => size % 50 === 0)).toBe(true);
  });

  it('places a row far from everything where the nearest row lies', async () => {
    const matrix = fourGroups(2);
    const affinity = { method: 'radial', gamma: 0.2 } as const;
    const fitted = await spectral.fit(matrix, { ...spectralDefaults, affinity }, control());
    const [far] = await spectral.predict(fitted, matrixOf([[900, 900, 9]]));
    const [near] = await spectral.predict(fitted, matrixOf([[14, 14, 9]]));
    expect(far).toBe(near);
  });
});
