import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';

export const title = 'fit and transform of the same float64 rows against scikit-learn, CPU seconds of one thread';

const ROUNDS = 4;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const least = (values) => Math.min(...values);

/** The largest difference of two outputs, relative above 1. */
function farthest(own, file) {
  const bytes = readFileSync(file);
  const theirs = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  if (own.length !== theirs.length) return Infinity;
  let most = 0;
  for (let i = 0; i < own.length; i += 1) {
    most = Math.max(most, Math.abs(own[i] - theirs[i]) / Math.max(1, Math.abs(theirs[i])));
  }
  return most;
}

async function compare({ bench, peer, folder, one, report }) {
  const { use, params, rows, cols, missing, goalRatio } = one;
  const table = bench.preprocessingBenchInput(one);
  const [file, out] = [join(folder, 'x.f64'), join(folder, 'out.f64')];
  writeFileSync(file, bench.benchCells(table));
  const own = [];
  const reference = [];
  let gap;
  for (let round = 0; round < ROUNDS; round += 1) {
    if (peer) reference.push((await peer.ask({ use, params, rows, cols, file, out })).seconds);
    const { seconds, made } = await bench.runPreprocessingBench(one, table, cpuSeconds);
    own.push(seconds);
    if (peer && round === 0) gap = farthest(bench.benchCells(made), out);
  }
  const holes = missing > 0 ? `, ${100 * missing} % missing` : '';
  const name = `${use} ${rows.toLocaleString('en')} × ${cols}${holes}`;
  const note = gap === undefined ? '' : `outputs differ by ${gap.toExponential(1)}`;
  report({ name, own: least(own), reference: peer && least(reference), goal: goalRatio, note });
}

export async function run(report) {
  const { exports: bench } = await loadSource('libs/ml/preprocessing/src/pipeline/preprocessing.bench.ts');
  const script = join(dirname(fileURLToPath(import.meta.url)), 'preprocessing.py');
  const peer = await startPeer(script, [], ['sklearn']);
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-data-'));
  try {
    for (const one of bench.preprocessingBenchCases) await compare({ bench, peer, folder, one, report });
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
