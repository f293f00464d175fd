import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { ACTIVATIONS, activateRows, adamStep, applySlopes, momentumStep, multiplyRows } from './dense-kernels';
import { inlineKernelPool, startKernelPool, type KernelJob, type KernelPool } from './pool/kernel-pool';
import {
  activateRowsTwin,
  adamStepTwin,
  applySlopesTwin,
  momentumStepTwin,
  multiplyRowsTwin,
} from './twins/dense-twin';

/** A job, and normals to fill its arena with. */
function opened(pool: KernelPool, seed: number): { job: KernelJob; normals: (length: number) => Float32Array } {
  const job = pool.openJob(1 << 20, 'a test');
  const random = seededRandom(seed);
  return { job, normals: (length) => new Float32Array(length).map(() => random.normal()) };
}

/** Copies values into the arena. */
function placed(job: KernelJob, values: Float32Array): Float32Array {
  const view = job.arena.f32(values.length);
  view.set(values);
  return view;
}

const shape = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  rows: fc.integer({ min: 1, max: 30 }).map((fours) => fours * 4),
  inner: fc.integer({ min: 1, max: 40 }),
  columns: fc.integer({ min: 1, max: 5 }).map((eights) => eights * 8),
  down: fc.boolean(),
});

describe('multiplyRows', () => {
  it('gives what its plain twin gives, bit for bit, across and down', () => {
    fc.assert(
      fc.property(shape, ({ seed, rows, inner, columns, down }) => {
        const { job, normals } = opened(inlineKernelPool(), seed);
        const [a, b] = [placed(job, normals(rows * inner)), placed(job, normals(inner * columns))];
        const [aRow, aStep] = down ? [1, rows] : [inner, 1];
        const product = { a, aRow, aStep, b, bRow: columns, outRow: columns + 8, rows, inner, columns };
        const out = job.arena.f32(rows * (columns + 8)).fill(7);
        const wanted = Float32Array.from(out);
        multiplyRows(job, { ...product, out });
        multiplyRowsTwin({ ...product, out: wanted });
        expect([...out]).toEqual([...wanted]);
        job.release();
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('gives the same bytes on 1, 2 and 4 threads', async () => {
    const made: string[] = [];
    for (const threads of [1, 2, 4]) {
      const pool = await startKernelPool({ threads, blocking: 'allowed' });
      const { job, normals } = opened(pool, 3);
      const [a, b, out] = [placed(job, normals(600 * 33)), placed(job, normals(33 * 16)), job.arena.f32(600 * 16)];
      multiplyRows(job, { a, aRow: 33, aStep: 1, b, bRow: 16, out, outRow: 16, rows: 600, inner: 33, columns: 16 });
      made.push(Buffer.from(Float32Array.from(out).buffer).toString('base64'));
      job.release();
      await pool.close();
    }
    expect(new Set(made).size).toBe(1);
  });
});

describe.each(ACTIVATIONS)('the activation %s', (activation) => {
  it('gives values and slopes of its plain twin, and a 1 behind each row', () => {
    const { job, normals } = opened(inlineKernelPool(), 5);
    const [rows, width, stride] = [70, 7, 16];
    const values = placed(
      job,
      normals(rows * stride).map((value, i) => value * (i % 5 === 0 ? 40 : 2)),
    );
    const gradients = placed(job, normals(rows * stride));
    const [plain, plainGradients] = [Float32Array.from(values), Float32Array.from(gradients)];
    activateRows(job, { values, stride, rows, width, activation });
    activateRowsTwin({ values: plain, stride, rows, width, activation });
    for (let r = 0; r < rows; r += 1) {
      for (let j = 0; j <= width; j += 1) {
        const wanted = plain[r * stride + j] ?? NaN;
        expect(Math.abs((values[r * stride + j] ?? NaN) - wanted)).toBeLessThan(3e-7 * Math.max(1, Math.abs(wanted)));
      }
    }
    applySlopes(job, gradients, { values, stride, rows, width, activation });
    applySlopesTwin(plainGradients, { values: Float32Array.from(values), stride, rows, width, activation });
    for (let r = 0; r < rows; r += 1) {
      for (let j = 0; j < width; j += 1) {
        const wanted = plainGradients[r * stride + j] ?? NaN;
        expect(Math.abs((gradients[r * stride + j] ?? NaN) - wanted)).toBeLessThan(5e-7);
      }
    }
    job.release();
  });
});

describe('the optimisers', () => {
  it.each([
    { title: 'Adam', step: adamStep, twin: adamStepTwin, constants: [0.9, 0.1, 0.999, 0.001, 0.01, 1.7, 1e-7] },
    { title: 'gradient descent', step: momentumStep, twin: momentumStepTwin, constants: [0.9, 0.01] },
  ])('$title gives what its plain twin gives, bit for bit, over several steps', ({ step, twin, constants }) => {
    const { job, normals } = opened(inlineKernelPool(), 9);
    const length = 8192 + 12;
    const state = {
      weights: placed(job, normals(length)),
      gradients: placed(job, normals(length)),
      firsts: job.arena.f32(length).fill(0),
      seconds: job.arena.f32(length).fill(0),
      constants: placed(job, Float32Array.from(constants)),
    };
    const { weights, gradients, firsts, seconds } = state;
    const plain = {
      weights: Float32Array.from(weights),
      gradients: Float32Array.from(gradients),
      firsts: Float32Array.from(firsts),
      seconds: Float32Array.from(seconds),
      constants: Float32Array.from(constants),
    };
    for (let round = 0; round < 3; round += 1) {
      step(job, state);
      twin(plain);
    }
    expect([...weights]).toEqual([...plain.weights]);
    expect([...firsts]).toEqual([...plain.firsts]);
    job.release();
  });
});
