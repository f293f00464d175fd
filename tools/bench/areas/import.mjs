import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { dataDir, inTemporaryFolder, startChild, startSolo } from '../solo-child.mjs';

export const title =
  'import of 541,909 real order lines through a running solo, wall seconds, beside the ClickHouse engine reading the same CSV through the door';

const ROWS = 541_909;
const TABLE = `create table lines (InvoiceNo String, StockCode String, Description String, Quantity Int32,
  InvoiceDate DateTime, UnitPrice Decimal(12, 3), CustomerID Nullable(String), Country String)
  engine = MergeTree order by (InvoiceNo, StockCode)`;

async function readByEngine(csv, folder) {
  const door = await startChild(['door', '--data', join(folder, 'door')], {
    isReady: (output) => output.includes('\n'),
  });
  try {
    const { url, adminKey } = JSON.parse(door.output());
    const ask = async (statement, body) => {
      const response = await fetch(`${url}/?query=${encodeURIComponent(statement)}`, {
        method: 'POST',
        headers: { 'x-clickhouse-user': 'admin', 'x-clickhouse-key': adminKey },
        ...(body ? { body, duplex: 'half' } : {}),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return text.trim();
    };
    await ask(TABLE);
    const from = performance.now();
    await ask(
      'insert into lines format CSVWithNames',
      Readable.toWeb(createReadStream(csv, { highWaterMark: 1 << 20 })),
    );
    const seconds = (performance.now() - from) / 1000;
    const rows = Number(await ask('select count() from lines'));
    if (rows !== ROWS) throw new Error(`the engine read ${rows} rows`);
    return seconds;
  } finally {
    await door.stop();
  }
}

async function importBySolo(csv, folder) {
  const solo = await startSolo(join(folder, 'home'));
  try {
    const from = performance.now();
    const { counts } = await solo.importFile(csv, 'online-retail');
    const stored = (performance.now() - from) / 1000;
    await solo.untilWorkedOff();
    return { counts, stored, workedOff: (performance.now() - from) / 1000 };
  } finally {
    await solo.stop();
  }
}

/** Orders enough that memory which grew with them would show. */
const MANY = 2_200_000;
const SAMPLE_MS = 500;

async function writeOrders(csv) {
  async function* lines() {
    yield 'order_id,customer_id,ordered_at,revenue\n';
    for (let from = 0; from < MANY; from += 10_000) {
      let block = '';
      for (let n = from; n < from + 10_000; n += 1) block += `o${n},c${n % 20_000},2026-01-01T00:00:00Z,${n % 97}.25\n`;
      yield block;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(csv));
}

/** Resident memory of a process in MB, as Linux tells it; null elsewhere. */
function residentMb(pid) {
  const status = `/proc/${pid}/status`;
  return existsSync(status) ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]) / 1024 : null;
}

/** How memory stands while a long file is read: the middle of the second tenth, and of the last. */
async function memoryOfLongImport(folder) {
  const csv = join(folder, 'orders.csv');
  await writeOrders(csv);
  const solo = await startSolo(join(folder, 'long'));
  const samples = [];
  const timer = setInterval(() => samples.push(residentMb(solo.pid)), SAMPLE_MS);
  try {
    await solo.importFile(csv, 'orders');
  } finally {
    clearInterval(timer);
    await solo.stop();
  }
  const known = samples.filter((sample) => sample !== null);
  const middle = (from, to) => {
    const part = known.slice(Math.floor(known.length * from), Math.ceil(known.length * to)).sort((a, b) => a - b);
    return part[Math.floor(part.length / 2)] ?? Number.NaN;
  };
  const [early, late] = [middle(0.1, 0.2), middle(0.9, 1)];
  console.log(
    `  memory of solo while ${MANY.toLocaleString('en')} rows come in: ${early.toFixed(0)} MB early, ${late.toFixed(0)} MB late, ${Math.max(...known).toFixed(0)} MB at most`,
  );
}

export async function run(report) {
  const source = join(dataDir, 'online-retail', 'transactions.csv.gz');
  if (!existsSync(source)) {
    console.log(`  no ${source}: nothing to measure (KOHORT_DATA_DIR)`);
    return;
  }
  await inTemporaryFolder(async (folder) => {
    const csv = join(folder, 'transactions.csv');
    await pipeline(createReadStream(source), createGunzip(), createWriteStream(csv));
    const reference = await readByEngine(csv, folder);
    const { counts, stored, workedOff } = await importBySolo(csv, folder);
    const perSecond = (seconds) => `${Math.round(ROWS / seconds).toLocaleString('en')} rows/s`;
    report({
      name: 'read, cleaned, grouped, stored once',
      own: stored,
      reference,
      note: `Online Retail; ${perSecond(stored)}, ${(reference / stored).toFixed(3)} of the ${perSecond(reference)} of the engine by itself; ${counts.stored} rows kept, ${counts.rejected} refused with reasons`,
    });
    report({
      name: 'the same until identity, segments and the column store are done',
      own: workedOff,
      reference,
      note: `${perSecond(workedOff)}, ${(reference / workedOff).toFixed(3)} of the engine's`,
    });
    await memoryOfLongImport(folder);
  });
}
