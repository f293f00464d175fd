import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryFile } from '../../test/memory-file';
import { mappingFromData, parseMapping } from '../mapping/parse-mapping';
import type { ImportFile } from '../reading/import-file';
import { dryRunReport } from './dry-run-report';
import { importRecords, type ImportBatch, type ImportPlan } from './import-records';
import { rejectLines } from './reject-lines';

const folder = join(__dirname, '../../../../../apps/kohort/mappings');
const mappings = readdirSync(folder).map((file) => parseMapping(readFileSync(join(folder, file), 'utf8')));
const plan: ImportPlan = { sourceId: 's1', receivedAt: Date.UTC(2026, 0, 1), mapping: null, mappings };

const lines = mappingFromData({
  name: 'lines',
  version: 1,
  format: 'table',
  match: { columns: ['order', 'who', 'qty', 'price'] },
  fields: {
    order: { column: 'order', type: 'text', required: true },
    who: { column: 'who', type: 'text' },
    qty: { column: 'qty', type: 'integer' },
    price: { column: 'price', type: 'decimal' },
  },
  clean: [{ reason: 'free', when: { field: 'price', lte: 0 } }],
  derive: { total: { product: ['qty', 'price'] } },
  group: { by: ['order', 'who'], maxRows: 50 },
  message: {
    type: 'track',
    event: 'Order Completed',
    userId: { field: 'who' },
    properties: {
      order_id: { field: 'order' },
      revenue: { sum: 'total' },
      items: { count: 'rows' },
      skus: { countDistinct: 'qty' },
    },
  },
});

async function read(file: ImportFile, extra: Partial<ImportPlan> = {}): Promise<ImportBatch[]> {
  const batches: ImportBatch[] = [];
  for await (const batch of (await importRecords(file, { ...plan, ...extra })).batches()) batches.push(batch);
  return batches;
}
const unitsOf = (batches: readonly ImportBatch[]) => batches.flatMap((batch) => batch.units);
const messagesOf = (batches: readonly ImportBatch[]) => unitsOf(batches).flatMap((unit) => unit.message ?? []);
const refusedOf = (batches: readonly ImportBatch[]) => unitsOf(batches).flatMap((unit) => unit.refused);

describe('importRecords: formats', () => {
  const csv = 'order_id,customer_id,ordered_at,revenue\no1,c1,2026-05-14T10:00:00+02:00,12.50\no2,c2,2026-05-14,0.1\n';
  const expected = [
    ['c1', '2026-05-14T08:00:00.000Z', { order_id: 'o1', revenue: 12.5 }],
    ['c2', '2026-05-14T00:00:00.000Z', { order_id: 'o2', revenue: 0.1 }],
  ];
  const shown = (batches: readonly ImportBatch[]) =>
    messagesOf(batches).map(({ userId, ts, properties }) => [userId, new Date(ts).toISOString(), properties]);

  it.each<[string, string | Buffer]>([
    ['CSV', csv],
    ['CSV with BOM, CRLF and quotes', `\ufeff${csv.replace('o1', '"o1"').replace(/\n/g, '\r\n')}`],
    ['semicolons', csv.replaceAll(',', ';')],
    ['tabs, gzipped', gzipSync(csv.replaceAll(',', '\t'))],
    [
      'other column order and one column more',
      'x,revenue,ordered_at,customer_id,order_id\n,12.50,2026-05-14T10:00:00+02:00,c1,o1\n,0.1,2026-05-14,c2,o2\n',
    ],
    [
      'flat NDJSON',
      '{"order_id":"o1","customer_id":"c1","ordered_at":"2026-05-14T10:00:00+02:00","revenue":12.5}\n\n{"order_id":"o2","customer_id":"c2","ordered_at":"2026-05-14","revenue":0.1}\n',
    ],
  ])('reads %s', async (_name, content) => {
    expect(shown(await read(memoryFile(content, 11), { receivedAt: Date.UTC(2026, 5, 1) }))).toEqual(expected);
  });

  it('reads Parquet by row group', async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'order_id', data: ['o1', 'o2', 'o3'], type: 'STRING' },
        { name: 'customer_id', data: ['c1', 'c2', null], type: 'STRING' },
        {
          name: 'ordered_at',
          data: [new Date('2026-05-14T08:00:00Z'), new Date('2026-05-14T00:00:00Z'), null],
          type: 'TIMESTAMP',
        },
        { name: 'revenue', data: [12.5, 0.1, 3], type: 'DOUBLE' },
      ],
      rowGroupSize: 2,
    });
    const batches = await read(memoryFile(Buffer.from(bytes), 64), { receivedAt: Date.UTC(2026, 5, 1) });
    expect(shown(batches)).toEqual(expected);
    expect(refusedOf(batches)).toMatchObject([{ row: 3, line: 3, code: 'missing_value', column: 'customer_id' }]);
  });

  it('reads messages of the Segment spec, and corrects their times as they were live', async () => {
    const text = [
      { type: 'identify', userId: 'u', traits: { plan: 'pro' }, timestamp: '2025-03-01T00:00:00Z', messageId: 'm1' },
      {
        type: 'track',
        userId: 'u',
        event: 'X',
        timestamp: '2025-03-01T00:00:00Z',
        sentAt: '2025-03-01T00:01:00Z',
        receivedAt: '2025-03-01T01:00:00Z',
      },
      { type: 'trak', userId: 'u' },
      'no json',
      { type: 'track', userId: 'u', event: '\ud800' },
    ].map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    const batches = await read(memoryFile(text.join('\n')));
    expect(messagesOf(batches).map(({ messageId, ts }) => [messageId.length, new Date(ts).toISOString()])).toEqual([
      [2, '2025-03-01T00:00:00.000Z'],
      [64, '2025-03-01T00:59:00.000Z'],
    ]);
    expect(refusedOf(batches).map(({ line, verdict, code, column }) => [line, verdict, code, column])).toEqual([
      [3, 'rejected', 'type_unknown', 'type'],
      [4, 'rejected', 'invalid_json', ''],
      [5, 'quarantined', 'lone_surrogate', 'event'],
    ]);
  });
});

describe('importRecords: groups', () => {
  it('makes one message of consecutive rows, over dropped rows between them, and sums exactly', async () => {
    const csv = 'order,who,qty,price\n1,a,3,0.1\n1,a,1,0\n1,a,1,0.2\n2,a,1,5\n1,a,2,7\n';
    const batches = await read(memoryFile(csv), { mapping: lines });
    expect(messagesOf(batches).map(({ properties, rowWeight }) => [properties, rowWeight])).toEqual([
      [{ order_id: '1', revenue: 0.5, items: 2, skus: 2 }, 2],
      [{ order_id: '2', revenue: 5, items: 1, skus: 1 }, 1],
      [{ order_id: '1', revenue: 14, items: 1, skus: 1 }, 1],
    ]);
    expect(refusedOf(batches)).toMatchObject([{ row: 2, line: 3, code: 'free', column: 'price' }]);
    const ids = messagesOf(batches).map((message) => message.messageId);
    expect(new Set(ids).size).toBe(3);
    expect(ids[2]).toMatch(/^import-[0-9a-f]{40}-5$/);
  });

  it('accounts for every row, and goes on after any batch as if it had never stopped', async () => {
    const rows = Array.from({ length: 9_000 }, (_, i) =>
      i % 7 === 3
        ? `${i},,x`
        : i % 11 === 5
          ? `${Math.floor(i / 9)},c,x,1`
          : `${Math.floor(i / 9)},c${i % 2},2,0.${i % 10}`,
    );
    const file = memoryFile(`order,who,qty,price\n${rows.join('\n')}\n`);
    const whole = await read(file, { mapping: lines });
    expect(whole.length).toBeGreaterThan(2);
    const sum = unitsOf(whole).reduce((total, unit) => total + unit.rows, 0);
    const weight = messagesOf(whole).reduce((total, message) => total + message.rowWeight, 0);
    expect(sum).toBe(9_000);
    expect(weight + refusedOf(whole).length).toBe(9_000);
    expect(
      Math.max(...whole.map((batch) => batch.units.reduce((total, unit) => total + unit.rows, 0))),
    ).toBeLessThanOrEqual(5_000);
    for (const [i, batch] of whole.entries()) {
      const rest = await read(file, { mapping: lines, skipRows: batch.rowsConsumed });
      expect(unitsOf(rest)).toEqual(unitsOf(whole.slice(i + 1)));
    }
  });

  it('closes a group at maxRows, so that a batch stays small', async () => {
    const file = memoryFile(`order,who,qty,price\n${'1,a,1,1\n'.repeat(120)}`);
    expect(messagesOf(await read(file, { mapping: lines })).map((message) => message.rowWeight)).toEqual([50, 50, 20]);
  });
});

describe('importRecords: what cannot be imported', () => {
  it.each<[string, string | Buffer, string]>([
    ['an empty file', '', 'INGEST_FILE_UNREADABLE'],
    ['blank lines only', '\n\n', 'INGEST_FILE_UNREADABLE'],
    ['a ZIP archive', Buffer.from('PK\u0003\u0004abcdef'), 'INGEST_FILE_UNREADABLE'],
    ['UTF-16', Buffer.from('\ufefforder_id', 'utf16le'), 'INGEST_FILE_UNREADABLE'],
    ['a torn Parquet file', 'PAR1 and no more', 'INGEST_FILE_UNREADABLE'],
    ['a header that is not UTF-8', Buffer.from([0x61, 0xff, 0x0a]), 'INGEST_HEADER_INVALID'],
    ['one name for two columns', 'order_id,a,order_id\n', 'INGEST_HEADER_INVALID'],
    ['unknown columns', 'a,b\n1,2\n', 'INGEST_MAPPING_NOT_FOUND'],
  ])('%s', async (_name, content, code) => {
    await expect(read(memoryFile(content))).rejects.toMatchObject({ code, kind: 'invalid-input' });
  });

  it('a gzip stream that is cut off', async () => {
    const whole = gzipSync(
      `order_id,customer_id,ordered_at,revenue\n${Array.from({ length: 5000 }, (_, i) => `${i},c,2026-01-01,${i * 7}`).join('\n')}`,
    );
    await expect(read(memoryFile(whole.subarray(0, whole.length - 500)))).rejects.toMatchObject({
      code: 'INGEST_FILE_UNREADABLE',
    });
  });

  it('names line and column of cells that cannot be read, and shows no cell', async () => {
    const csv =
      'order_id,customer_id,ordered_at,revenue\no1,c1,2026-13-01,1\no2,c2,2026-01-01,secret-1\no3,,2026-01-01,1\no4,c4,2026-01-01\n';
    const batches = await read(memoryFile(csv));
    expect(refusedOf(batches).map(({ line, code, column }) => [line, code, column])).toEqual([
      [2, 'bad_timestamp', 'ordered_at'],
      [3, 'bad_decimal', 'revenue'],
      [4, 'missing_value', 'customer_id'],
      [5, 'column_count', ''],
    ]);
    async function* again() {
      yield* batches;
    }
    const text: string[] = [];
    for await (const chunk of rejectLines(again())) text.push(Buffer.from(chunk).toString());
    expect(text.join('').split('\n')[1]).toBe(
      '{"line":3,"row":2,"code":"bad_decimal","column":"revenue","message":"bad_decimal in column \\"revenue\\""}',
    );
    expect(text.join('')).not.toContain('secret');
    const report = await dryRunReport(again());
    expect(report).toMatchObject({ rows: 4, mappedRows: 0, rejectedRows: 4, messages: 0, firstAt: null });
    expect(report.reasons).toHaveLength(4);
  });

  it('stops when it is cancelled, and tells how far it was', async () => {
    const controller = new AbortController();
    const file = memoryFile(`order_id,customer_id,ordered_at,revenue\n${'o,c,2026-01-01,1\n'.repeat(9_000)}`, 4_096);
    const done: number[] = [];
    const reading = await importRecords(file, plan);
    const run = async () => {
      const control = {
        signal: controller.signal,
        onProgress: (progress: { done: number }) => done.push(progress.done),
      };
      for await (const batch of reading.batches(control)) if (batch.rowsConsumed >= 2_500) controller.abort();
    };
    await expect(run()).rejects.toMatchObject({ code: 'INGEST_CANCELLED', kind: 'cancelled' });
    expect(done.length).toBeGreaterThan(1);
    expect(done[done.length - 1]).toBeLessThan(file.bytes);
  });
});
