import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { GaussianWorkspace, type GaussianComponents, type GaussianUse } from './gaussian-workspace';
import type { Matrix } from './matrix';
import { inlineKernelPool, startKernelPool } from './pool/kernel-pool';
import { gaussianPassTwin } from './twins/gaussian-twin';

interface Drawn {
  readonly matrix: Matrix;
  readonly origin: Float64Array;
  readonly components: GaussianComponents;
}

function draw(seed: number, { rows, cols, k }: { rows: number; cols: number; k: number }, factor: string): Drawn {
  const random = seededRandom(seed);
  const normals = (length: number, scale: number) => Float64Array.from({ length }, () => random.normal() * scale);
  const origin = normals(cols, 10);
  const data = Float32Array.from({ length: rows * cols }, (_, at) => (origin[at % cols] ?? 0) + random.normal() * 3);
  const size = factor === 'triangle' ? (cols * (cols + 1)) / 2 : cols;
  const components = { means: normals(k * cols, 3), factors: normals(k * size, 0.7), constants: normals(k, 2) };
  return { matrix: { data, rows, cols }, origin, components };
}

const gapOf = (got: ArrayLike<number>, wanted: ArrayLike<number>, scale = 1): number =>
  Array.from(wanted).reduce((most, value, at) => Math.max(most, Math.abs((got[at] as number) - value) / scale), 0);

const shape = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  rows: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(128, 1_025)),
  cols: fc.integer({ min: 1, max: 9 }),
  k: fc.integer({ min: 1, max: 6 }),
  factor: fc.constantFrom('triangle' as const, 'diagonal' as const),
  moments: fc.constantFrom('none' as const, 'first' as const, 'squares' as const, 'products' as const),
});

describe('GaussianWorkspace', () => {
  it('gives what its plain twin gives: shares, likelihoods, labels and moments', () => {
    fc.assert(
      fc.property(shape, ({ seed, factor, moments, ...size }) => {
        const { matrix, origin, components } = draw(seed, size, factor);
        const use: GaussianUse = { k: size.k, factor, moments, keep: 'shares' };
        const work = new GaussianWorkspace(inlineKernelPool(), matrix, use);
        work.load(origin);
        const made = work.pass(components);
        const wanted = gaussianPassTwin(matrix, origin, use, components);
        const scale = Math.max(1, ...wanted.logLikelihoods.map(Math.abs));
        expect(gapOf(work.shares, wanted.shares)).toBeLessThan(1e-11 * scale);
        expect(gapOf(work.logLikelihoods, wanted.logLikelihoods, scale)).toBeLessThan(1e-13);
        expect(Math.abs(made.logLikelihood - wanted.logLikelihood)).toBeLessThan(1e-12 * scale * size.rows);
        expect(Math.abs(made.negativeEntropy - wanted.negativeEntropy)).toBeLessThan(1e-10 * scale * size.rows);
        const most = Math.max(1, ...wanted.seconds.map(Math.abs), ...wanted.firsts.map(Math.abs));
        for (const part of ['counts', 'firsts', 'seconds'] as const) {
          expect(made[part]).toHaveLength(wanted[part].length);
          expect(gapOf(made[part], wanted[part], most * scale * size.rows)).toBeLessThan(1e-11);
        }
        work.labels.forEach((label, i) => {
          const row = [...work.shares.subarray(i * size.k, (i + 1) * size.k)];
          expect(label).toBe(row.indexOf(Math.max(...row)));
        });
        work.release();
      }),
      { seed: 21, numRuns: 16 },
    );
  });

  it('takes rows far from every component without overflow', () => {
    const matrix: Matrix = { data: Float32Array.of(1e6, -1e6, 0), rows: 3, cols: 1 };
    const use: GaussianUse = { k: 2, factor: 'diagonal', moments: 'products', keep: 'shares' };
    const work = new GaussianWorkspace(inlineKernelPool(), matrix, use);
    work.load(Float64Array.of(0));
    const { logLikelihood, negativeEntropy } = work.pass({
      means: Float64Array.of(-1, 1),
      factors: Float64Array.of(1, 1),
      constants: Float64Array.of(0, 0),
    });
    expect([...work.shares]).toEqual([0, 1, 1, 0, 0.5, 0.5]);
    expect([...work.labels]).toEqual([1, 0, 0]);
    expect(logLikelihood).toBeCloseTo(-((1e6 - 1) ** 2) + Math.log(2) - 0.5, 2);
    expect(negativeEntropy).toBeCloseTo(-Math.log(2), 12);
    work.release();
  });

  it('gives the same bytes with 1, 2 and 4 threads', async () => {
    const { matrix, origin, components } = draw(5, { rows: 5_000, cols: 5, k: 4 }, 'triangle');
    const use: GaussianUse = { k: 4, factor: 'triangle', moments: 'products', keep: 'shares' };
    const results: string[] = [];
    for (const threads of [1, 2, 4]) {
      const pool = await startKernelPool({ threads, blocking: 'allowed' });
      const work = new GaussianWorkspace(pool, matrix, use);
      work.load(origin);
      const { seconds, firsts, logLikelihood } = work.pass(components);
      results.push([seconds.join(), firsts.join(), logLikelihood, work.shares.join()].join('|'));
      work.release();
      await pool.close();
    }
    expect(new Set(results).size).toBe(1);
  });

  it('refuses missing values', () => {
    const use: GaussianUse = { k: 1, factor: 'diagonal', moments: 'none', keep: 'labels' };
    const work = new GaussianWorkspace(inlineKernelPool(), { data: Float32Array.of(1, NaN), rows: 2, cols: 1 }, use);
    expect(() => work.load(Float64Array.of(0))).toThrow(expect.objectContaining({ code: 'ML_NOT_FINITE' }));
    work.release();
  });
});
