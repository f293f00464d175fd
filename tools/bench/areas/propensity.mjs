import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';

export const title =
  'logistic regression and AUC against scikit-learn, trees and TreeSHAP against XGBoost, CPU seconds of one thread';

const ROUNDS = 4;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const least = (values) => Math.min(...values);
const farthest = (a, b) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

async function compareLogistic({ peer, folder, report }) {
  const { exports: bench } = await loadSource('libs/ml/propensity/src/logistic/logistic.bench.ts');
  for (const { rows, cols, goalRatio } of bench.logisticBenchCases) {
    const input = bench.logisticBenchInput({ rows, cols });
    const question = { what: 'logistic', file: join(folder, 'x.f64'), labels: join(folder, 'y.u8'), rows, cols };
    writeFileSync(question.file, input.matrix.data);
    writeFileSync(question.labels, input.labels);
    const own = [];
    const reference = [];
    let note = '';
    for (let round = 0; round < ROUNDS; round += 1) {
      const theirs = await peer?.ask(question);
      if (theirs) reference.push(theirs.seconds);
      const ours = await bench.runLogisticBench(input, cpuSeconds);
      own.push(ours.seconds);
      note = `${ours.iterations} steps; objective ${theirs ? (ours.objective - theirs.objective).toExponential(1) : '-'}`;
    }
    const name = `logistic regression ${rows.toLocaleString('en')} × ${cols}`;
    report({ name, own: least(own), reference: peer && least(reference), goal: goalRatio, note });
  }
}

async function compareAuc({ peer, folder, report }) {
  const { exports: bench } = await loadSource('libs/ml/metrics/src/roc-auc.bench.ts');
  const input = bench.rocAucBenchInput(1_000_000);
  const question = { what: 'auc', file: join(folder, 's.f64'), labels: join(folder, 'y.u8') };
  writeFileSync(question.file, input.scores);
  writeFileSync(question.labels, input.labels);
  const own = [];
  const reference = [];
  let note = '';
  for (let round = 0; round < ROUNDS; round += 1) {
    const theirs = await peer?.ask(question);
    if (theirs) reference.push(theirs.seconds);
    const ours = bench.runRocAucBench(input, cpuSeconds);
    own.push(ours.seconds);
    note = `values differ by ${theirs ? Math.abs(ours.auc - theirs.auc).toExponential(1) : '-'}`;
  }
  report({ name: 'AUC 1,000,000', own: least(own), reference: peer && least(reference), goal: 1, note });
}

/** The reference grows the trees, so without it there is nothing to run on. */
async function compareTrees({ peer, report }) {
  if (!peer) return;
  const { exports: bench } = await loadSource('libs/ml/explain/src/tree-shap.bench.ts');
  const cols = 20;
  const { ensemble, bins } = await peer.ask({ what: 'grow', rows: 20_000, cols, trees: 100, explain: 2_000 });
  const input = bench.treeShapBenchInput(ensemble, bins, cols);
  const own = { predict: [], explain: [] };
  const reference = { predict: [], explain: [] };
  let gap = { margins: 0, values: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const theirs = await peer.ask({ what: 'explain' });
    reference.predict.push(theirs.predictSeconds);
    reference.explain.push(theirs.explainSeconds);
    const ours = bench.runTreeShapBench(input, cpuSeconds);
    own.predict.push(ours.predictSeconds);
    own.explain.push(ours.explainSeconds);
    gap = { margins: farthest(ours.margins, theirs.margins), values: farthest(ours.values, theirs.values) };
  }
  const size = '2,000 × 20, 100 trees of depth 4';
  const line = (what, goal, differ) => ({
    name: `${what} ${size}`,
    own: least(own[what]),
    reference: least(reference[what]),
    goal,
    note: `differ by ${differ.toExponential(1)} at most`,
  });
  report(line('predict', 1.5, gap.margins));
  report(line('explain', 2, gap.values));
}

export async function run(report) {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'propensity.py');
  const peer = await startPeer(script, [], ['sklearn', 'xgboost']);
  const folder = mkdtempSync(join(tmpdir(), 'kohort-bench-data-'));
  try {
    await compareLogistic({ peer, folder, report });
    await compareAuc({ peer, folder, report });
    await compareTrees({ peer, report });
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
