import { createReadStream, createWriteStream, existsSync } from 'node:fs';
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
      note: `Online Retail; ${perSecond(stored)} beside ${perSecond(reference)}; ${counts.stored} rows kept, ${counts.rejected} refused with reasons`,
    });
    report({
      name: 'the same until identity, segments and the column store are done',
      own: workedOff,
      reference,
      note: perSecond(workedOff),
    });
  });
}
