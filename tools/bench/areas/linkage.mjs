import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../../scripts/build.mjs';
import { loadSource } from '../load-source.mjs';
import { startPeer } from '../python-peer.mjs';
import { inTemporaryFolder, root } from '../solo-child.mjs';

export const title =
  'comparators against jellyfish (C), CPU seconds of one thread; linkage of 1,000,000 generated people by the built command, wall seconds';

const RECORDS = Number(process.env.KOHORT_BENCH_RECORDS ?? 1_000_000);
const PAIRS = 1_000_000;
const ROUNDS = 3;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const least = (values) => Math.min(...values);

function writeTable(file, header, rows) {
  const fd = openSync(file, 'w');
  let text = `${header.join(',')}\n`;
  for (const row of rows) {
    text += `${row.join(',')}\n`;
    if (text.length < 1 << 20) continue;
    writeSync(fd, text);
    text = '';
  }
  writeSync(fd, text);
  closeSync(fd);
  return file;
}

function writePeople(worlds, folder) {
  const world = worlds.peopleWorld({ records: RECORDS, seed: 1 });
  return {
    csv: writeTable(join(folder, 'people.csv'), worlds.PEOPLE_COLUMNS, world.rows()),
    truth: writeTable(join(folder, 'truth.csv'), ['id_a', 'id_b'], world.truePairs()),
  };
}

/** Surnames of generated people, two by two. */
function namePairs(worlds) {
  const rows = [...worlds.peopleWorld({ records: 20_000, seed: 2 }).rows()];
  const names = rows.map((row) => row[2]).filter((name) => name !== '');
  return Array.from({ length: PAIRS }, (_, p) => [names[p % names.length], names[(p * 7919 + 13) % names.length]]);
}

async function compareComparators({ bench, worlds, folder, report }) {
  const pairs = namePairs(worlds);
  const file = join(folder, 'pairs.json');
  writeFileSync(file, JSON.stringify(pairs));
  const peer = await startPeer(join(dirname(fileURLToPath(import.meta.url)), 'linkage.py'), [], ['jellyfish']);
  const own = { jaroWinkler: [], edits: [] };
  const reference = { jaroWinkler: [], edits: [] };
  const gap = {};
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const ours = bench.runComparators(pairs, cpuSeconds);
      for (const what of ['jaroWinkler', 'edits']) {
        own[what].push(ours[what].seconds);
        if (!peer) continue;
        const theirs = await peer.ask({ what, file });
        reference[what].push(theirs.seconds);
        gap[what] = Math.abs(ours[what].sum / theirs.sum - 1);
      }
    }
  } finally {
    peer?.stop();
  }
  for (const [what, name] of [
    ['jaroWinkler', 'Jaro–Winkler'],
    ['edits', 'Damerau–Levenshtein (ours restricted, the peer’s unrestricted)'],
  ]) {
    const rate = `${(PAIRS / least(own[what]) / 1e6).toFixed(1)} million pairs/s`;
    const note = gap[what] === undefined ? rate : `${rate}; sums differ by ${gap[what].toExponential(1)}`;
    const peerSeconds = reference[what].length > 0 ? least(reference[what]) : undefined;
    report({
      name: `${name}, ${PAIRS.toLocaleString('en')} pairs of surnames`,
      own: least(own[what]),
      reference: peerSeconds,
      note,
    });
  }
}

/** Proportional set size in bytes, threads included; undefined where the kernel does not tell. */
function memoryOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return undefined;
  }
}

/** CPU seconds of all threads of a process so far; 0 where the kernel does not tell. */
function cpuOf(pid) {
  try {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .split(') ')[1]
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user + system) / 100;
  } catch {
    return 0;
  }
}

async function linkPeople({ folder, files, report }) {
  const args = ['link', '--csv', files.csv, '--id', 'rec_id', '--truth', files.truth];
  args.push('--out', join(folder, 'links.csv'), '--json');
  const from = performance.now();
  const child = spawn(process.execPath, [join(root, 'apps/kohort/dist/main.cjs'), ...args], {
    env: { PATH: process.env.PATH, TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peak = 0;
  let cpu = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryOf(child.pid) ?? 0);
    cpu = Math.max(cpu, cpuOf(child.pid));
  }, 250);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((done) => child.once('close', done));
  clearInterval(timer);
  if (code !== 0) throw new Error(`kohort link ended with ${code}`);
  const seconds = (performance.now() - from) / 1000;
  const { metrics } = JSON.parse(output);
  const { pairs, ms } = metrics.compared;
  const rate = Math.round((pairs / ms) * 1000).toLocaleString('en');
  const quality = `precision ${metrics.precision.toFixed(4)}, recall ${metrics.recall.toFixed(4)}, F1 ${metrics.f1.toFixed(4)}`;
  const memory = peak > 0 ? `, peak ${(peak / 2 ** 20).toFixed(0)} MiB` : '';
  const note = `${metrics.candidates.toLocaleString('en')} distinct pairs; ${pairs.toLocaleString('en')} compared, ${rate}/s; ${cpu.toFixed(0)} s CPU; ${quality}${memory}; ${availableParallelism()} cores`;
  report({
    name: `${RECORDS.toLocaleString('en')} people linked`,
    own: seconds,
    limit: 300 * (RECORDS / 1_000_000),
    note,
  });
  if (peak > 2 * 2 ** 30) throw new Error(`peak memory ${peak} is above 2 GiB`);
}

export async function run(report) {
  const { exports: bench } = await loadSource('libs/identity/linkage/src/linkage.bench.ts');
  const { exports: worlds } = await loadSource('libs/testing/worlds/src/index.ts');
  await build(['kohort']);
  await inTemporaryFolder(async (folder) => {
    await compareComparators({ bench, worlds, folder, report });
    await linkPeople({ folder, files: writePeople(worlds, folder), report });
  });
}
