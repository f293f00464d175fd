import { seededRandom } from '@kohort/kernel-clock-random';
import { wideMatrixOf } from '@kohort/ml-core';
import { clusterStories, type StoryInput } from './cluster-stories';
import { clusterExemplars } from './exemplars';
import { featureHistogram } from './feature-histogram';
import { sheetPage } from './sheet-page';

const random = seededRandom(12);
const featureNames = ['recency_days', 'frequency', 'monetary'];
/** Loyal big spenders, then lapsed one-time buyers; every fifth of the loyal is lost, every second of the lapsed. */
const rows = Array.from({ length: 200 }, (_, i) => {
  const jitter = 1 + 0.2 * random.next();
  return i % 2 === 0 ? [10 * jitter, 20 * jitter, 3000 * jitter] : [250 * jitter, 1, 40 * jitter];
});
const input: StoryInput = {
  featureNames,
  matrix: wideMatrixOf(rows),
  ids: rows.map((_, i) => `person <${i}>`),
  labels: rows.map((_, i) => i % 2),
  k: 2,
  seed: 1,
  confidences: rows.map((_, i) => (i % 2 === 0 ? 0.9 : 0.5)),
  churned: rows.map((_, i) => (i === 1 ? NaN : i % 2 === 0 ? Number(i % 10 === 0) : Number(i % 4 === 1))),
};

describe('cluster stories', () => {
  it('tell size, value, losses, confidence, rules and who stands for a cluster', async () => {
    const { clusters, noise, surrogate } = await clusterStories(input);
    const [loyal, lapsed] = clusters;
    expect(noise).toBe(0);
    expect(surrogate.fidelity).toBe(1);
    expect(loyal?.sheet).toMatchObject({ name: 'Loyal big spenders', size: 100, shareOfPeople: 0.5 });
    expect(loyal?.sheet.shareOfValue).toBeGreaterThan(0.98);
    expect(loyal?.churn).toEqual({ share: 0.2, everybody: 69 / 199, known: 100 });
    expect(lapsed?.churn?.share).toBeCloseTo(49 / 99, 12);
    expect(loyal?.confidence).toBeCloseTo(0.9, 12);
    expect(loyal?.exemplars).toHaveLength(3);
    expect(loyal?.exemplars.every(({ values }) => Number(values[1]) > 10)).toBe(true);
    expect(loyal?.ruleFidelity).toEqual({ precision: 1, recall: 1, f1: 1 });
    expect(loyal?.rules).toHaveLength(1);
    expect(loyal?.rule).toMatchObject({ version: 1, entity: 'profile', where: { all: [{ trait: { op: 'lte' } }] } });
    expect(loyal?.importance[0]?.value).toBeGreaterThan(0.3);
  });

  it('leave noise out of sheets and count it', async () => {
    const { clusters, noise } = await clusterStories({ ...input, labels: rows.map((_, i) => (i < 20 ? -1 : i % 2)) });
    expect(noise).toBe(20);
    expect(clusters.map(({ sheet }) => sheet.size)).toEqual([90, 90]);
    expect(clusters[0]?.exemplars.map(({ id }) => id)).not.toContain('person <0>');
  });

  it('say why there is no rule', async () => {
    const blind = await clusterStories({ ...input, featureNames: ['a.b', 'c', 'd'] });
    const refused = blind.clusters.filter(({ rule }) => rule === null);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ noRule }) => noRule?.includes('cannot be a trait'))).toBe(true);
  });

  it('are one page with pictures, everything escaped', async () => {
    const stories = await clusterStories(input);
    const page = sheetPage({ title: 'a & b', stories, featureNames, notes: ['<made> by k-means'] });
    expect(page).toContain('<h1>a &amp; b</h1>');
    expect(page).toContain('&lt;made&gt; by k-means');
    expect(page).toMatch(/person &lt;\d+&gt;/);
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(7);
    expect(page).toContain('20 % lost (everybody 35 %)');
    expect(page).not.toMatch(/<script|https?:|person <\d/);
  });
});

describe('clusterExemplars', () => {
  it('begin with the medoid, computed by hand', () => {
    const line = wideMatrixOf([[0], [1], [2], [3], [50]]);
    const found = clusterExemplars({ featureNames: ['x'], matrix: line, labels: [0, 0, 0, 0, 0], k: 2, seed: 1 }, 2);
    // The tail is heavy, so logarithms count: summed distances are 4.6 of 2, 4.9 of 3, 5.0 of 1.
    expect(found).toEqual([
      { rows: [2, 3], compared: 5 },
      { rows: [], compared: 0 },
    ]);
  });
});

describe('featureHistogram', () => {
  const matrix = wideMatrixOf([[1], [1], [2], [3], [NaN], [3]]);

  it('gives few values a bin each, shares by hand, missing values left out', () => {
    const found = featureHistogram({ matrix, labels: [0, 0, 0, 1, 1, 1] }, { feature: 'x', column: 0, cluster: 0 });
    expect(found).toMatchObject({ cluster: [2 / 3, 1 / 3, 0], everybody: [0.4, 0.2, 0.4] });
    expect(found?.edges.slice(0, 3)).toEqual([1, 2, 3]);
  });

  it('is null without values', () => {
    const column = { feature: 'x', column: 0, cluster: 2 };
    expect(featureHistogram({ matrix, labels: [0, 0, 0, 1, 1, 1] }, column)).toBeNull();
    expect(featureHistogram({ matrix: wideMatrixOf([[NaN]]), labels: [2] }, column)).toBeNull();
  });
});
