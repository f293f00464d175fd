import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';

export const title =
  'k-means (Lloyd, float32, same start) and silhouette against scikit-learn, CPU seconds of one thread';

const ROUNDS = 4;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const least = (values) => Math.min(...values);

async function compareKmeans({ bench, peer, folder, size, report }) {
  const input = bench.kmeansBenchInput(size);
  const file = join(folder, 'x.f32');
  writeFileSync(file, input.matrix.data);
  const question = { what: 'kmeans', file, rows: size.rows, cols: size.cols, k: size.k, start: input.start };
  const own = [];
  const reference = [];
  let ours;
  let theirs;
  for (let round = 0; round < ROUNDS; round += 1) {
    if (peer) {
      theirs = await peer.ask(question);
      reference.push(theirs.seconds);
    }
    ours = await bench.runKmeansBench(input, size.k, cpuSeconds);
    own.push(ours.seconds);
  }
  const worse = theirs ? ours.inertia / theirs.inertia - 1 : 0;
  const note = `${ours.iterations} rounds, reference ${theirs?.iterations ?? '-'}; inertia ${worse >= 0 ? '+' : ''}${worse.toExponential(1)}`;
  const name = `${size.rows.toLocaleString('en')} × ${size.cols}, k ${size.k}`;
  report({ name, own: least(own), reference: peer && least(reference), goal: size.goalRatio, note });
}

async function compareSilhouette({ bench, peer, folder, report }) {
  const size = { rows: 20_000, cols: 10, k: 8 };
  const input = bench.kmeansBenchInput(size);
  const file = join(folder, 'x.f32');
  writeFileSync(file, input.matrix.data);
  const { labels } = await bench.runKmeansBench(input, size.k, cpuSeconds);
  const own = [];
  const reference = [];
  let gap = 0;
  for (let round = 0; round < 3; round += 1) {
    const ours = await bench.runSilhouetteBench(input.matrix, labels, cpuSeconds);
    own.push(ours.seconds);
    if (!peer) continue;
    const question = { what: 'silhouette', file, rows: size.rows, cols: size.cols, labels: [...labels] };
    const theirs = await peer.ask(question);
    reference.push(theirs.seconds);
    gap = Math.abs(ours.value - theirs.value);
  }
  const note = `values differ by ${gap.toExponential(1)}`;
  report({
    name: 'silhouette 20,000 × 10, k 8',
    own: least(own),
    reference: peer && least(reference),
    goal: 0.5,
    note,
  });
}

export async function run(report) {
  const { exports: bench } = await loadSource('libs/ml/clustering/src/kmeans/kmeans.bench.ts');
  const script = join(dirname(fileURLToPath(import.meta.url)), 'kmeans.py');
  const peer = await startPeer(script, [], ['sklearn']);
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-data-'));
  try {
    for (const size of bench.kmeansBenchCases) await compareKmeans({ bench, peer, folder, size, report });
    await compareSilhouette({ bench, peer, folder, report });
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
