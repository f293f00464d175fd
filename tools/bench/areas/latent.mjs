import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';

export const title =
  'parts of counts (same start) and spectral clusters against scikit-learn, CPU seconds of one thread';

const ROUNDS = 3;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function compare({ name, goal, own, ask, note }, { peer, report }) {
  const mine = [];
  const theirs = [];
  let last;
  for (let round = 0; round < ROUNDS; round += 1) {
    const ours = await own();
    mine.push(ours.seconds);
    if (!peer) continue;
    const other = await peer.ask(ask(ours));
    theirs.push(other.seconds);
    last = note(ours, other);
  }
  report({ name, own: Math.min(...mine), reference: peer && Math.min(...theirs), goal, note: last ?? '' });
}

export async function run(report) {
  const { exports: parts } = await loadSource('libs/ml/latent/src/nmf/nmf.bench.ts');
  const { exports: graphs } = await loadSource('libs/ml/latent/src/spectral/spectral.bench.ts');
  const peer = await startPeer(join(dirname(fileURLToPath(import.meta.url)), 'latent.py'), [], ['sklearn']);
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-data-'));
  const file = join(folder, 'x.f32');
  try {
    const size = parts.nmfBenchCase;
    const input = parts.nmfBenchInput(size);
    writeFileSync(file, input.matrix.data);
    const { amounts, parts: first } = input;
    const counts = {
      name: `counts ${size.rows.toLocaleString('en')} × ${size.cols}, k ${size.k}, ${size.rounds} rounds`,
      goal: size.goalRatio,
      own: () => parts.runNmfBench(input, size, cpuSeconds),
      ask: () => ({ what: 'nmf', file, ...size, amounts, parts: first }),
      note: (ours, theirs) =>
        `errors differ by ${Math.abs(ours.error / theirs.error - 1).toExponential(1)} of their value`,
    };
    await compare(counts, { peer, report });
    for (const example of graphs.spectralBenchCases) {
      const matrix = graphs.spectralBenchInput(example);
      writeFileSync(file, matrix.data);
      const graph = {
        name: `${example.name} ${example.rows.toLocaleString('en')} × ${example.cols}, k ${example.k}`,
        goal: example.goalRatio,
        own: () => graphs.runSpectralBench(matrix, example, cpuSeconds),
        ask: ({ labels }) => ({ what: 'spectral', file, ...example, labels }),
        note: (_ours, theirs) => `agreement ${theirs.ari.toFixed(3)}`,
      };
      await compare(graph, { peer, report });
    }
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
