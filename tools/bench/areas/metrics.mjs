import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';

export const title = 'measures of clusterings against scikit-learn, CPU seconds of one thread';

const ROUNDS = 3;
const LARGE = { rows: 1_000_000, cols: 10, k: 8 };
const SWEPT = { rows: 20_000, cols: 10, k: 8 };
const KS = [2, 3, 4, 5, 6, 7, 8, 9, 10];

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const least = (values) => Math.min(...values);

async function compareMeasures({ bench, peer, folder, report }) {
  const input = bench.metricsBenchInput(LARGE);
  const files = { file: join(folder, 'x.f32'), truth: join(folder, 'truth.i32'), labels: join(folder, 'labels.i32') };
  writeFileSync(files.file, input.matrix.data);
  writeFileSync(files.truth, input.truth);
  writeFileSync(files.labels, input.labels);
  const [own, theirs] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(bench.runMetricsBench(input, cpuSeconds));
    if (peer) theirs.push(await peer.ask({ what: 'measures', ...files, ...LARGE }));
  }
  for (const name of Object.keys(own[0])) {
    const gap = peer ? Math.abs(own[0][name].value - theirs[0][name].value) / Math.abs(theirs[0][name].value) : 0;
    report({
      name: `${name}, 1,000,000 × 10, k 8`,
      own: least(own.map((round) => round[name].seconds)),
      reference: peer && least(theirs.map((round) => round[name].seconds)),
      goal: 1,
      note: `values differ by ${gap.toExponential(1)}, relative`,
    });
  }
}

async function compareSweep({ bench, peer, folder, report }) {
  const { matrix } = bench.metricsBenchInput(SWEPT);
  const labelings = KS.map((k) => Int32Array.from({ length: SWEPT.rows }, (_, i) => i % k));
  const files = { file: join(folder, 's.f32'), labels: join(folder, 'sweep.i32') };
  writeFileSync(files.file, matrix.data);
  writeFileSync(files.labels, Int32Array.from(labelings.flatMap((labels) => [...labels])));
  const ours = await bench.runSilhouetteSweep(matrix, labelings, cpuSeconds);
  const theirs = peer && (await peer.ask({ what: 'sweep', ...files, rows: SWEPT.rows, cols: SWEPT.cols }));
  const gap = peer ? Math.max(...ours.values.map((value, i) => Math.abs(value - theirs.values[i]))) : 0;
  report({
    name: 'silhouette of k 2 to 10, 20,000 × 10',
    own: ours.seconds,
    reference: theirs?.seconds,
    goal: 0.5,
    note: `values differ by ${gap.toExponential(1)}`,
  });
}

export async function run(report) {
  const { exports: bench } = await loadSource('libs/ml/metrics/src/clustering-metrics.bench.ts');
  const peer = await startPeer(join(dirname(fileURLToPath(import.meta.url)), 'metrics.py'), [], ['sklearn']);
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-data-'));
  try {
    await compareMeasures({ bench, peer, folder, report });
    await compareSweep({ bench, peer, folder, report });
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
