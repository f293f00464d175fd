import { seededRandom } from '@kohort/kernel-clock-random';
import { startKernelPool, type WideMatrix } from '@kohort/ml-core';
import { assignClusters, parseClusterModel, serialiseClusterModel } from './cluster-model';
import { clusterTable, type ClusterTableInput, type ClusterTableParams } from './cluster-table';

const GROUPS = 7;

/** Seven groups of people who differ in size, a third of the columns heavy-tailed; the same for the same size. */
function groupedPeople(rows: number, cols: number): ClusterTableInput {
  const random = seededRandom(23);
  const centres = Float64Array.from({ length: GROUPS * cols }, () => 2 * random.normal());
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i += 1) {
    const group = Math.min(random.int(GROUPS), random.int(GROUPS));
    for (let j = 0; j < cols; j += 1) {
      const value = (centres[group * cols + j] as number) + random.normal();
      data[i * cols + j] = j % 3 === 0 ? Math.exp(value / 2) : value;
    }
  }
  const featureNames = Array.from({ length: cols }, (_, j) => `feature_${j}`);
  return { featureNames, matrix: { data, rows, cols }, ids: Array.from({ length: rows }, (_, i) => `p${i}`) };
}

/** What the machine tells while a bench runs. */
export interface BenchProbe {
  readonly seconds: () => number;
  readonly threads: number;
}

/** Everything from the table to the sheets: k chosen over 2..12 with stability, the fit, everybody's place, the sheets. */
export async function runClustersEndToEnd(size: { rows: number; cols: number }, { seconds, threads }: BenchProbe) {
  const input = groupedPeople(size.rows, size.cols);
  const pool = await startKernelPool({ threads, blocking: 'allowed' });
  const phases = new Map<string, number>();
  const began = seconds();
  let last = { phase: 'scaling', at: began };
  const enter = (phase: string): void => {
    if (phase === last.phase) return;
    phases.set(last.phase, (phases.get(last.phase) ?? 0) + seconds() - last.at);
    last = { phase, at: seconds() };
  };
  const result = await clusterTable(
    input,
    { algorithm: 'kmeans', k: { from: 2, to: 12 }, seed: 1, scaling: 'auto', missing: 'median' },
    { pool, onProgress: ({ phase }) => enter(phase) },
  );
  enter('end');
  const total = seconds() - began;
  await pool.close();
  const chosen = result.choice?.table.find(({ k }) => k === result.metrics.k);
  return {
    total,
    phases: Object.fromEntries(phases),
    k: result.metrics.k,
    silhouette: result.metrics.silhouette,
    stability: chosen?.stability ?? null,
    sheets: result.sheets.length,
  };
}

/** Algorithms whose models place one new person at a time, each fitted on so many people. */
const PLACING: readonly Pick<ClusterTableParams, 'algorithm' | 'k' | 'params'>[] = [
  { algorithm: 'kmeans', k: GROUPS },
  { algorithm: 'gaussian-mixture', k: GROUPS },
  { algorithm: 'agglomerative', k: GROUPS },
  { algorithm: 'hdbscan', k: 'auto', params: { minClusterSize: 100 } },
  { algorithm: 'spectral', k: GROUPS },
  { algorithm: 'kmedoids', k: GROUPS },
  { algorithm: 'autoencoder', k: GROUPS },
  { algorithm: 'dec', k: GROUPS },
  { algorithm: 'vae', k: GROUPS },
];

/** Milliseconds, median and 99th of a hundred, of placing one new person by a stored model. */
export async function runPlacing(size: { rows: number; cols: number }, seconds: () => number) {
  const input = groupedPeople(size.rows, size.cols);
  const people = groupedPeople(100, size.cols).matrix;
  const measured: { algorithm: string; median: number; slow: number }[] = [];
  for (const asked of PLACING) {
    const { model } = await clusterTable(input, { ...asked, seed: 1, scaling: 'auto' });
    const stored = parseClusterModel(serialiseClusterModel(model));
    const times: number[] = [];
    for (let i = 0; i < people.rows; i += 1) {
      const data = Float64Array.from(people.data.subarray(i * size.cols, (i + 1) * size.cols));
      const person: WideMatrix = { data, rows: 1, cols: size.cols };
      const began = seconds();
      await assignClusters(stored, person);
      times.push(1000 * (seconds() - began));
    }
    times.sort((a, b) => a - b);
    measured.push({ algorithm: asked.algorithm, median: times[50] ?? NaN, slow: times[98] ?? NaN });
  }
  return measured;
}
