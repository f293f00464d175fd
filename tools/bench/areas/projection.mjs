import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';

export const title = 't-SNE of the same float32 rows beside scikit-learn, CPU seconds of one thread';

const ROUNDS = 3;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const told = (name, { trust, divergence }) =>
  `${name} trustworthiness ${trust.toFixed(4)}, divergence ${divergence.toFixed(3)}`;

export async function run(report) {
  const { exports: bench } = await loadSource('libs/ml/projection/src/tsne/tsne.bench.ts');
  const peer = await startPeer(join(dirname(fileURLToPath(import.meta.url)), 'projection.py'), [], ['sklearn']);
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-data-'));
  try {
    for (const { rows, cols, goalRatio } of bench.tsneBenchCases) {
      const matrix = bench.touchingGroups(rows, cols);
      const file = join(folder, 'rows.f32');
      writeFileSync(file, matrix.data);
      const [ours, theirs] = [[], []];
      for (let round = 0; round < ROUNDS; round += 1) {
        if (peer) theirs.push(await peer.ask({ file, rows, cols }));
        ours.push(await bench.runTsneBench(matrix, cpuSeconds));
      }
      report({
        name: `t-SNE ${rows.toLocaleString('en')} × ${cols}, 1,000 steps`,
        goal: goalRatio,
        own: Math.min(...ours.map(({ seconds }) => seconds)),
        reference: peer ? Math.min(...theirs.map(({ seconds }) => seconds)) : undefined,
        note: [told('own', ours[0]), ...(peer ? [told('scikit-learn', theirs[0])] : [])].join('; '),
      });
    }
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
