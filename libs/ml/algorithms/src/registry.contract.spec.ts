import { takeRows } from '@kohort/ml-core';
import { adjustedRandIndex } from '@kohort/ml-metrics';
import { exampleFor, settingsFor } from '../test/algorithm-examples';
import { expectNamedOrWhole, expectWhole } from '../test/expect-whole';
import { HOSTILE_TABLES } from '../test/hostile-tables';
import type { ClusteringAlgorithm, ClusterPlacement, FitSettings } from './clustering-algorithm';
import { CLUSTERING_ALGORITHMS, clusteringModel } from './registry';

const all = CLUSTERING_ALGORITHMS.map((algorithm) => [algorithm.name, algorithm] as const);
const fitExample = (algorithm: ClusteringAlgorithm, settings: Partial<FitSettings> = {}) => {
  const matrix = exampleFor(algorithm);
  return algorithm.fit(matrix, { ...settingsFor(algorithm, matrix.rows), ...settings });
};
/** Numbers as bytes: NaN is equal to NaN. */
const bytesOf = ({ labels, confidence, outlierScore, distance }: ClusterPlacement) =>
  JSON.stringify([labels, confidence, outlierScore, distance].map((list) => list && Array.from(list)));

describe.each(all)('%s in the registry', (_name, algorithm) => {
  it('says what it is for', () => {
    expect(algorithm.about).toMatch(/^[A-Zk].{30,160}[.]$/);
    expect(algorithm.confidence.length).toBeGreaterThan(10);
    expect(algorithm.takesK || algorithm.findsK).toBe(true);
    expect(algorithm.params.parse({})).toBeDefined();
  });

  it('finds four plain groups and places everybody', async () => {
    const fitted = await fitExample(algorithm);
    const { rows } = exampleFor(algorithm);
    expectWhole(fitted, rows);
    const truth = Array.from({ length: rows }, (_, i) => i % 4);
    if (algorithm.name !== 'rfm-cells') expect(adjustedRandIndex(truth, fitted.labels)).toBeGreaterThan(0.9);
  });

  it('gives the same bytes for the same seed', async () => {
    const [one, two] = [await fitExample(algorithm), await fitExample(algorithm)];
    expect(JSON.stringify(one.state)).toBe(JSON.stringify(two.state));
    expect(bytesOf(one)).toBe(bytesOf(two));
  });

  it('places rows after storing and loading as before, alone and among others', async () => {
    const fitted = await fitExample(algorithm);
    const matrix = exampleFor(algorithm);
    const before = clusteringModel(algorithm.name, fitted.state);
    const after = clusteringModel(algorithm.name, JSON.parse(JSON.stringify(fitted.state)));
    const whole = await after.assign(matrix);
    expect([after.k, after.cols]).toEqual([fitted.k, matrix.cols]);
    expect(bytesOf(whole)).toBe(bytesOf(await before.assign(matrix)));
    const same = whole.labels.filter((label, i) => label === fitted.labels[i]).length;
    expect(same / matrix.rows).toBeGreaterThan(0.98);
    const few = [5, 0, matrix.rows - 1];
    const alone = await after.assign(takeRows(matrix, few));
    expect([...alone.labels]).toEqual(few.map((row) => whole.labels[row]));
    expect([...alone.confidence]).toEqual(few.map((row) => whole.confidence[row]));
    await expect(after.assign({ data: new Float32Array(3), rows: 1, cols: 3 + matrix.cols })).rejects.toMatchObject({
      code: 'ML_SHAPE',
    });
  });

  it.each(HOSTILE_TABLES)('meets %s with a named error or a whole answer', async (_title, make) => {
    expect.hasAssertions();
    await expectNamedOrWhole(algorithm, make());
  });

  it('says so when sizes cannot be kept', async () => {
    const attempt = fitExample(algorithm, { sizes: { min: 150 } });
    await expect(attempt).rejects.toMatchObject({ code: 'ML_UNSATISFIABLE', kind: 'unsuitable-data' });
  });

  it('refuses parameters by name', async () => {
    await expect(fitExample(algorithm, { params: { nonsense: 1 } })).rejects.toMatchObject({
      code: 'ALGORITHM_PARAM_UNKNOWN',
      details: { algorithm: algorithm.name, parameter: 'nonsense' },
    });
    const [first] = Object.keys(algorithm.params.shape);
    const attempt = fitExample(algorithm, { params: { [first ?? '']: -1e300 } });
    await expect(attempt).rejects.toMatchObject({ code: 'ALGORITHM_PARAM', details: { parameter: first } });
  });

  it('stops when it is told to', async () => {
    const matrix = exampleFor(algorithm);
    const stop = new AbortController();
    const running = algorithm.fit(matrix, settingsFor(algorithm, matrix.rows), { signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toMatchObject({ kind: 'cancelled' });
  });
});
