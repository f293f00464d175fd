import { seededRandom } from '@kohort/kernel-clock-random';
import { rocAuc } from '@kohort/ml-metrics';
import { parseTreeEnsemble, treeMargins, type GbdtParams, type GbdtRequest } from '@kohort/ml-propensity';
import { xgboostEngine } from './xgboost.adapter';

const params: GbdtParams = {
  iterations: 30,
  learningRate: 0.1,
  maxDepth: 4,
  minChildWeight: 1,
  rowShare: 1,
  columnShare: 1,
  lambda: 1,
  alpha: 0,
  gamma: 0,
};

/** Bins whose first column pulls up, second pulls down; a tenth is missing, and missing in the third pulls up. */
function world(rows: number, cols: number, changed: Partial<GbdtParams> = {}): GbdtRequest {
  const random = seededRandom(21);
  const bins = Int16Array.from({ length: rows * cols }, () => (random.next() < 0.1 ? -1 : random.int(255)));
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const at = (column: number): number => bins[row * cols + column] ?? 0;
    const z = (at(0) - at(1)) / 80 + (at(2) < 0 ? 2 : 0) - 1;
    return random.next() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  });
  return { rows: { rows, cols, bins }, labels, params: { ...params, ...changed }, seed: 5 };
}

describe('ml-xgboost engine', () => {
  const engine = xgboostEngine();

  it('says that it is there', async () => {
    expect(await engine.available()).toEqual({ available: true, engine: 'ml-xgboost 1.1.2' });
  });

  it('learns, missing values included, and leaves the request as it was', async () => {
    const request = world(2_000, 4);
    const before = { bins: request.rows.bins.slice(), labels: request.labels.slice() };
    const ensemble = await engine.train(request);
    expect(ensemble.trees).toHaveLength(30);
    expect(request.rows.bins).toEqual(before.bins);
    expect(request.labels).toEqual(before.labels);
    expect(rocAuc(request.labels, treeMargins(ensemble, request.rows))).toBeGreaterThan(0.85);
    const onMissing = ensemble.trees.some((tree) => tree.feature.includes(2));
    expect(onMissing).toBe(true);
    expect(parseTreeEnsemble(JSON.parse(JSON.stringify(ensemble)))).toEqual(ensemble);
  });

  it('gives the same trees for the same seed, others for another, also when rows are drawn', async () => {
    const request = world(600, 4, { rowShare: 0.5, columnShare: 0.5 });
    const first = await engine.train(request);
    expect(await engine.train(request)).toEqual(first);
    expect(await engine.train({ ...request, seed: 6 })).not.toEqual(first);
  });

  it('splits on whether a column whose one value is 0 is present', async () => {
    const { rows, labels } = world(600, 1);
    const bins = Int16Array.from(labels, (label, row) => (label === 1 && row % 5 > 0 ? 0 : -1));
    const ensemble = await engine.train({ rows: { ...rows, bins }, labels, params, seed: 1 });
    expect(rocAuc(labels, treeMargins(ensemble, { ...rows, bins }))).toBeGreaterThan(0.85);
  });

  it('starts from the log-odds of the rate', async () => {
    const request = world(400, 4);
    const rate = request.labels.reduce((sum, label) => sum + label, 0) / 400;
    const ensemble = await engine.train({ ...request, params: { ...params, iterations: 1 } });
    expect(ensemble.baseMargin).toBeCloseTo(Math.log(rate / (1 - rate)), 5);
    expect(ensemble.featureCount).toBe(4);
  });

  it('tells progress, and stops when asked', async () => {
    const request = world(2_000, 4, { iterations: 35 });
    const seen: (number | null)[] = [];
    await engine.train(request, { onProgress: ({ done, total }) => seen.push(done, total) });
    expect(seen).toEqual([10, 35, 20, 35, 30, 35, 35, 35]);
    const abort = new AbortController();
    const stopped = engine.train(
      { ...request, params: { ...params, iterations: 10_000 } },
      {
        signal: abort.signal,
        onProgress: () => abort.abort(),
      },
    );
    await expect(stopped).rejects.toMatchObject({ kind: 'cancelled' });
    await expect(engine.train(request, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('leaves no listener for uncaught exceptions behind', async () => {
    const before = process.listenerCount('uncaughtException');
    await engine.train(world(100, 3));
    expect(process.listenerCount('uncaughtException')).toBe(before);
  });

  const good = world(50, 3);
  it.each([
    ['XGBOOST_BAD_BIN', { ...good, rows: { ...good.rows, bins: good.rows.bins.map(() => 255) } }],
    ['XGBOOST_BAD_BIN', { ...good, rows: { ...good.rows, bins: good.rows.bins.map(() => -2) } }],
    ['XGBOOST_SHAPE', { ...good, labels: new Uint8Array(3) }],
    ['XGBOOST_SHAPE', { ...good, rows: { ...good.rows, cols: 4 } }],
    ['XGBOOST_ONE_CLASS', { ...good, labels: new Uint8Array(50) }],
    ['XGBOOST_BAD_PARAMETER', { ...good, params: { ...params, learningRate: NaN } }],
    ['XGBOOST_BAD_PARAMETER', { ...good, params: { ...params, iterations: 1.5 } }],
  ])('refuses with %s before the engine sees it', async (code, request) => {
    await expect(engine.train(request)).rejects.toMatchObject({ code });
  });
});
