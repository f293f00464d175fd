import { seededRandom } from '@kohort/kernel-clock-random';
import { matrixOf, startKernelPool } from '@kohort/ml-core';
import { chooseK } from './choose-k';
import { chooseKDefaults } from './choose-k.params';
import type { KScore } from './recommend-k';

const fast = { ...chooseKDefaults, kMax: 6, resamples: 4, restarts: 3 };
const control = () => ({ random: seededRandom(1) });
const codes = (warnings: readonly { code: string }[]) => warnings.map(({ code }) => code);

function groups(centres: readonly (readonly number[])[], rows: number, seed = 5) {
  const random = seededRandom(seed);
  const row = (i: number) => (centres[i % centres.length] ?? []).map((value) => value + random.normal());
  return matrixOf(Array.from({ length: rows }, (_, i) => row(i)));
}

describe('chooseK', () => {
  it('finds planted groups, with the table, the reasons and no warning', async () => {
    const choice = await chooseK(
      groups(
        [
          [0, 0],
          [9, 0],
          [0, 9],
          [9, 9],
        ],
        200,
      ),
      fast,
      control(),
    );
    expect(choice.k).toBe(4);
    expect(choice.table.map(({ k }) => k)).toEqual([2, 3, 4, 5, 6]);
    expect(choice.table[2]).toMatchObject({ stability: 1, weakestJaccard: 1, sizes: [50, 50, 50, 50] });
    expect(choice.reasons[0]).toContain('4 clusters separate best');
    expect(choice.warnings).toEqual([]);
  });

  it('goes on from what an earlier sweep has scored, to the same choice', async () => {
    const matrix = groups(
      [
        [0, 0],
        [9, 0],
        [0, 9],
      ],
      90,
    );
    const made: KScore[] = [];
    const onScore = (score: KScore) => void made.push(score);
    const whole = await chooseK(matrix, fast, { ...control(), onScore });
    expect(made).toEqual(whole.table);
    const known = made.splice(0).slice(0, 3);
    expect(await chooseK(matrix, fast, { ...control(), known, onScore })).toEqual(whole);
    expect(made.map(({ k }) => k)).toEqual(whole.table.slice(3).map(({ k }) => k));
  });

  it('keeps two real groups', async () => {
    expect(
      (
        await chooseK(
          groups(
            [
              [0, 0],
              [8, 0],
            ],
            200,
          ),
          fast,
          control(),
        )
      ).k,
    ).toBe(2);
  });

  it('goes on beyond kMax while the best lies at the end', async () => {
    const centres = Array.from({ length: 9 }, (_, i) => [(i % 3) * 12, Math.floor(i / 3) * 12]);
    const choice = await chooseK(groups(centres, 270), { ...fast, kMax: 5 }, control());
    expect(choice.k).toBe(9);
    expect(choice.table.at(-1)?.k).toBeGreaterThan(9);
  });

  it('warns of uniform rows and of one normal cloud, whatever k it has to give', async () => {
    const random = seededRandom(8);
    const uniform = matrixOf(Array.from({ length: 400 }, () => [random.next(), random.next()]));
    const cloud = matrixOf(Array.from({ length: 400 }, () => [random.normal(), random.normal(), random.normal()]));
    expect(codes((await chooseK(uniform, fast, control())).warnings)).toContain('UNCLUSTERED');
    expect(codes((await chooseK(cloud, fast, control())).warnings)).toEqual(['UNCLUSTERED', 'UNSTABLE']);
  });

  it('sweeps a sample of a large table and says how many rows', async () => {
    const params = { ...fast, sampleRows: 500, scoredRows: 200 };
    const choice = await chooseK(
      groups(
        [
          [0, 0],
          [9, 0],
          [0, 9],
        ],
        3000,
      ),
      params,
      control(),
    );
    expect(choice).toMatchObject({ k: 3, rowsSwept: 500 });
    expect(choice.table[1]?.sizes.reduce((a, b) => a + b)).toBe(500);
  });

  it('gives the same choice for the same seed on any number of threads', async () => {
    const matrix = groups(
      [
        [0, 0],
        [7, 0],
        [0, 7],
      ],
      150,
    );
    const alone = await chooseK(matrix, fast, control());
    const pool = await startKernelPool({ threads: 3, blocking: 'allowed' });
    expect(await chooseK(matrix, fast, { ...control(), pool })).toEqual(alone);
    await pool.close();
  });

  it('never offers more clusters than different rows allow, and refuses two different rows', async () => {
    const few = matrixOf(Array.from({ length: 60 }, (_, i) => [i % 4, 0]));
    expect((await chooseK(few, fast, control())).table.map(({ k }) => k)).toEqual([2, 3]);
    const two = matrixOf(Array.from({ length: 60 }, (_, i) => [i % 2, 0]));
    await expect(chooseK(two, fast, control())).rejects.toMatchObject({ kind: 'unsuitable-data' });
  });

  it('reports its progress and stops when asked to', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const onProgress = ({ done }: { done: number }) => {
      seen.push(done);
      if (done === 2) stop.abort();
    };
    const attempt = chooseK(groups([[0], [5], [9]], 90), fast, { ...control(), signal: stop.signal, onProgress });
    await expect(attempt).rejects.toMatchObject({ code: 'ML_CANCELLED' });
    expect(seen).toEqual([1, 2]);
  });
});
