import { manualClock, seededRandom } from '@kohort/kernel-clock-random';
import { fitScaling } from '@kohort/ml-clustering';
import { matrixOf, wideMatrixOf } from '@kohort/ml-core';
import { runSheetCommand } from '../sheets/sheet-file';
import { tellByRules } from '../surrogate/tell-by-rules';
import { gatherWords, inWordsOf, spreadWords } from './category-words';
import { checkClusterAlgorithm } from './check-cluster-algorithm';
import { runClusterCommand } from './cluster-file';
import { assignClusters, parseClusterModel, serialiseClusterModel } from './cluster-model';
import { codeColumns } from './cluster-settings';
import { clusterTable } from './cluster-table';
import type { ClusterCsvTable } from './csv-features';
import { explainPlacement } from './explain-placement';

const table = (header: string[], rows: string[][]): ClusterCsvTable => ({ header, rows, lineOf: (row) => row + 2 });
const PLANS = ['free', 'pro', 'team', ''];
const random = seededRandom(3);
/** The plan says who belongs together; ages differ a little with it, countries not at all. */
const people = table(
  ['id', 'age', 'plan', 'country'],
  Array.from({ length: 120 }, (_, i) => [
    `r${i}`,
    String(30 + (i % 3) * 2 + random.int(6)),
    i % 40 === 39 ? '' : (PLANS[i % 3] ?? ''),
    ['at', 'de'][random.int(2)] ?? '',
  ]),
);
const asked = { id: 'id', algorithm: 'kprototypes', categories: ['plan', 'country'], scale: 'zscore' } as const;
const params = { ...asked, k: 3, params: { gamma: '4' }, weights: { country: 0.01 } };

describe('tables of numbers and words', () => {
  it('are clustered by both; sheets tell shares of words, and names are of them', async () => {
    const { sheets, metrics } = await runClusterCommand(people, params);
    expect(metrics.sizes).toEqual([40, 40, 40]);
    for (const { name, evidence, categories, features } of sheets) {
      expect(name).toMatch(/mostly plan (free|pro|team)|Mostly plan (free|pro|team)/);
      expect(evidence[0]).toMatch(/^plan (free|pro|team): \d+ % against 3[23] %$/);
      expect(features.map(({ feature }) => feature)).toEqual(['age']);
      const own = categories?.find(({ shareOfCluster }) => shareOfCluster > 0.9);
      expect(own).toMatchObject({ feature: 'plan', label: expect.stringMatching(/^plan /) });
      expect(own?.shareOfPeople).toBeCloseTo(39 / 120, 2);
    }
  });

  it('are explained in words: the rule, the reasons, and which word would lead elsewhere', async () => {
    const { explanations, sheets } = await runClusterCommand(people, { ...params, explain: ['r0'] });
    const [told] = explanations;
    expect(told).toMatchObject({
      by: 'rules',
      ruleAgrees: true,
      rule: expect.stringMatching(/^plan is (unknown or )?free/),
    });
    expect(told?.reasons[0]).toMatchObject({ feature: 'plan', value: 'free' });
    const other = told?.others[0];
    expect(other).toMatchObject({ holds: true, distance: 1 });
    const to = other?.changes[0]?.to;
    expect(other?.changes).toEqual([{ feature: 'plan', from: 'free', to: expect.stringMatching(/^(pro|team)$/) }]);
    expect(sheets[other?.cluster ?? -1]?.name).toContain(`plan ${to}`);
  });

  it('choose k in the space where a differing word counts one', async () => {
    const { metrics, reasons, warnings } = await runClusterCommand(people, { ...params, k: { from: 2, to: 4 } });
    expect(metrics.k).toBe(3);
    expect(reasons.join(' ')).toContain('separate best');
    expect(warnings.join(' ')).toContain('chosen as if all columns weighed alike');
  });

  it('are refused by name by algorithms that take numbers alone, and where words tell rows apart', async () => {
    const kmeans = runClusterCommand(people, { ...params, algorithm: 'kmeans', params: {} });
    await expect(kmeans).rejects.toMatchObject({
      code: 'ALGORITHM_SETTING',
      message: expect.stringContaining('kmedoids and kprototypes take categories'),
    });
    const ids = runClusterCommand(people, { ...params, id: undefined, categories: ['id'] });
    await expect(ids).rejects.toMatchObject({
      code: 'CLUSTERS_TOO_MANY_WORDS',
      details: { column: 'id', words: 120, most: 50 },
    });
  });

  it('are refused before any number of clusters is tried', async () => {
    const phases: string[] = [];
    const onProgress = ({ phase }: { phase: string }) => void phases.push(phase);
    const refused = (change: object, setting: string) =>
      expect(
        runClusterCommand(people, { ...params, k: 'auto', params: {}, weights: {}, ...change }, { onProgress }),
      ).rejects.toMatchObject({ code: 'ALGORITHM_SETTING', details: { setting } });
    await refused({ algorithm: 'kmeans' }, 'categories');
    await refused({ algorithm: 'gaussian-mixture' }, 'categories');
    const far = { algorithm: 'kmedoids', params: { dissimilarity: 'euclidean' } };
    await refused(far, 'categories');
    await refused({ ...far, categories: [], features: ['age'], weights: { age: 2 } }, 'weights');
    const sheet = runSheetCommand(people, { id: 'id', categories: ['plan'] }, { clock: manualClock(0), onProgress });
    await expect(sheet).rejects.toMatchObject({ code: 'ALGORITHM_SETTING' });
    expect(phases).toEqual([]);
    expect(() => checkClusterAlgorithm('kmeans', {}, { categories: true })).toThrow('it takes numbers only');
    expect(() => checkClusterAlgorithm('kmedoids', far.params, { weights: true })).toThrow('must be gower');
    expect(() => checkClusterAlgorithm('kprototypes', {}, { categories: true, weights: true })).not.toThrow();
  });

  it('put the median in place of an empty number where asked to', async () => {
    const holes = table(
      [...people.header],
      people.rows.map((row, i) => (i === 5 ? ['r5', '', ...row.slice(2)] : [...row])),
    );
    await expect(runClusterCommand(holes, { ...params, features: ['age'] })).rejects.toMatchObject({
      code: 'CLUSTERS_NOT_A_NUMBER',
    });
    const { metrics, warnings } = await runClusterCommand(holes, { ...params, missing: 'median' });
    expect(metrics.sizes).toEqual([40, 40, 40]);
    expect(warnings.join(' ')).toContain('1 missing value replaced');
  });
});

describe('a model of numbers and words', () => {
  const words = ['free', 'pro', 'team'];
  const input = {
    featureNames: ['age', 'plan'],
    ids: Array.from({ length: 60 }, (_, i) => `r${i}`),
    matrix: matrixOf(Array.from({ length: 60 }, (_, i) => [20 + (i % 5) + (i % 3), i % 3])),
    categories: [{ feature: 'plan', words }],
  };

  it('places after a round trip as before, and a word that it never saw in some cluster', async () => {
    const settings = { algorithm: 'kmedoids', k: 3, seed: 1, scaling: 'auto' } as const;
    const result = await clusterTable(input, settings);
    const { model } = await tellByRules(input, { model: result.model, labels: result.labels, seed: 1 });
    const stored = parseClusterModel(serialiseClusterModel(model));
    expect(stored.categories).toEqual(input.categories);
    const again = await assignClusters(stored, input.matrix);
    expect([...again.labels]).toEqual([...result.labels]);
    expect([...again.distances]).toEqual([...result.distances]);
    const unseen = await assignClusters(stored, matrixOf([[20, words.length]]));
    expect(unseen.labels[0]).toBeGreaterThanOrEqual(0);
    expect(unseen.distances[0]).toBeGreaterThanOrEqual(1);
  });

  it('is told by rules over words: eq for one, in for several, notExists for none', async () => {
    const labels = Int32Array.from({ length: 60 }, (_, i) => (i % 3 === 2 ? 1 : 0));
    const rulesOf = async (some: readonly string[]) => {
      const of = { ...input, categories: [{ feature: 'plan', words: some }] };
      const { model } = await clusterTable(of, { algorithm: 'kmedoids', k: 2, seed: 1, scaling: 'auto' });
      const { rules } = await tellByRules(of, { model, labels, seed: 1 });
      return rules.clusters.map(({ rule, words: said }) => ({ where: rule?.['where'], said }));
    };
    expect(await rulesOf(words)).toEqual([
      {
        where: { all: [{ trait: { path: 'plan', op: 'in', value: ['free', 'pro'] } }] },
        said: ['plan is free or pro'],
      },
      { where: { all: [{ trait: { path: 'plan', op: 'eq', value: 'team' } }] }, said: ['plan is team'] },
    ]);
    const [withNone] = await rulesOf(['', 'pro', 'team']);
    expect(withNone).toEqual({
      where: {
        all: [
          { any: [{ trait: { path: 'plan', op: 'notExists' } }, { trait: { path: 'plan', op: 'eq', value: 'pro' } }] },
        ],
      },
      said: ['plan is unknown or pro'],
    });
  });

  it('gives people the places that a model knows their words by, and a word that it does not know the one behind', () => {
    const model = { featureNames: ['n', 'plan'], categories: [{ feature: 'plan', words: ['free', 'pro'] }] };
    const rows = { data: Float64Array.of(7, 0, 8, 1, 9, 2), rows: 3, cols: 2 };
    const own = [{ feature: 'plan', words: ['basic', 'free', 'pro'] }];
    expect([...inWordsOf(model, rows, own).data]).toEqual([7, 2, 8, 0, 9, 1]);
    expect([...rows.data]).toEqual([7, 0, 8, 1, 9, 2]);
    expect(() => inWordsOf(model, rows)).toThrow('feature "plan" must be of words');
    expect(() => inWordsOf({ ...model, categories: [] }, rows, own)).toThrow('feature "plan" must be of words');
  });

  it('tells the way from no word to a word that reads like it', async () => {
    const some = { ...input, categories: [{ feature: 'plan', words: ['', 'unknown'] }] };
    const alike = { ...some, matrix: wideMatrixOf(Array.from({ length: 60 }, (_, i) => [20 + (i % 5), i % 2])) };
    const settings = { algorithm: 'kprototypes', k: 2, seed: 1, scaling: 'auto', params: { gamma: 9 } } as const;
    const result = await clusterTable(alike, settings);
    const { model } = await tellByRules(alike, { model: result.model, labels: result.labels, seed: 1 });
    const { others } = await explainPlacement(model, Float64Array.of(20, 0));
    expect(others).toMatchObject([
      { holds: true, distance: 1, changes: [{ feature: 'plan', from: 'unknown', to: 'unknown' }] },
    ]);
  });

  it.each([
    ['words alone', []],
    ['one number that is the same for all, beside words', [7]],
  ])('is of %s too', async (_, numbers) => {
    const rows = Array.from({ length: 60 }, (__, i) => [...numbers, i % 3, i % 2]);
    const own = { feature: 'country', words: ['at', 'de'] };
    const mixed = {
      ...input,
      featureNames: [...numbers.map(() => 'age'), 'plan', 'country'],
      matrix: wideMatrixOf(rows),
      categories: [...input.categories, own],
    };
    const settings = { algorithm: 'kprototypes', k: 3, seed: 1, scaling: 'auto' } as const;
    const result = await clusterTable(mixed, settings);
    expect(result.metrics.sizes.reduce((a, b) => a + b, 0)).toBe(60);
    expect(result.sheets.map(({ size }) => size)).toEqual(result.metrics.sizes);
    for (const { name, categories, features } of result.sheets) {
      expect(name).toMatch(/plan|country/i);
      expect(categories?.length).toBeGreaterThan(0);
      expect(features.map(({ effectSize }) => effectSize)).toEqual(numbers.map(() => 0));
    }
    const { model, rules } = await tellByRules(mixed, { model: result.model, labels: result.labels, seed: 1 });
    expect(rules.clusters.flatMap(({ words: said }) => said).join()).toMatch(/plan is|country is/);
    const stored = parseClusterModel(serialiseClusterModel(model));
    expect([...(await assignClusters(stored, mixed.matrix)).labels]).toEqual([...result.labels]);
  });

  it('spreads words over columns of their own and gathers them again', () => {
    const matrix = matrixOf([
      [1, 0, 5],
      [2, 2, 6],
      [3, 3, 7],
    ]);
    const { scaling } = fitScaling(matrix, ['a', 'plan', 'b'], { mode: 'auto', categories: ['plan'] });
    const codes = codeColumns({ categories: [{ feature: 'plan', words }] }, scaling);
    const spread = spreadWords(matrix, codes);
    expect([spread.rows, spread.cols]).toEqual([3, 6]);
    expect([...gatherWords(spread, codes, 3).data]).toEqual([...matrix.data]);
    const gap = (a: number, b: number) =>
      [2, 3, 4, 5].reduce((sum, j) => sum + ((spread.data[a * 6 + j] ?? 0) - (spread.data[b * 6 + j] ?? 0)) ** 2, 0);
    expect(gap(0, 1)).toBeCloseTo(1, 6);
    expect(gap(0, 0)).toBe(0);
    // The last has another word: as far from a word of the list as they are from each other.
    expect(gap(0, 2)).toBeCloseTo(1, 6);
  });
});
