import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { wideMatrixOf } from '@kohort/ml-core';
import { clusterTable } from '../clusters/cluster-table';
import { modelDrift } from './model-drift';

const COLUMNS = 8;
const FITS = 10;
const LOOKS = 20;
const PEOPLE = 300;

/** Three groups in eight features; every day other people of one world, so that each look has all of chance in it. */
function people(random: Random, shift = 0) {
  return wideMatrixOf(
    Array.from({ length: PEOPLE }, () => {
      const group = random.int(3);
      return Array.from({ length: COLUMNS }, (_, j) => {
        const centre = j % 3 === group ? 4 : 0;
        const value = centre + random.normal() + (j === 0 ? shift : 0);
        return j < 4 ? value : Math.exp(value / 2);
      });
    }),
  );
}

async function fitted(random: Random) {
  const before = people(random);
  const featureNames = Array.from({ length: COLUMNS }, (_, j) => `f${j}`);
  const input = { featureNames, matrix: before, ids: Array.from({ length: PEOPLE }, (_, i) => `p${i}`) };
  const { model, sheets } = await clusterTable(input, {
    algorithm: 'kmeans',
    k: 3,
    seed: 1,
    nInit: 3,
    scaling: 'auto',
  });
  return { model, before, keys: sheets.map(({ key }) => key) };
}

describe('how often a watch is wrong', () => {
  it('raises at most one alarm in a hundred looks at a world that stays as it is, and misses no shift of a deviation', async () => {
    const random = seededRandom(31);
    let [alarms, missed] = [0, 0];
    for (let fit = 0; fit < FITS; fit += 1) {
      const of = await fitted(random);
      const earlier: Record<string, number>[] = [];
      for (let look = 0; look < LOOKS; look += 1) {
        const { level, clusters } = await modelDrift({ ...of, earlier, after: people(random), seed: look });
        if (level === 'moved') alarms += 1;
        earlier.push(Object.fromEntries(clusters.map(({ key, shareAfter }) => [key, shareAfter])));
      }
      const moved = await modelDrift({ ...of, earlier: [], after: people(random, 1), seed: fit });
      if (moved.level !== 'moved') missed += 1;
    }
    process.stdout.write(
      `${alarms} alarms in ${FITS * LOOKS} looks without drift; ${missed} of ${FITS} drifts missed\n`,
    );
    expect(alarms).toBeLessThanOrEqual((FITS * LOOKS) / 100);
    expect(missed).toBe(0);
  });
});
