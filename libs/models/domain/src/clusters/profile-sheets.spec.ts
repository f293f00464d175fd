import { matrixOf, wideMatrixOf } from '@kohort/ml-core';
import { nameClusters, nameFromFeatures } from './name-clusters';
import type { ClusterMeasure } from './measure-clusters';
import { DEFAULT_PLAYBOOK, playbookSchema } from './playbook';
import { clusterProfileSheets } from './profile-sheets';

/** Six kinds of customers, five of each: recency, frequency, monetary, tenure. */
const kinds = [
  { row: [10, 20, 3000, 600], name: 'Loyal big spenders' },
  { row: [250, 1, 30, 260], name: 'Lapsed one-time buyers' },
  { row: [9, 1.2, 45, 12], name: 'New customers' },
  { row: [240, 15, 2500, 620], name: 'Slipping big spenders' },
] as const;
const rows = kinds.flatMap(({ row }) =>
  Array.from({ length: 5 }, (_, i) => row.map((value) => value * (1 + i * 0.01))),
);
const labels = kinds.flatMap((_, c) => new Array<number>(5).fill(c));
const featureNames = ['recency_days', 'frequency', 'monetary', 'tenure_days'];
const input = { featureNames, matrix: wideMatrixOf(rows), labels, k: 4 };

const measure = (effects: Record<string, number>): ClusterMeasure => ({
  size: 10,
  features: Object.entries(effects).map(([feature, shapedEffect]) => ({
    feature,
    shapedEffect,
    effectSize: shapedEffect,
    clusterMean: 10 + shapedEffect,
    overallMean: 10,
    lift: (10 + shapedEffect) / 10,
  })),
});

describe('profile sheets', () => {
  it('name customers as a marketer would, with a key, an action and evidence', () => {
    const sheets = clusterProfileSheets(input);
    expect(sheets.map(({ name }) => name)).toEqual(kinds.map(({ name }) => name));
    expect(sheets.map(({ key }) => key)).toEqual([
      'loyal_big_spenders',
      'lapsed_one_time_buyers',
      'new_customers',
      'slipping_big_spenders',
    ]);
    expect(sheets[1]?.suggestedAction).toContain('second-purchase offer');
    expect(sheets[0]?.evidence.join(' ')).toMatch(/monetary 2\.2× the average: mean 3,060 against 1,422/);
  });

  it('compute shares, lift and effect by hand', () => {
    const sheets = clusterProfileSheets({
      featureNames: ['monetary', 'visits'],
      matrix: matrixOf([
        [10, 1],
        [30, 1],
        [100, 4],
        [60, 2],
      ]),
      labels: [0, 0, 1, 1],
      k: 2,
    });
    expect(sheets[0]).toMatchObject({ size: 2, shareOfPeople: 0.5, shareOfValue: 0.2 });
    const money = sheets[1]?.features.find(({ feature }) => feature === 'monetary');
    expect(money).toMatchObject({
      clusterMean: 80,
      overallMean: 50,
      lift: 1.6,
      direction: 'higher',
      label: 'monetary',
    });
    // Deviations of 10, 30, 100, 60 from 50: 1600 + 400 + 2500 + 100 over 4.
    expect(money?.effectSize).toBeCloseTo(30 / Math.sqrt(1150), 12);
  });

  it('take the value from the column named, or from none', () => {
    const shares = (valueColumn: string | null) =>
      clusterProfileSheets({ ...input, valueColumn }).map(({ shareOfValue }) => shareOfValue);
    expect(shares(null)).toEqual([null, null, null, null]);
    const sum = shares('frequency').reduce<number>((total, share) => total + (share ?? 0), 0);
    expect(sum).toBeCloseTo(1, 12);
  });

  it('leave missing values out of means', () => {
    const sheets = clusterProfileSheets({
      featureNames: ['gap', 'x'],
      matrix: matrixOf([
        [NaN, 1],
        [4, 2],
        [8, 9],
        [8, 10],
      ]),
      labels: [0, 0, 1, 1],
      k: 2,
      valueColumn: null,
    });
    const gap = sheets[0]?.features.find(({ feature }) => feature === 'gap');
    expect(gap?.clusterMean).toBe(4);
    expect(gap?.overallMean).toBeCloseTo(20 / 3, 12);
  });

  it('are the same for the same table', () => {
    expect(clusterProfileSheets(input)).toEqual(clusterProfileSheets(input));
  });

  it('follow an edited playbook', () => {
    const playbook = playbookSchema.parse([
      { name: 'VIP', when: { monetary: 'high' }, action: 'Call them.' },
      { name: 'Everybody else', when: { monetary: 'low' }, action: 'Write to them.' },
    ]);
    const sheets = clusterProfileSheets({ ...input, playbook });
    const names = sheets.map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('VIP'))).toHaveLength(2);
    expect(names.filter((name) => name.startsWith('Everybody else'))).toHaveLength(2);
    expect(new Set(names).size).toBe(4);
  });
});

describe('names of clusters', () => {
  it('come from the features where no order features are known', () => {
    const names = (effects: Record<string, number>) => nameFromFeatures(measure(effects), 2);
    expect(names({ 'Annual Income (k$)': 1.2, 'Spending Score (1-100)': -1.3 })).toBe(
      'High annual income, low spending score',
    );
    expect(names({ income: 1.2, spending: 1.3 })).toBe('High income and spending');
    expect(names({ income: 0.1, spending: -0.2 })).toBe('Average income and spending');
    expect(names({ a: 0.1, b: 0, c: -0.1 })).toBe('Close to the average');
    expect(names({ pageTime: -2, age: 0.4, x: 0.1 })).toBe('Low page time, high age');
    const words = measure({ plan: 0.1, country: 0 }).features.map((one) => ({ ...one, word: 'pro' }));
    expect(nameFromFeatures({ size: 10, features: words }, 2)).toBe('Close to the average');
    expect(nameFromFeatures({ size: 10, features: [] }, 2)).toBe('Close to the average');
  });

  it('are unique, in words before numbers', () => {
    const regular = { recency: -0.9, frequency: 1, monetary: 1.2 };
    const named = nameClusters(
      [
        measure({ ...regular, avg_order_value: 0 }),
        measure({ ...regular, avg_order_value: 2.5 }),
        measure({ ...regular, avg_order_value: 0 }),
      ],
      DEFAULT_PLAYBOOK.filter(({ name }) => name === 'Loyal big spenders'),
    );
    expect(named.map(({ name }) => name)).toEqual([
      'Loyal big spenders',
      'Loyal big spenders, large orders',
      'Loyal big spenders: high frequency and monetary',
    ]);
    expect(new Set(named.map(({ key }) => key)).size).toBe(3);
  });

  it('have keys in snake_case that start with a letter, also for odd features', () => {
    const named = nameClusters(
      [measure({ '90d %': 2, ключ: -2 }), measure({ '90d %': -2, ключ: 2 })],
      DEFAULT_PLAYBOOK,
    );
    for (const { key } of named) expect(key).toMatch(/^[a-z][a-z0-9_]{0,62}$/);
    expect(named[0]?.key).not.toBe(named[1]?.key);
  });

  it('need two of recency, frequency and monetary value before they speak of buyers', () => {
    const [only] = nameClusters([measure({ revenue: 2, age: 1 })], DEFAULT_PLAYBOOK);
    expect(only).toMatchObject({ name: 'High revenue and age', rule: undefined });
  });
});

describe('the playbook', () => {
  it('is data that its schema accepts, with every name once', () => {
    expect(playbookSchema.parse(DEFAULT_PLAYBOOK)).toEqual(DEFAULT_PLAYBOOK);
    expect(new Set(DEFAULT_PLAYBOOK.map(({ name }) => name)).size).toBe(DEFAULT_PLAYBOOK.length);
    expect(playbookSchema.safeParse([{ name: 'x', when: { money: 'high' }, action: 'y' }]).success).toBe(false);
  });
});
