import { seededRandom } from '@kohort/kernel-clock-random';
import { wideMatrixOf } from '@kohort/ml-core';
import { pathInWords, ruleOfCluster } from './rule-of-cluster';
import { surrogateTree } from './surrogate-tree';

const random = seededRandom(3);
const featureNames = ['recency_days', 'frequency', 'shoe_size'];
/** Loyal: seen lately, many orders; lapsed: long ago; the rest neither. Shoe sizes say nothing. */
const rows = Array.from({ length: 600 }, (_, i) => {
  const kind = i % 3;
  const recency = kind === 1 ? 200 + 100 * random.next() : 5 + 60 * random.next();
  const frequency = kind === 0 ? 10 + 10 * random.next() : 1 + 4 * random.next();
  return [recency, frequency, 36 + random.int(10)];
});
const labels = rows.map((_, i) => i % 3);
const input = { featureNames, matrix: wideMatrixOf(rows), labels, k: 3, seed: 1 };

describe('a surrogate tree', () => {
  it('tells planted groups by their rules, true on rows held out, and leans on what made them', async () => {
    const found = await surrogateTree(input);
    expect(found).toMatchObject({ rowsTrained: 420, rowsHeldOut: 180, missingIn: [] });
    expect(found.fidelity).toBeGreaterThan(0.98);
    expect(found.baseline).toBeLessThan(0.5);
    const [loyal, lapsed] = found.clusters;
    expect(loyal?.fidelity).toMatchObject({ precision: 1, recall: 1, f1: 1 });
    expect(lapsed?.importance[0]?.feature).toBe('recency_days');
    expect(loyal?.importance.map(({ feature }) => feature)).not.toContain('shoe_size');
    const words = loyal?.paths.map((path) => pathInWords(path, { featureNames })).join(' or ') ?? '';
    expect(words).toMatch(/frequency above [5-9]/);
  });

  it('says so when the features do not tell the clusters', async () => {
    const blind = { ...input, labels: rows.map(() => random.int(3)) };
    const { fidelity, baseline } = await surrogateTree(blind);
    expect(fidelity).toBeLessThan(baseline + 0.15);
  });

  it('keeps noise out of every cluster', async () => {
    const noisy = { ...input, labels: labels.map((label) => (label === 2 ? -1 : label)), k: 2 };
    const { clusters } = await surrogateTree(noisy);
    expect(clusters.map(({ cluster }) => cluster)).toEqual([0, 1]);
    expect(clusters.every(({ fidelity }) => fidelity.f1 > 0.95)).toBe(true);
  });

  it('answers the same for the same seed', async () => {
    expect(await surrogateTree(input)).toEqual(await surrogateTree(input));
  });
});

describe('the rule of a cluster', () => {
  const path = (intervals: object[]) => ({
    predicted: 0,
    counts: [1],
    intervals: intervals.map((one) => ({ feature: 0, above: null, upTo: null, missing: false, present: true, ...one })),
  });
  const written = (intervals: object[], missingIn: string[] = []) =>
    ruleOfCluster({ paths: [path(intervals)] }, { featureNames, missingIn });

  it('is written in conditions on traits', () => {
    expect(
      written([
        { above: 2, upTo: 9 },
        { feature: 1, missing: true, upTo: 4 },
      ]),
    ).toEqual({
      version: 1,
      entity: 'profile',
      where: {
        all: [
          { trait: { path: 'recency_days', op: 'gt', value: 2 } },
          { trait: { path: 'recency_days', op: 'lte', value: 9 } },
          { trait: { path: 'frequency', op: 'lte', value: 4 } },
        ],
      },
    });
  });

  it('lets missing values in where the rows had some', () => {
    expect(written([{ missing: true, upTo: 4 }], ['recency_days'])).toMatchObject({
      where: {
        all: [
          {
            any: [
              { trait: { path: 'recency_days', op: 'notExists' } },
              { trait: { path: 'recency_days', op: 'lte', value: 4 } },
            ],
          },
        ],
      },
    });
    expect(written([{ missing: true, present: false }], ['recency_days'])).toMatchObject({
      where: { all: [{ trait: { path: 'recency_days', op: 'notExists' } }] },
    });
    expect(written([{}], ['recency_days'])).toMatchObject({
      where: { all: [{ trait: { path: 'recency_days', op: 'exists' } }] },
    });
  });

  it('is refused where there is none, and for names that cannot be traits', () => {
    const context = { featureNames: ['a.b'], missingIn: [] };
    const code = (wanted: string) => expect.objectContaining({ code: wanted });
    expect(() => ruleOfCluster({ paths: [] }, context)).toThrow(code('CLUSTERS_NO_RULE'));
    expect(() => ruleOfCluster({ paths: [path([])] }, context)).toThrow(code('CLUSTERS_NO_RULE'));
    expect(() => ruleOfCluster({ paths: [path([{ above: 1 }])] }, context)).toThrow(code('CLUSTERS_NOT_A_PATH'));
  });
});
