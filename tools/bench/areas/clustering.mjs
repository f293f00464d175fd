import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';

export const title = 'clusterings of the same float32 rows against scipy and scikit-learn, CPU seconds of one thread';

const ROUNDS = 4;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const least = (values) => Math.min(...values);
const shown = ({ rows, cols }) => `${rows.toLocaleString('en')} × ${cols}`;

/** Runs both sides in turn; `compare` makes the note from what both answered last. */
async function alternate({ peer, question, own, compare, rounds = ROUNDS }) {
  const [ours, theirs] = [[], []];
  let note = '';
  for (let round = 0; round < rounds; round += 1) {
    const answer = peer && question ? await peer.ask(question) : undefined;
    if (answer) theirs.push(answer.seconds);
    const made = await own();
    ours.push(made.seconds);
    note = compare(made, answer);
  }
  return { own: least(ours), reference: theirs.length > 0 ? least(theirs) : undefined, note };
}

async function compareLinkage({ peer, folder, report }) {
  const { exports: bench } = await loadSource('libs/ml/clustering/src/agglomerative/agglomerative.bench.ts');
  const file = join(folder, 'linkage.f32');
  for (const one of bench.linkageBenchCases) {
    const matrix = bench.overlappingGroups(one.rows, one.cols);
    writeFileSync(file, matrix.data);
    const measured = await alternate({
      peer,
      question: { what: 'linkage', file, rows: one.rows, cols: one.cols, linkage: one.linkage },
      own: () => bench.runLinkageBench(matrix, one.linkage, cpuSeconds),
      compare: ({ heights }, answer) => {
        const gaps = answer?.heights.map((height, at) => Math.abs(heights[at] - height) / height) ?? [];
        return `heights differ by ${Math.max(0, ...gaps).toExponential(1)}`;
      },
    });
    report({ name: `${one.linkage} linkage ${shown(one)}`, goal: one.goalRatio, ...measured });
  }
}

export async function run(report) {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'clustering.py');
  const peer = await startPeer(script, [], ['sklearn', 'scipy']);
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-data-'));
  try {
    for (const compare of [compareLinkage]) await compare({ peer, folder, report });
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
