import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';

export const title =
  'mixture of Gaussians (full covariances, same start) against scikit-learn, CPU seconds of one thread';

const ROUNDS = 3;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

export async function run(report) {
  const { exports: bench } = await loadSource('libs/ml/mixture/src/gaussian-mixture/gaussian-mixture.bench.ts');
  const peer = await startPeer(join(dirname(fileURLToPath(import.meta.url)), 'mixture.py'), [], ['sklearn']);
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-data-'));
  try {
    const size = bench.gaussianMixtureBenchCase;
    const input = bench.gaussianMixtureBenchInput(size);
    const file = join(folder, 'x.f32');
    writeFileSync(file, input.matrix.data);
    const own = [];
    const reference = [];
    let gap = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const ours = await bench.runGaussianMixtureBench(input, size, cpuSeconds);
      own.push(ours.seconds);
      if (!peer) continue;
      const theirs = await peer.ask({ file, ...size, labels: input.labels });
      reference.push(theirs.seconds);
      gap = Math.abs(ours.logLikelihood / theirs.logLikelihood - 1);
    }
    report({
      name: `${size.rows.toLocaleString('en')} × ${size.cols}, k ${size.k}, ${size.rounds} rounds`,
      own: Math.min(...own),
      reference: peer && Math.min(...reference),
      goal: size.goalRatio,
      note: `log likelihoods differ by ${gap.toExponential(1)} of their value`,
    });
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
