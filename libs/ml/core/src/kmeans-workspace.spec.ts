import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { inlineKernelPool, startKernelPool, type KernelPool } from './pool/kernel-pool';
import { KmeansWorkspace, NO_LABEL } from './kmeans-workspace';
import type { Matrix } from './matrix';
import { shardsFor } from './shards';
import { assignTwin, inertiaTwin, squaredDistanceTwin } from './twins/kmeans-twin';

function randomMatrix(seed: number, rows: number, cols: number): Matrix {
  const random = seededRandom(seed);
  return { rows, cols, data: Float32Array.from({ length: rows * cols }, () => random.normal() * 3) };
}

function randomCentroids(seed: number, k: number, cols: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: k * cols }, () => random.normal() * 3);
}

function assigned(pool: KernelPool, matrix: Matrix, k: number, rounds: readonly Float64Array[]) {
  const work = new KmeansWorkspace(pool, matrix, k, 'fit');
  const sums = { sums: new Float64Array(k * matrix.cols), counts: new Float64Array(k) };
  work.copyRows();
  work.clearLabels();
  const changed = rounds.map((centroids) => {
    work.setCentroids(centroids);
    return work.assign(sums);
  });
  const answer = { changed, labels: Uint16Array.from(work.labels), ...sums, inertia: work.inertia() };
  work.release();
  return answer;
}

const shapes = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  rows: fc.integer({ min: 1, max: 60 }),
  cols: fc.integer({ min: 1, max: 11 }),
  k: fc.integer({ min: 1, max: 19 }),
});

describe('the k-means kernels against their plain twins', () => {
  const pool = inlineKernelPool();

  it('gives the same labels, sums and inertia bit for bit over two rounds', () => {
    fc.assert(
      fc.property(shapes, ({ seed, rows, cols, k }) => {
        const matrix = randomMatrix(seed, rows, cols);
        const rounds = [randomCentroids(seed + 1, k, cols), randomCentroids(seed + 2, k, cols)];
        const got = assigned(pool, matrix, k, rounds);
        const labels = new Uint16Array(rows).fill(NO_LABEL);
        const [first, second] = rounds.map((centroids) => assignTwin(matrix, centroids, labels, shardsFor(rows)));
        expect(got.labels).toEqual(labels);
        expect(got.changed).toEqual([first?.changed, second?.changed]);
        expect(got.sums).toEqual(first?.sums.map((value, at) => value + (second?.sums[at] as number)));
        expect(got.counts).toEqual(first?.counts.map((value, at) => value + (second?.counts[at] as number)));
        expect(got.inertia).toBe(inertiaTwin(matrix, rounds[1] as Float64Array, labels, shardsFor(rows)));
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  it('gives the lowest centroid where several are equally near', () => {
    const matrix: Matrix = { data: Float32Array.of(0, 0, 1, 0), rows: 2, cols: 2 };
    const centroids = Float64Array.of(5, 5, 1, 0, -1, 0, 0, 1, 1, 0, 0, -1, 9, 9, 9, 9, 9, 9, 1, 0);
    expect([...assigned(pool, matrix, 10, [centroids]).labels]).toEqual([1, 1]);
  });

  it('weighs candidates and lowers the closest distance like the twin', () => {
    fc.assert(
      fc.property(shapes, ({ seed, rows, cols }) => {
        const matrix = randomMatrix(seed, rows, cols);
        const row = (i: number) => matrix.data.subarray(i * cols, i * cols + cols);
        const work = new KmeansWorkspace(pool, matrix, 2, 'fit');
        work.copyRows();
        work.startSeeding();
        const potentials = work.seed(rows - 1);
        const distances = Array.from({ length: rows }, (_, i) => squaredDistanceTwin(row(i), row(rows - 1)));
        expect(potentials[0]).toBeCloseTo(
          distances.reduce((a, b) => a + b, 0),
          10,
        );
        const candidates = [0, rows >> 1, rows - 1];
        const trials = work.trialPotentials(candidates);
        const wanted = candidates.map((c) =>
          distances.reduce((total, kept, i) => total + Math.min(kept, squaredDistanceTwin(row(i), row(c))), 0),
        );
        wanted.forEach((value, c) => expect(trials[c]).toBeCloseTo(value, 10));
        expect(work.seed(candidates[1] as number)[0]).toBeCloseTo(wanted[1] as number, 10);
        work.release();
      }),
      { seed: 12, numRuns: 60 },
    );
  });

  it('sums columns, subtracts the origin in double precision, and answers what remains', () => {
    fc.assert(
      fc.property(shapes, ({ seed, rows, cols }) => {
        const matrix = randomMatrix(seed, rows, cols);
        const origin = randomCentroids(seed + 1, 1, cols);
        const work = new KmeansWorkspace(pool, matrix, 1, 'fit');
        const column = (j: number) => Array.from({ length: rows }, (_, i) => matrix.data[i * cols + j] as number);
        work.copyRows().forEach((got, j) => expect(got).toBe(column(j).reduce((a, b) => a + b, 0)));
        const { squares, largest } = work.centre(origin);
        const centred = matrix.data.map((value, at) => value - (origin[at % cols] as number));
        expect(work.rows).toEqual(centred);
        expect(largest).toBe(Math.max(...centred.map(Math.abs)));
        squares.forEach((got, j) =>
          expect(got).toBe(column(j).reduce((a, _, i) => a + (centred[i * cols + j] as number) ** 2, 0)),
        );
        work.release();
      }),
      { seed: 13, numRuns: 60 },
    );
    const broken = new KmeansWorkspace(pool, { data: Float32Array.of(1, NaN, 2, 3), rows: 2, cols: 2 }, 1, 'fit');
    expect([...broken.copyRows()]).toEqual([3, NaN]);
    broken.release();
  });

  it('draws a row in proportion to its distance: the end of each row’s stretch belongs to the next', () => {
    const matrix: Matrix = { data: Float32Array.of(0, 1, 2, 3), rows: 4, cols: 1 };
    const work = new KmeansWorkspace(pool, matrix, 2, 'fit');
    work.copyRows();
    work.startSeeding();
    const potentials = work.seed(0);
    expect([...potentials]).toEqual([14]);
    expect([0, 0.99, 1, 4.99, 5, 13.99].map((t) => work.rowAtPotential(t, potentials))).toEqual([1, 1, 2, 2, 3, 3]);
    work.release();
  });
});

describe('the pool', () => {
  it('gives the same bytes with 1, 2 and 4 threads', async () => {
    const matrix = randomMatrix(5, 20_011, 7);
    const rounds = [randomCentroids(6, 9, 7), randomCentroids(7, 9, 7)];
    const alone = assigned(inlineKernelPool(), matrix, 9, rounds);
    for (const threads of [1, 2, 4]) {
      const pool = await startKernelPool({ threads, blocking: 'allowed' });
      expect(assigned(pool, matrix, 9, rounds)).toEqual(alone);
      await pool.close();
    }
  });
});
