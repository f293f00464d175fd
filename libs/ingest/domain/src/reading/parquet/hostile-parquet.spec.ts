import { gzipSync } from 'node:zlib';
import { memoryFile } from '../../../test/memory-file';
import {
  dataPage,
  dictionaryPage,
  levelRun,
  plainTexts,
  rawParquet,
  varint,
  type RawColumn,
} from '../../../test/raw-parquet';
import { dryRunReport } from '../../importing/dry-run-report';
import { importRecords } from '../../importing/import-records';
import { rejectLines } from '../../importing/reject-lines';
import { mappingFromData } from '../../mapping/parse-mapping';
import { openImport } from '../open-import';

const mapping = mappingFromData({
  name: 'rows',
  version: 1,
  format: 'table',
  createProfiles: true,
  match: { columns: ['id'] },
  fields: { id: { column: 'id', type: 'text' }, v: { column: 'v', type: 'text' } },
  message: { type: 'identify', userId: { field: 'id' }, traits: { v: { field: 'v' } } },
});
const plan = { sourceId: 's', receivedAt: 0, mapping, mappings: [] };

const texts = (...values: string[]): Buffer => dataPage({ values: values.length }, plainTexts(values));
const optional = (...values: string[]): Buffer =>
  dataPage({ values: values.length }, Buffer.concat([levelRun(values.length, 1), plainTexts(values)]));

/** Three row groups of two rows; of the one in the middle column "v" is what is given. */
function fileWith(damaged: Buffer, of: Partial<RawColumn> = {}): Buffer {
  const whole = of.isOptional ? optional : texts;
  const pack = (chunk: Buffer): Buffer => (of.codec === undefined ? chunk : packed(chunk));
  const chunks = [pack(whole('1', '2')), damaged, pack(whole('5', '6'))];
  const ids: RawColumn = {
    name: 'id',
    type: 'BYTE_ARRAY',
    chunks: [texts('a', 'b'), texts('c', 'd'), texts('e', 'f')],
  };
  return rawParquet([2, 2, 2], [ids, { name: 'v', type: 'BYTE_ARRAY', chunks, ...of }]);
}
/** The same two texts, packed. */
function packed(chunk: Buffer): Buffer {
  const content = chunk.subarray(chunk.length - 10);
  const small = gzipSync(content);
  return dataPage({ values: 2, size: content.length }, small);
}

async function rejectsOf(content: Buffer): Promise<{ code: string; line: number; message: string }[]> {
  const reading = await importRecords({ ...memoryFile(content), name: 'orders.parquet' }, plan);
  const lines: Uint8Array[] = [];
  for await (const line of rejectLines(reading.batches())) lines.push(line);
  const text = Buffer.concat(lines).toString('utf8').trim();
  return text === '' ? [] : text.split('\n').map((line): ReturnType<typeof JSON.parse> => JSON.parse(line));
}

const indexes = (...bytes: number[]): Buffer => dataPage({ values: 2, encoding: 'RLE_DICTIONARY' }, Buffer.from(bytes));
const dictionary = dictionaryPage(2, plainTexts(['x', 'y']));
/** Values that share more and more with the one before, each a thousand bytes longer: their sum is a square. */
function growing(count: number, more: number): Buffer {
  const block = (first: number, delta: number): Buffer =>
    Buffer.concat([varint(2 ** 20), varint(1), varint(count), varint(first * 2), varint(delta * 2), Buffer.from([0])]);
  const shared = block(0, more);
  const own = block(1_000, 0);
  return Buffer.concat([shared, own, Buffer.alloc(1_000 * count, 97)]);
}

describe('a Parquet file as its pages should be', () => {
  it('is read', async () => {
    const content = fileWith(Buffer.concat([dictionary, indexes(1, 4, 1)]));
    expect(await rejectsOf(content)).toEqual([]);
    const rows: unknown[] = [];
    for await (const block of (await openImport(memoryFile(content))).rows()) rows.push(...block);
    expect(rows.map((row) => (row as { cells: unknown }).cells).slice(1, 4)).toEqual([
      ['b', '2'],
      ['c', 'y'],
      ['d', 'y'],
    ]);
  });

  it.each([
    ['with levels', fileWith(optional('3', '4'), { isOptional: true })],
    ['packed', fileWith(packed(texts('3', '4')), { codec: 'GZIP' })],
  ])('is read %s', async (_what, content) => {
    expect(await rejectsOf(content)).toEqual([]);
  });
});

describe('a page that says what is not so', () => {
  const levels = (values: number, content: Buffer): Buffer => dataPage({ values }, content);
  const cases: [what: string, chunk: Buffer, reason: string, of?: Partial<RawColumn>][] = [
    [
      'promises two thousand million values',
      dataPage({ values: 2_000_000_000 }, plainTexts(['3', '4'])),
      'its pages hold 2000000000 values or more instead of 2',
    ],
    ['promises fewer rows than its group has', texts('3'), 'its pages hold 1 values instead of 2'],
    ['has a negative number of values', dataPage({ values: -5 }, Buffer.alloc(8)), 'the number of values is -5'],
    [
      'has a run of levels without an end',
      levels(2, Buffer.concat([levelRun(1_073_741_823, 1), plainTexts(['3', '4'])])),
      'a run is 1073741823 long, 2 numbers are left',
      { isOptional: true },
    ],
    [
      'has a run of indexes without an end',
      Buffer.concat([dictionary, indexes(1, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0)]),
      'a run is 2147483647 long, 2 numbers are left',
    ],
    ['has runs of nothing', Buffer.concat([dictionary, indexes(1, 1, 1, 1)]), 'a run is empty'],
    [
      'has a level that there is not',
      levels(2, levelRun(2, 7)),
      'a number is 7, the largest can be 1',
      { isOptional: true },
    ],
    [
      'names what its dictionary has not',
      Buffer.concat([dictionary, indexes(8, 4, 9)]),
      'a number is 9, the largest can be 1',
    ],
    [
      'names, bit by bit, what its dictionary has not',
      Buffer.concat([dictionary, indexes(2, 3, 0b0111, 0)]),
      'a number is 3, the largest can be 1',
    ],
    ['names values of no dictionary', indexes(1, 4, 1), 'it names values of a dictionary that is not there'],
    [
      'has a dictionary of thousands of millions',
      Buffer.concat([dictionaryPage(2_000_000_000, plainTexts(['x'])), indexes(1, 4, 1)]),
      'it promises 2000000000 values in 5 bytes',
    ],
    [
      'unpacks to two gigabytes',
      dataPage({ values: 2, size: 2_147_483_647 }, gzipSync(plainTexts(['3', '4']))),
      'a page of 2147483647 bytes, at most 268435456 may be',
      { codec: 'GZIP' },
    ],
    [
      'unpacks to what its bytes cannot become',
      dataPage({ values: 2, size: 250_000_000 }, gzipSync(plainTexts(['3', '4']))),
      'bytes of GZIP cannot be 250000000',
      { codec: 'GZIP' },
    ],
    [
      'unpacks to more than it says',
      dataPage({ values: 2, size: 10 }, gzipSync(Buffer.alloc(33_554_432))),
      'Cannot create a Buffer larger than 10 bytes',
      { codec: 'GZIP' },
    ],
    [
      'is longer than its chunk',
      dataPage({ values: 2, packed: 1_000 }, plainTexts(['3', '4'])),
      'a page has 1000 bytes',
    ],
    [
      'has a text longer than itself',
      dataPage({ values: 2 }, Buffer.from([255, 255, 255, 127, 1, 2, 3, 4])),
      'value 1 has 2147483647 bytes, more than its page',
    ],
    [
      'shares more with a value than that has',
      dataPage({ values: 2, encoding: 'DELTA_BYTE_ARRAY' }, growing(2, 5_000)),
      'value 2 shares 5000 bytes and adds 1000',
    ],
    [
      'has numbers in no parts',
      dataPage({ values: 2, encoding: 'DELTA_BINARY_PACKED' }, Buffer.from([128, 1, 0, 2, 0])),
      'a block of 128 values in 0 parts',
      { type: 'INT32' },
    ],
  ];

  it('makes too much of little by shared beginnings: its group is told of', async () => {
    const chunks = [dataPage({ values: 1_000, encoding: 'DELTA_BYTE_ARRAY' }, growing(1_000, 1_000))];
    const ids = [texts(...Array.from({ length: 1_000 }, (_, i) => `id ${i}`))];
    const columns: RawColumn[] = [
      { name: 'id', type: 'BYTE_ARRAY', chunks: ids },
      { name: 'v', type: 'BYTE_ARRAY', chunks },
    ];
    const rejects = await rejectsOf(rawParquet([1_000], columns));
    expect(rejects).toHaveLength(1_000);
    expect(rejects[0]?.message).toContain('its values have more than 268435456 bytes');
  });

  it.each(cases.map(([what, ...rest]) => ({ what, rest })))(
    '$what: its group is told of and the rest is read',
    async ({ rest }) => {
      const [chunk, reason, of = {}] = rest;
      const content = fileWith(chunk, of);
      const rejects = await rejectsOf(content);
      expect(rejects.map(({ line, code }) => [line, code])).toEqual([3, 4].map((line) => [line, 'damaged_row_group']));
      expect(rejects[0]?.message).toMatch('orders.parquet: row group 2, column "v" is damaged: ');
      expect(rejects[0]?.message).toContain(reason);
      const report = await dryRunReport((await importRecords(memoryFile(content), plan)).batches());
      expect(report).toMatchObject({ rows: 6, rejectedRows: 2, messages: 4 });
    },
  );
});

describe('a footer that says what is not so', () => {
  const said = (content: Buffer): Promise<string> =>
    openImport(memoryFile(content)).then(
      () => 'taken',
      (thrown: Error & { code: string }) => `${thrown.code}: ${thrown.message}`,
    );
  const good = fileWith(texts('3', '4'));
  const withFooter = (footer: readonly number[], length = footer.length): Buffer => {
    const tail = Buffer.alloc(4);
    tail.writeUInt32LE(length);
    return Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(64), Buffer.from(footer), tail, Buffer.from('PAR1')]);
  };

  it.each([
    ['is longer than the file', withFooter([0], 4_000_000_000), 'it has 4000000008 bytes, more than the file'],
    ['has a list of millions', withFooter([0x19, 0xfc, 0xff, 0xff, 0xff, 0x7f]), 'a list of 268435455 values'],
    ['is structs all the way down', withFooter(Array.from({ length: 5_000 }, () => 0x1c)), 'nested too deep'],
    ['is cut off', good.subarray(0, good.length - 1), 'it does not end as Parquet does'],
  ])('%s', async (_what, content, reason) => {
    const thrown = await said(content);
    expect(thrown).toMatch(/^INGEST_FILE_UNREADABLE: the file cannot be read: its Parquet footer cannot be read/);
    expect(thrown).toContain(reason);
  });
});
