import * as fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { FactorWorkspace } from './factor-workspace';
import { inlineKernelPool, startKernelPool, type KernelPool } from './pool/kernel-pool';
import { sparseOf, timesTable, transposed } from './sparse-matrix';
import { settle } from './twins/factor-twin';

const gramOf = (table: Float64Array, k: number): Float64Array =>
  Float64Array.from({ length: k * k }, (_, at) => {
    let sum = 0;
    for (let from = 0; from < table.length; from += k) {
      sum += (table[from + Math.floor(at / k)] as number) * (table[from + (at % k)] as number);
    }
    return sum;
  });

/** Counts of which four in five are 0, amounts of which a third are 0, and parts of which the last may be nothing. */
function drawInput({
  seed,
  rows,
  cols,
  k,
  lame,
}: {
  seed: number;
  rows: number;
  cols: number;
  k: number;
  lame: boolean;
}) {
  const random = seededRandom(seed);
  const data = Float32Array.from({ length: rows * cols }, () => (random.next() < 0.8 ? 0 : random.int(5)));
  const counts = sparseOf({ data, rows, cols });
  const amounts = Float64Array.from({ length: rows * k }, () => Math.max(0, random.next() - 0.3));
  const parts = Float64Array.from({ length: cols * k }, (_, at) => (lame && at % k === k - 1 ? 0 : random.next()));
  return { counts, amounts, parts };
}

const shape = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  // Around the ends of blocks and of shards.
  rows: fc.constantFrom(1, 7, 63, 64, 65, 1_024, 1_030),
  cols: fc.integer({ min: 1, max: 13 }),
  k: fc.integer({ min: 1, max: 9 }),
  lame: fc.boolean(),
});

const gap = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] as number)) / (1 + Math.abs(value))), 0);

async function roundOn(pool: KernelPool, input: ReturnType<typeof drawInput>, k: number) {
  const work = new FactorWorkspace(pool, input.counts, k);
  try {
    work.setAmounts(input.amounts);
    const sums = work.descend(input.parts, gramOf(input.parts, k));
    return { ...sums, amounts: work.amounts() };
  } finally {
    work.release();
  }
}

describe('the rows of a factorisation', () => {
  it('descends as its plain twin does, bit for bit, and sums what the parts need to 1e-12', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async (size) => {
        const { k } = size;
        const input = drawInput(size);
        const table = Float64Array.from(input.amounts);
        const target = timesTable(input.counts, input.parts, k);
        const violation = settle({ table, gram: gramOf(input.parts, k), target, k }, { rounds: 1, share: 0 });
        const made = await roundOn(inlineKernelPool(), input, k);
        expect([...made.amounts]).toEqual([...table]);
        expect(Math.abs(made.violation / (violation || 1) - (violation ? 1 : 0))).toBeLessThan(1e-12);
        expect(gap(made.gram, gramOf(table, k))).toBeLessThan(1e-12);
        expect(gap(made.target, timesTable(transposed(input.counts), table, k))).toBeLessThan(1e-12);
      }),
      { seed: 3, numRuns: 40 },
    );
  });

  it('settles every row as if it were alone, bit for bit as its plain twin', () => {
    fc.assert(
      fc.property(shape, (size) => {
        const { k } = size;
        const { counts, parts } = drawInput(size);
        const gram = gramOf(parts, k);
        const table = new Float64Array(counts.rows * k);
        const ends = { rounds: 60, share: 1e-6 };
        settle({ table, gram, target: timesTable(counts, parts, k), k }, ends);
        const work = new FactorWorkspace(inlineKernelPool(), counts, k);
        work.settle(parts, gram, ends);
        const amounts = work.amounts();
        work.release();
        expect([...amounts]).toEqual([...table]);
      }),
      { seed: 4, numRuns: 40 },
    );
  });

  it('answers the same bits on any number of threads', async () => {
    const input = drawInput({ seed: 5, rows: 5_000, cols: 9, k: 6, lame: false });
    const wanted = await roundOn(inlineKernelPool(), input, 6);
    const pool = await startKernelPool({ threads: 3, blocking: 'allowed' });
    const made = await roundOn(pool, input, 6);
    await pool.close();
    expect(made).toEqual(wanted);
  });
});
