import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { startKernelPool } from './pool/kernel-pool';
import { PowerWorkspace, yeoJohnsonValues } from './powers';
import { expm1Twin, log1pTwin, poweredTwin, yeoJohnsonTwin } from './twins/powers-twin';

const bytesOf = (values: Float64Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

/** Magnitudes from far below the least step of 1 to far above it, of both signs, zeros among them. */
function drawValues(seed: number, count: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, (_, i) =>
    i % 97 === 0 ? 0 : (random.next() - 0.5) * 10 ** (40 * random.next() - 20),
  );
}

const relative = (got: number, wanted: number): number =>
  got === wanted ? 0 : Math.abs(got - wanted) / Math.max(Math.abs(wanted), Number.MIN_VALUE);

describe('the plain logarithm and exponential', () => {
  it('are those of the language within three roundings', () => {
    const values = drawValues(1, 20_000);
    expect(
      Math.max(...values.map((value) => relative(log1pTwin(Math.abs(value)), Math.log1p(Math.abs(value))))),
    ).toBeLessThan(6e-16);
    const powers = values.map((value, i) => (i % 3 === 0 ? value % 1 : value % 709));
    expect(Math.max(...powers.map((power) => relative(expm1Twin(power), Math.expm1(power))))).toBeLessThan(6e-16);
    expect([-1e300, 0, 709.5, 1e300].map(expm1Twin)).toEqual([-1, 0, Infinity, Infinity]);
  });
});

describe('yeoJohnsonValues', () => {
  it('equals its plain twin bit for bit, NaN and odd lengths included', () => {
    const shape = fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      count: fc.integer({ min: 1_990, max: 5_000 }),
      lambda: fc.oneof(fc.constantFrom(0, 1, 2, -2), fc.double({ min: -3, max: 4, noNaN: true })),
    });
    fc.assert(
      fc.property(shape, ({ seed, count, lambda }) => {
        const values = drawValues(seed, count);
        values[count - 1] = NaN;
        const made = yeoJohnsonValues(values, lambda);
        expect(Number.isNaN(made[count - 1])).toBe(true);
        const wanted = values.map((value) => yeoJohnsonTwin(lambda, value));
        expect(bytesOf(made.subarray(0, count - 1))).toBe(bytesOf(wanted.subarray(0, count - 1)));
      }),
      { seed: 12, numRuns: 40 },
    );
  });

  it('is computed by hand: squares, logarithms, nothing changed', () => {
    const near = (lambda: number) =>
      [...yeoJohnsonValues(Float64Array.of(-3, 0, 3), lambda)].map((v) => +v.toFixed(12));
    expect(near(1)).toEqual([-3, 0, 3]);
    expect(near(2)).toEqual([-1.38629436112, 0, 7.5]);
    expect(near(0)).toEqual([-7.5, 0, 1.38629436112]);
  });
});

describe('PowerWorkspace', () => {
  it('gives mean and variance of the values its plain twin makes, for either sign alone too', () => {
    const random = seededRandom(8);
    const plain = Float64Array.from({ length: 3_001 }, () => random.normal());
    for (const values of [plain, plain.map(Math.abs), plain.map((value) => -1 - Math.abs(value)), plain.slice(0, 1)]) {
      const workspace = new PowerWorkspace(values);
      const logs = values.reduce((sum, value) => sum + Math.sign(value) * Math.log1p(Math.abs(value)), 0);
      expect(relative(workspace.signedLogs, logs)).toBeLessThan(1e-12);
      for (const lambda of [-1.5, 0, 1e-9, 0.7, 2]) {
        const made = values.map((value) =>
          value < 0 ? -poweredTwin(log1pTwin(-value), 2 - lambda) : poweredTwin(log1pTwin(value), lambda),
        );
        const mean = made.reduce((sum, value) => sum + value, 0) / made.length;
        const variance = made.reduce((sum, value) => sum + (value - mean) ** 2, 0) / made.length;
        const spread = workspace.spread(lambda);
        expect(Math.abs(spread.mean - mean)).toBeLessThan(1e-12 * Math.max(1, Math.abs(mean)));
        expect(relative(spread.variance, variance)).toBeLessThan(1e-12);
      }
      workspace.release();
    }
  });

  it('gives the same bits with 1 and 3 threads', async () => {
    const values = drawValues(2, 9_001).map((value) => value % 50);
    const alone = new PowerWorkspace(values);
    const pool = await startKernelPool({ threads: 3, blocking: 'allowed' });
    const together = new PowerWorkspace(values, { pool });
    expect(together.spread(0.4)).toEqual(alone.spread(0.4));
    expect(together.signedLogs).toBe(alone.signedLogs);
    alone.release();
    together.release();
    await pool.close();
  });
});
