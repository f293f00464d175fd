import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';

export const title = 'classification trees of the same float32 rows against scikit-learn, CPU seconds of one thread';

const ROUNDS = 3;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

export async function run(report) {
  const { exports: bench } = await loadSource('libs/ml/trees/src/classification-tree.bench.ts');
  const peer = await startPeer(join(dirname(fileURLToPath(import.meta.url)), 'trees.py'), [], ['sklearn']);
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-data-'));
  try {
    for (const one of bench.classificationTreeBenchCases) {
      const input = bench.classificationTreeBenchInput(one);
      const files = Object.fromEntries(['x', 'y', 'later', 'truth'].map((name) => [name, join(folder, name)]));
      writeFileSync(files.x, input.training.matrix.data);
      writeFileSync(files.y, input.training.classOf);
      writeFileSync(files.later, input.later.matrix.data);
      writeFileSync(files.truth, input.later.classOf);
      const [own, reference] = [[], []];
      let note = '';
      for (let round = 0; round < ROUNDS; round += 1) {
        const ours = await bench.runClassificationTreeBench(input, one, cpuSeconds);
        own.push(ours.seconds);
        const theirs = peer && (await peer.ask({ ...files, ...one }));
        if (theirs) reference.push(theirs.seconds);
        note = `accuracy ${ours.accuracy.toFixed(4)} and ${theirs?.accuracy.toFixed(4)}, ${ours.leaves} and ${theirs?.leaves} leaves`;
      }
      report({
        name: `${one.rows.toLocaleString('en')} × ${one.cols}, ${one.classes} classes, ${one.maxLeaves ?? 'all'} leaves`,
        own: Math.min(...own),
        reference: peer && Math.min(...reference),
        goal: one.goalRatio,
        note,
      });
    }
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
