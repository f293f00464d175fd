import { seededRandom } from '@kohort/kernel-clock-random';
import { wideMatrixOf } from '@kohort/ml-core';
import { tellByRules } from '../surrogate/tell-by-rules';
import { assignClusters, parseClusterModel, serialiseClusterModel, type ClusterModel } from './cluster-model';
import { clusterTable } from './cluster-table';
import { explainPlacement } from './explain-placement';

const featureNames = ['recency_days', 'orders', 'spend'];
const PEOPLE = 240;

/** Loyal: seen lately, many orders; lapsed: long ago, few; then some like nobody. A tenth of the spends is missing. */
function people(strangers: number) {
  const random = seededRandom(4);
  const rows = Array.from({ length: PEOPLE + strangers }, (_, i) => {
    if (i >= PEOPLE) return [900 + 200 * (i % 2), 150 * (1 + (i % 3)), 3_000];
    const loyal = i % 3 > 0;
    const recency = loyal ? 10 + 4 * random.normal() : 200 + 15 * random.normal();
    const spend = i % 10 === 9 ? NaN : (loyal ? 90 : 30) + 5 * random.normal();
    return [Math.max(0, recency), loyal ? 12 + random.int(6) : 1 + random.int(3), spend];
  });
  return { featureNames, matrix: wideMatrixOf(rows), ids: rows.map((_, i) => `p${i}`) };
}

const input = people(0);
const withStrangers = people(4);
const rowOf = (row: number, of = input): Float64Array =>
  Float64Array.from(of.matrix.data.subarray(row * featureNames.length, (row + 1) * featureNames.length));

interface Asked {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly k?: number | 'auto';
  readonly of?: typeof input;
}

async function told(algorithm: string, { params = {}, k = 2, of = input }: Asked = {}) {
  const fitted = await clusterTable(of, {
    ...{ algorithm, params, k, seed: 1, scaling: 'zscore', missing: 'median' },
  });
  const { labels } = fitted;
  const { model, rules } = await tellByRules(of, { model: fitted.model, labels, seed: 1 });
  return { labels, rules, model: parseClusterModel(serialiseClusterModel(model)) };
}

const FITS = [
  ['kmeans', {}, 2],
  ['agglomerative', {}, 2],
  ['gaussian-mixture', {}, 2],
  ['hdbscan', { minClusterSize: 20 }, 'auto'],
] as const;

describe('the explanation of a place', () => {
  it.each(FITS)('adds up under %s, and names ways that the model itself agrees with', async (algorithm, params, k) => {
    const { labels, model } = await told(algorithm, { params, k });
    const units = new Set<string | null>();
    let ways = 0;
    for (const row of [0, 1, 2, 9, 30, 61, PEOPLE - 1]) {
      const found = await explainPlacement(model, rowOf(row));
      expect(found.label).toBe(labels[row]);
      const sum = found.reasons.reduce((total, { contribution }) => total + contribution, found.base);
      expect(Math.abs(sum - found.total)).toBeLessThan(1e-9);
      units.add(found.by);
      if (found.by === 'rules' && found.ruleAgrees === true) expect(found.total).toBeGreaterThan(0.5);
      expect(found.others.map(({ cluster }) => cluster)).not.toContain(found.label);
      for (const { cluster, changes, distance, holds } of found.others.filter((one) => one.holds)) {
        ways += 1;
        const changed = rowOf(row);
        for (const { feature, to } of changes) changed[featureNames.indexOf(feature)] = Number(to ?? NaN);
        const { labels: placed } = await assignClusters(model, { data: changed, rows: 1, cols: featureNames.length });
        expect([placed[0], holds]).toEqual([cluster, true]);
        expect(distance).toBeGreaterThan(0);
        const orders = changes.find(({ feature }) => feature === 'orders');
        if (orders) expect(Number.isInteger(orders.to)).toBe(true);
      }
    }
    expect(ways).toBeGreaterThan(3);
    // Others have no centres to be near to: the rules tell them.
    if (algorithm !== 'kmeans') expect([...units]).toEqual(['rules']);
    else expect(units).toContain('centres');
  });

  it('tells the outliers, and what it would take to belong', async () => {
    const { labels, model } = await told('hdbscan', { params: { minClusterSize: 20 }, k: 'auto', of: withStrangers });
    expect([...labels.slice(-4)]).toEqual([-1, -1, -1, -1]);
    const found = await explainPlacement(model, rowOf(PEOPLE + 3, withStrangers));
    expect(found).toMatchObject({ label: -1, isOutlier: true, distance: NaN });
    expect(found.others).toHaveLength(model.placing.k);
    expect((await explainPlacement(model, rowOf(1))).isOutlier).toBe(false);
  });

  it('knows the way to a group too small for a rule', async () => {
    const { labels, model } = await told('agglomerative', { of: withStrangers });
    expect([...labels.slice(-4)]).toEqual([1, 1, 1, 1]);
    const { others } = await explainPlacement(model, rowOf(0));
    expect(others).toMatchObject([{ cluster: 1, holds: true }]);
  });

  it('heeds the weights of a model: what weighs nothing is no reason', async () => {
    const weights = { spend: 0, orders: 4 };
    const asked = { algorithm: 'kmeans', k: 2, seed: 1, scaling: 'zscore', missing: 'median', weights } as const;
    const { model, labels } = await clusterTable(input, asked);
    for (const row of [0, 1, 2, 3]) {
      const { by, label, total, reasons } = await explainPlacement(model, rowOf(row));
      expect([by, label, total > 0]).toEqual(['centres', labels[row], true]);
      expect(reasons.map(({ feature }) => feature)).not.toContain('spend');
    }
  });

  it('is told where there is no cluster at all', async () => {
    const { model, rules } = await told('dbscan', { params: { eps: 1e-6, minPoints: 5 }, k: 'auto' });
    expect([model.placing.k, rules.clusters]).toEqual([0, []]);
    const found = await explainPlacement(model, rowOf(0));
    expect(found).toMatchObject({ label: -1, by: 'rules', total: 1, isOutlier: true, others: [] });
  });

  it('says so where a model keeps no rules and has no centres', async () => {
    const { model } = await told('agglomerative');
    const bare: ClusterModel = { ...model, rules: null };
    const found = await explainPlacement(bare, rowOf(0));
    expect(found).toMatchObject({ by: null, reasons: [], rule: null, ruleAgrees: null, others: [] });
  });

  it('keeps rules that a card can show, and refuses damaged ones', async () => {
    const { model, rules } = await told('agglomerative');
    expect(rules.fidelity).toBeGreaterThan(0.95);
    expect(rules.clusters).toHaveLength(model.placing.k);
    expect(rules.clusters[0]?.rule).toMatchObject({ version: 1, entity: 'profile' });
    const json: { rules: { tree: { cols: number } } } = JSON.parse(serialiseClusterModel(model));
    json.rules.tree.cols = 9;
    const bad = expect.objectContaining({ code: 'CLUSTERS_BAD_MODEL' });
    expect(() => parseClusterModel(JSON.stringify(json))).toThrow(bad);
    expect(() => parseClusterModel(JSON.stringify({ ...json, rules: 4 }))).toThrow(bad);
  });
});
