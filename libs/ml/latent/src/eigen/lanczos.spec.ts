import * as fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { seededRandom } from '@kohort/kernel-clock-random';
import { leadingEigen } from './lanczos';

function operatorOf(rows: readonly (readonly number[])[]) {
  const apply = (from: Float64Array, to: Float64Array) =>
    rows.forEach((row, i) => (to[i] = row.reduce((sum, value, j) => sum + value * (from[j] ?? 0), 0)));
  return { n: rows.length, apply };
}
const settings = () => ({ random: seededRandom(2), control: {} });

describe('leadingEigen', () => {
  it('ends soon where the operator knows few directions of many', async () => {
    let applied = 0;
    const n = 3_000;
    const apply = (from: Float64Array, to: Float64Array): void => {
      applied += 1;
      to.fill(0);
      to[7] = 5 * (from[7] ?? 0);
      to[9] = 2 * (from[9] ?? 0);
    };
    const { values } = await leadingEigen({ n, apply }, { count: 4, tolerance: 1e-10 }, settings());
    [5, 2, 0, 0].forEach((value, k) => expect(values[k]).toBeCloseTo(value, 9));
    expect(applied).toBeLessThan(40);
  });

  it('finds the largest eigenvalues of random symmetric matrices, with their vectors', async () => {
    const shape = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), n: fc.integer({ min: 1, max: 30 }) });
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, n }) => {
        const random = seededRandom(seed);
        const dense = Matrix.zeros(n, n);
        for (let i = 0; i < n; i += 1) {
          for (let j = 0; j <= i; j += 1) {
            const value = random.normal();
            dense.set(i, j, value);
            dense.set(j, i, value);
          }
        }
        const rows = dense.to2DArray();
        const wanted = new EigenvalueDecomposition(dense, { assumeSymmetric: true }).realEigenvalues.sort(
          (a, b) => b - a,
        );
        const count = Math.min(4, n);
        const { values, vectors } = await leadingEigen(operatorOf(rows), { count, tolerance: 1e-10 }, settings());
        const made = new Float64Array(n);
        values.forEach((value, k) => {
          expect(value).toBeCloseTo(wanted[k] as number, 8);
          operatorOf(rows).apply(vectors[k] as Float64Array, made);
          made.forEach((entry, i) => expect(entry).toBeCloseTo(value * (vectors[k]?.[i] ?? 0), 6));
        });
      }),
      { seed: 4, numRuns: 25 },
    );
  });

  it('finds an eigenvalue as often as it repeats, and stays beside what is known', async () => {
    const diagonal = [5, 5, 5, 3, 1, 1, 0];
    const rows = diagonal.map((value, i) => diagonal.map((_, j) => (i === j ? value : 0)));
    const all = await leadingEigen(operatorOf(rows), { count: 5, tolerance: 1e-10 }, settings());
    expect([...all.values].map((value) => +value.toFixed(9))).toEqual([5, 5, 5, 3, 1]);
    const known = [Float64Array.of(1, 0, 0, 0, 0, 0, 0), Float64Array.of(0, 1, 0, 0, 0, 0, 0)];
    const rest = await leadingEigen(operatorOf(rows), { count: 2, tolerance: 1e-10, known }, settings());
    expect([...rest.values].map((value) => +value.toFixed(9))).toEqual([5, 3]);
    for (const vector of rest.vectors) expect(Math.abs(vector[0] as number)).toBeLessThan(1e-9);
  });
});
