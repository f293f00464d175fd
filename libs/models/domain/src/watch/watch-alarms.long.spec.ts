import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { wideMatrixOf, type WideMatrix } from '@kohort/ml-core';
import { clusterTable } from '../clusters/cluster-table';
import { modelDrift } from './model-drift';

const PEOPLE = 400;
const WEEK = 7;
const FEATURES = ['score', 'age', 'visits', 'spend', 'days_away', 'basket'];

interface Change {
  /** Of the score, in deviations. */
  readonly shift?: number;
  /** Share of everybody that went from the first group to the second. */
  readonly moved?: number;
  /** Share of the spends that are not known. */
  readonly missing?: number;
}

const waiting = (random: Random): number => -Math.log(1 - random.next());

/** One of three groups (50, 30 and 20 in a hundred): a normal feature, two counts, a heavy tail, a bounded one, a lag. */
function person(random: Random, { shift = 0, moved = 0, missing = 0 }: Change): number[] {
  const at = random.next();
  const group = at < 0.5 - moved ? 0 : at < 0.8 ? 1 : 2;
  const spend = Math.exp(3 + group + 0.8 * random.normal());
  const age = Math.min(90, Math.max(18, 45 + 12 * random.normal()));
  const visits = Math.floor(waiting(random) * (1 + 2 * group));
  const score = 3 * group + random.normal() + shift;
  const known = random.next() < missing ? NaN : spend;
  return [score, age, visits, known, Math.floor(waiting(random) * 60) / (1 + group), 1 + Math.floor(spend / 40)];
}

const people = (random: Random, change: Change): WideMatrix =>
  wideMatrixOf(Array.from({ length: PEOPLE }, () => person(random, change)));

/** Looks of a fit, each at other people of one world: how many there were up to the first alarm; null without one. */
async function firstAlarm(seed: number, change: Change, looks: number): Promise<number | null> {
  const random = seededRandom(seed);
  const before = people(random, {});
  const ids = Array.from({ length: PEOPLE }, (_, i) => `p${i}`);
  const params = { algorithm: 'kmeans', k: 3, seed, nInit: 3, scaling: 'auto', missing: 'median' } as const;
  const { model, sheets } = await clusterTable({ featureNames: FEATURES, matrix: before, ids }, params);
  const keys = sheets.map(({ key }) => key);
  const earlier: Record<string, number>[] = [];
  for (let look = 1; look <= looks; look += 1) {
    const after = people(random, change);
    const { level, clusters } = await modelDrift({ model, keys, before, after, earlier, seed: seed * WEEK + look });
    if (level === 'moved') return look;
    earlier.push(Object.fromEntries(clusters.map(({ key, shareAfter }) => [key, shareAfter])));
  }
  return null;
}

async function alarms(fits: number, change: Change, looks: number): Promise<number> {
  let found = 0;
  for (let seed = 1; seed <= fits; seed += 1) if ((await firstAlarm(seed, change, looks)) !== null) found += 1;
  return found;
}

describe('how often a watch is wrong', () => {
  it('in a week of daily looks at a world that stays as it is: in at most two of twenty-five', async () => {
    expect(await alarms(25, {}, WEEK)).toBeLessThanOrEqual(2);
  });

  it('misses neither a feature that moved by a deviation nor values that went missing, at the first look', async () => {
    expect(await alarms(10, { shift: 1 }, 1)).toBe(10);
    expect(await alarms(10, { missing: 0.3 }, 1)).toBe(10);
  });

  it('tells within a week that a fifth of everybody changed groups', async () => {
    expect(await alarms(8, { moved: 0.2 }, WEEK)).toBe(8);
  });
});
