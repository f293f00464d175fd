import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { loadSource } from '../load-source.mjs';

export const title =
  'people clustered end to end (k chosen over 2..12, stability, everybody placed, profile sheets), and one new person placed; wall seconds on two threads';

const rows = Number(process.env.KOHORT_BENCH_PROFILES ?? 1_000_000);
const cols = 20;
const MOST_GIB = 2;

/** Runs an export of the bundle in a process of its own, whose memory is then the work's alone. */
async function alone(file, call) {
  const script = `
    const bench = require(${JSON.stringify(file)});
    const seconds = () => performance.now() / 1000;
    (${call})(bench, seconds).then((told) =>
      process.stdout.write(JSON.stringify({ told, rss: process.resourceUsage().maxRSS * 1024 })));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout);
}

export async function run(report) {
  const { file } = await loadSource('libs/models/domain/src/clusters/cluster-table.bench.ts');
  const { told, rss } = await alone(
    file,
    `(bench, seconds) => bench.runClustersEndToEnd({ rows: ${rows}, cols: ${cols} }, { seconds, threads: 2 })`,
  );
  const gib = rss / 2 ** 30;
  const phases = Object.entries(told.phases).map(([phase, time]) => `${phase} ${time.toFixed(1)} s`);
  report({
    name: `${rows.toLocaleString('en')} × ${cols}, k-means`,
    own: told.total,
    limit: 180,
    note: `k ${told.k}, silhouette ${told.silhouette?.toFixed(3)}, stability ${told.stability?.toFixed(2)}, ${told.sheets} sheets, at most ${gib.toFixed(2)} GiB resident; ${phases.join(', ')}`,
  });
  if (gib > MOST_GIB) throw new Error(`${gib.toFixed(2)} GiB resident, ${MOST_GIB} are allowed`);
  const placed = await alone(file, `(bench, seconds) => bench.runPlacing({ rows: 10000, cols: ${cols} }, seconds)`);
  for (const { algorithm, median, slow } of placed.told) {
    report({
      name: `one new person placed by ${algorithm}`,
      own: median / 1000,
      limit: 0.005,
      note: `99th of a hundred ${slow.toFixed(2)} ms`,
    });
  }
}
