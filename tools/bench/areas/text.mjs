import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';

export const title = 'topics of texts (same start) against scikit-learn, CPU seconds of one thread';

const ROUNDS = 3;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function topics(report, { peer, folder }) {
  const { exports: bench } = await loadSource('libs/ml/text/src/topics/lda.bench.ts');
  const size = bench.ldaBenchCase;
  const input = bench.ldaBenchInput(size);
  const { starts, columns, values } = input.counts;
  for (const [name, data] of Object.entries({ starts, columns, values, start: input.start })) {
    writeFileSync(join(folder, name), data);
  }
  const [mine, theirs] = [[], []];
  let note = '';
  for (let round = 0; round < ROUNDS; round += 1) {
    const ours = await bench.runLdaBench(input, size, cpuSeconds);
    mine.push(ours.seconds);
    if (!peer) continue;
    const other = await peer.ask({ what: 'lda', folder, ...size });
    theirs.push(other.seconds);
    note = `mean log share of a word ${ours.explained.toFixed(4)}, reference ${other.explained.toFixed(4)}`;
  }
  const name = `LDA ${size.rows.toLocaleString('en')} × ${size.cols.toLocaleString('en')}, ${size.topics} topics, ${size.passes} passes`;
  report({ name, own: Math.min(...mine), reference: peer && Math.min(...theirs), goal: size.goalRatio, note });
}

export async function run(report) {
  const peer = await startPeer(join(dirname(fileURLToPath(import.meta.url)), 'text.py'), [], ['sklearn']);
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-data-'));
  try {
    await topics(report, { peer, folder });
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
