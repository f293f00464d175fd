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

const equalLabels = (labels, answer) =>
  answer ? `${labels.filter((label, at) => label !== answer.labels[at]).length} labels differ` : '';

async function compareDbscan({ peer, folder, report }) {
  const { exports: bench } = await loadSource('libs/ml/density/src/dbscan/dbscan.bench.ts');
  const file = join(folder, 'dbscan.f32');
  for (const one of bench.dbscanBenchCases) {
    const { rows, cols, eps, minPoints } = one;
    const matrix = bench.denseGroups(rows, cols);
    writeFileSync(file, matrix.data);
    const measured = await alternate({
      peer,
      question: { what: 'dbscan', file, rows, cols, eps, minPoints },
      own: () => bench.runDbscanBench(matrix, one, cpuSeconds),
      compare: ({ labels, core }, answer) => `${equalLabels(labels, answer)}, core rows ${core} and ${answer?.core}`,
    });
    report({ name: `DBSCAN ${shown(one)}`, goal: one.goalRatio, ...measured });
  }
}

async function compareOptics({ peer, folder, report }) {
  const { exports: bench } = await loadSource('libs/ml/density/src/optics/optics.bench.ts');
  const { exports: data } = await loadSource('libs/ml/density/src/dbscan/dbscan.bench.ts');
  const file = join(folder, 'optics.f32');
  for (const one of bench.opticsBenchCases) {
    const matrix = data.denseGroups(one.rows, one.cols);
    writeFileSync(file, matrix.data);
    const measured = await alternate({
      peer,
      rounds: 3,
      question: { what: 'optics', file, rows: one.rows, cols: one.cols },
      own: () => bench.runOpticsBench(matrix, cpuSeconds),
      compare: ({ labels }, answer) => equalLabels(labels, answer),
    });
    report({ name: `OPTICS ${shown(one)}`, goal: one.goalRatio, ...measured });
  }
}

async function compareHdbscan({ report }) {
  const { exports: bench } = await loadSource('libs/ml/density/src/hdbscan/hdbscan.bench.ts');
  const { exports: data } = await loadSource('libs/ml/clustering/src/agglomerative/agglomerative.bench.ts');
  for (const one of bench.hdbscanBenchCases) {
    const matrix = data.overlappingGroups(one.rows, one.cols);
    const measured = await alternate({
      own: () => bench.runHdbscanBench(matrix, cpuSeconds),
      compare: ({ k, noise }) => `${k} clusters, ${noise} rows of noise`,
    });
    report({ name: `HDBSCAN ${shown(one)}`, limit: one.limit, ...measured });
  }
}

async function compareMiniBatch({ peer, folder, report }) {
  const { exports: bench } = await loadSource('libs/ml/clustering/src/mini-batch-kmeans/mini-batch-kmeans.bench.ts');
  const { exports: data } = await loadSource('libs/ml/clustering/src/kmeans/kmeans.bench.ts');
  const file = join(folder, 'mini-batch.f32');
  const over = (inertia, full) => `${((inertia / full - 1) * 100).toFixed(2)} %`;
  for (const one of bench.miniBatchBenchCases) {
    const { rows, cols, k } = one;
    const { matrix } = data.kmeansBenchInput(one);
    const full = await bench.fullInertia(matrix, k);
    writeFileSync(file, matrix.data);
    const measured = await alternate({
      peer,
      question: { what: 'miniBatch', file, rows, cols, k, batchRows: 1024 },
      own: () => bench.runMiniBatchBench(matrix, k, cpuSeconds),
      compare: ({ inertia }, answer) =>
        `inertia above k-means: ${over(inertia, full)}${answer ? `, reference ${over(answer.inertia, full)}` : ''}`,
    });
    report({ name: `mini-batch k-means ${shown(one)}, k ${k}`, goal: one.goalRatio, ...measured });
  }
}

export async function run(report) {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'clustering.py');
  const peer = await startPeer(script, [], ['sklearn', 'scipy']);
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-data-'));
  try {
    for (const compare of [compareLinkage, compareDbscan, compareHdbscan, compareOptics, compareMiniBatch])
      await compare({ peer, folder, report });
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
