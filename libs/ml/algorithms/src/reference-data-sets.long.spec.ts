import { seededRandom } from '@kohort/kernel-clock-random';
import { agglomerative, agglomerativeDefaults, kmeans, kmeansDefaults } from '@kohort/ml-clustering';
import { hasDataSets, plantedSet, readCells, readColumns, readReference, zScored } from '@kohort/ml-conformance';
import { matrixOf, timesTable, transposed, type Matrix, type SparseMatrix } from '@kohort/ml-core';
import { adjustedMutualInformation, adjustedRandIndex, silhouette } from '@kohort/ml-metrics';
import { gaussianMixture, gaussianMixtureDefaults } from '@kohort/ml-mixture';

/** The figures that were reached: whoever changes something sees what it did to them. */
const say = (...parts: readonly unknown[]): void => {
  process.stderr.write(`${parts.map((part) => JSON.stringify(part)).join(' ')}\n`);
};
const control = () => ({ random: seededRandom(1) });
const withData = hasDataSets ? describe : describe.skip;

interface Agreement {
  readonly ari: number;
  readonly ami: number;
}

interface Result {
  readonly true_clusters: number;
  readonly kmeans: Agreement & { readonly inertia: number; readonly silhouette: number };
  readonly gaussian_mixture: Agreement & { readonly log_likelihood_per_row: number };
  readonly agglomerative_ward: Agreement;
  readonly agglomerative_single: Agreement;
  readonly silhouette_by_k?: Readonly<Record<string, number>>;
}

/** A set under the reference's name: `wine_zscored` is `wine` with its columns z-scored. */
function referenceSet(name: string): { matrix: Matrix; truth: number[]; wanted: Result } {
  const [file = '', scaled] = name.split('_');
  const { points, matrix, truth } = plantedSet(file);
  const wanted = readReference<Record<string, Result>>('clustering-benchmarks')[name] as Result;
  return { matrix: scaled ? matrixOf(zScored(points)) : matrix, truth, wanted };
}

const agreementOf = (truth: readonly number[], labels: ArrayLike<number>): Agreement => ({
  ari: adjustedRandIndex(truth, labels),
  ami: adjustedMutualInformation(truth, labels),
});

async function bestKmeans(matrix: Matrix, k: number, restarts: number) {
  const params = { ...kmeansDefaults, k, start: { method: 'k-means++', restarts } as const };
  const fitted = await kmeans.fit(matrix, params, control());
  return { ...fitted, silhouette: (await silhouette(matrix, fitted.labels)).value };
}

const PLANTED = ['s1', 's2', 's3', 's4', 'a1', 'a2', 'a3', 'unbalance'];
const MEASURED = ['iris', 'iris_zscored', 'wine', 'wine_zscored'];

withData('measured flowers and wines by k-means', () => {
  it.each(MEASURED)('%s', async (name) => {
    const { matrix, truth, wanted } = referenceSet(name);
    const found = await bestKmeans(matrix, 3, 30);
    const agreement = agreementOf(truth, found.labels);
    say('k-means', name, found.inertia / wanted.kmeans.inertia, agreement, found.silhouette);
    expect(found.inertia / wanted.kmeans.inertia).toBeLessThan(1 + 1e-5);
    expect(agreement.ari).toBeGreaterThan(wanted.kmeans.ari - 1e-3);
    expect(agreement.ami).toBeGreaterThan(wanted.kmeans.ami - 1e-3);
    expect(Math.abs(found.silhouette - wanted.kmeans.silhouette)).toBeLessThan(1e-3);
  });
});

withData('planted clusters', () => {
  it.each(['s1', 'a1', 'unbalance'])(
    '%s: the silhouette of numbers of clusters about the planted one',
    async (name) => {
      const { matrix, wanted } = referenceSet(name);
      for (const [k, value] of Object.entries(wanted.silhouette_by_k ?? {})) {
        const found = await bestKmeans(matrix, Number(k), 50);
        say('silhouette', name, Number(k), found.silhouette, value);
        // Away from the planted number many optima lie close together: of equal inertia the silhouettes differ by some hundredths.
        expect(found.silhouette).toBeGreaterThan(value - (Number(k) === wanted.true_clusters ? 1e-3 : 0.03));
      }
    },
  );

  it.each([...PLANTED, ...MEASURED])('%s: hierarchies agree with the truth as the reference does', async (name) => {
    const { matrix, truth, wanted } = referenceSet(name);
    for (const linkage of ['ward', 'single'] as const) {
      const params = { ...agglomerativeDefaults, linkage, cut: { by: 'k', k: wanted.true_clusters } as const };
      const { labels } = await agglomerative.fit(matrix, params, control());
      const found = agreementOf(truth, labels);
      const reference = wanted[`agglomerative_${linkage}`];
      say(linkage, name, found, reference);
      expect(found.ari).toBeGreaterThan(reference.ari - 5e-3);
      expect(found.ami).toBeGreaterThan(reference.ami - 5e-3);
    }
  });

  it.each([...PLANTED, ...MEASURED])('%s: a mixture is as likely, and agrees, as the reference does', async (name) => {
    const { matrix, truth, wanted } = referenceSet(name);
    const params = {
      ...gaussianMixtureDefaults,
      k: wanted.true_clusters,
      // Fifty touching groups have many optima.
      start: { method: 'k-means', restarts: name === 'a3' ? 60 : 10 } as const,
    };
    const fitted = await gaussianMixture.fit(matrix, params, control());
    const perRow = fitted.logLikelihood / matrix.rows;
    const found = agreementOf(truth, fitted.labels);
    say('mixture', name, perRow, found, wanted.gaussian_mixture);
    expect(perRow).toBeGreaterThan(wanted.gaussian_mixture.log_likelihood_per_row - 2e-3);
    expect(found.ari).toBeGreaterThan(wanted.gaussian_mixture.ari - 5e-3);
  });

  it('birch1: 100,000 rows in 100 clusters', async () => {
    const { matrix, truth, wanted } = referenceSet('birch1');
    const params = { ...kmeansDefaults, k: 100, start: { method: 'k-means++', restarts: 5 } as const };
    const { inertia, labels } = await kmeans.fit(matrix, params, control());
    const found = agreementOf(truth, labels);
    say('k-means birch1', inertia / wanted.kmeans.inertia, found, wanted.kmeans);
    expect(inertia).toBeLessThan(wanted.kmeans.inertia);
    // A lower inertia, and as the reference one group short of the truth: which one moves the agreement by as much.
    expect(found.ari).toBeGreaterThan(wanted.kmeans.ari - 2e-3);
    expect(found.ami).toBeGreaterThan(wanted.kmeans.ami - 1e-3);
  });
});

withData('marketing campaign', () => {
  it('income and spend, log1p and z-scored: inertia, sizes and silhouette of k-means for k 2 to 8', async () => {
    type ByK = Record<string, { inertia: number; silhouette: number; sizes_desc: number[] }>;
    const wanted = readReference<{ kmeans_log1p_zscored_income_and_spend: ByK }>('marketing-campaign');
    const spends = ['Wines', 'Fruits', 'MeatProducts', 'FishProducts', 'SweetProducts', 'GoldProds'];
    const names = ['Income', ...spends.map((name) => `Mnt${name}`)];
    const [header = [], ...cells] = readCells('marketing-campaign/customers.csv.gz');
    const known = cells.map((row) => row[header.indexOf('Income')] !== '');
    const rows = readColumns('marketing-campaign/customers.csv.gz', names).filter((_, i) => known[i]);
    expect(rows).toHaveLength(2216);
    const matrix = matrixOf(zScored(rows.map((row) => row.map(Math.log1p))));
    for (const [k, reference] of Object.entries(wanted.kmeans_log1p_zscored_income_and_spend)) {
      const found = await bestKmeans(matrix, Number(k), 50);
      const ratio = found.inertia / reference.inertia;
      say('marketing-campaign', Number(k), ratio, found.silhouette, reference.silhouette);
      expect(ratio).toBeLessThan(1 + 1e-4);
      // Another optimum than that of the reference has sizes of its own.
      if (Math.abs(ratio - 1) > 1e-8) continue;
      expect([...found.sizes].sort((a, b) => b - a)).toEqual(reference.sizes_desc);
      expect(Math.abs(found.silhouette - reference.silhouette)).toBeLessThan(1e-5);
    }
  });
});

interface AreaPair {
  readonly areas: readonly [string, string];
  readonly users: number;
  readonly lift: number;
}

/** Who used which area: visitors × areas, and the areas' titles in the order of the columns. */
function visits(): { matrix: SparseMatrix; titles: string[] } {
  const areas = readCells('microsoft-web/areas.csv.gz').slice(1);
  const columnOf = new Map(areas.map(([id = ''], column) => [id, column]));
  const users = new Map<string, number[]>();
  for (const [user = '', area = ''] of readCells('microsoft-web/visits.csv.gz').slice(1)) {
    const own = users.get(user) ?? [];
    own.push(columnOf.get(area) ?? NaN);
    users.set(user, own);
  }
  const rows = [...users.values()].map((columns) => columns.sort((a, b) => a - b));
  const starts = new Uint32Array(rows.length + 1);
  rows.forEach((columns, row) => (starts[row + 1] = (starts[row] ?? 0) + columns.length));
  const columns = Uint32Array.from(rows.flat());
  const values = new Float64Array(columns.length).fill(1);
  const matrix = { rows: rows.length, cols: areas.length, starts, columns, values };
  return { matrix, titles: areas.map(([, title = '']) => title) };
}

withData('microsoft web', () => {
  it('who uses which areas together, by sparse products', () => {
    const { matrix, titles } = visits();
    const wanted = readReference<{
      users: number;
      visits: number;
      top10_areas: Record<string, number>;
      top10_pairs_by_users: AreaPair[];
      top10_pairs_by_lift_min_100_users: AreaPair[];
    }>('microsoft-web');
    expect([matrix.rows, matrix.values.length]).toEqual([wanted.users, wanted.visits]);
    const dense = new Float64Array(matrix.rows * matrix.cols);
    for (let row = 0; row < matrix.rows; row += 1) {
      for (let at = matrix.starts[row] ?? 0; at < (matrix.starts[row + 1] ?? 0); at += 1) {
        dense[row * matrix.cols + (matrix.columns[at] ?? 0)] = 1;
      }
    }
    const together = timesTable(transposed(matrix), dense, matrix.cols);
    const count = (a: string, b: string): number =>
      together[titles.indexOf(a) * matrix.cols + titles.indexOf(b)] ?? NaN;
    for (const [area, users] of Object.entries(wanted.top10_areas)) expect(count(area, area)).toBe(users);
    for (const { areas, users, lift } of [
      ...wanted.top10_pairs_by_users,
      ...wanted.top10_pairs_by_lift_min_100_users,
    ]) {
      const [a, b] = areas;
      expect(count(a, b)).toBe(users);
      expect((count(a, b) * matrix.rows) / (count(a, a) * count(b, b))).toBeCloseTo(lift, 6);
    }
  });
});
