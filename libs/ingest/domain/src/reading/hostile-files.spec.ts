import { parquetWriteBuffer } from 'hyparquet-writer';
import { gzipSync } from 'node:zlib';
import { memoryFile } from '../../test/memory-file';
import { mappingFromData } from '../mapping/parse-mapping';
import { IMPORT_LIMITS, type ImportLimits } from '../limits';
import { dryRunReport } from '../importing/dry-run-report';
import { importRecords } from '../importing/import-records';

const mapping = mappingFromData({
  name: 'rows',
  version: 1,
  format: 'table',
  createProfiles: true,
  match: { columns: ['id'] },
  fields: { id: { column: 'id', type: 'text' }, v: { column: 'v', type: 'text' } },
  message: { type: 'identify', userId: { field: 'id' }, traits: { v: { field: 'v' } } },
});

async function report(content: Buffer, limits: Partial<ImportLimits> = {}) {
  const plan = { sourceId: 's', receivedAt: 0, mapping, mappings: [], limits: { ...IMPORT_LIMITS, ...limits } };
  const reading = await importRecords(memoryFile(content), plan);
  return dryRunReport(reading.batches());
}
const reasons = async (content: Buffer): Promise<string[]> =>
  (await report(content)).reasons.map(({ code, rows, examples }) => `${code} ${rows} line ${examples[0]?.line}`);
const refused = (content: Buffer, limits: Partial<ImportLimits> = {}) =>
  report(content, limits).then(
    () => 'taken',
    (thrown: Error & { code: string }) => `${thrown.code}: ${thrown.message}`,
  );

describe('a damaged Parquet file', () => {
  const good = Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: ['a', 'b'], type: 'STRING' },
        { name: 'v', data: ['1', '2'], type: 'STRING' },
      ],
    }),
  );

  it('is read as long as it is whole', async () => {
    expect((await report(good)).messages).toBe(2);
  });

  it('loses the rows of a damaged page, which are told of', async () => {
    const bytes = Buffer.from(good).fill(0xff, 4, 12);
    expect(await reasons(bytes)).toEqual(['damaged_row_group 2 line 1']);
  });

  it('is refused when its footer is damaged', async () => {
    const bytes = Buffer.from(good).fill(0xff, good.length - 40, good.length - 8);
    expect(await refused(bytes)).toMatch('INGEST_FILE_UNREADABLE: the file cannot be read: its Parquet footer');
  });
});

describe('files made by accident', () => {
  it.each([
    ['a byte order mark and Windows line ends', '\ufeffid,v\r\na,1\r\nb,2\r\n', 2, []],
    ['line ends of both kinds', 'id,v\r\na,1\nb,2\r\nc,3\n', 3, []],
    ['no line end at its end', 'id,v\na,1', 1, []],
    ['ragged rows', 'id,v\na\nb,1\nc,1,2\n', 1, ['column_count 2 line 2']],
    ['NUL characters', 'id,v\na,\0\nb,1\n', 1, ['nul_character 1 line 2']],
    ['a quote that is never closed', `id,v\na,"1\n${'b,2\n'.repeat(50)}`, 50, ['unclosed_quote 1 line 2']],
  ])('%s', async (_what, text, messages, expected) => {
    const content = Buffer.from(text);
    expect((await report(content)).messages).toBe(messages);
    expect(await reasons(content)).toEqual(expected);
  });

  it('leaves a line of 2 MB out and reads on', async () => {
    const content = Buffer.from(`id,v\na,1\nb,${'x'.repeat(2_097_152)}\nc,3\n`);
    expect(await reasons(content)).toEqual(['line_too_long 1 line 3']);
    expect((await report(content)).messages).toBe(2);
  });

  it.each([
    ['the same column twice', Buffer.from('id,id\na,b\n'), 'line 1: column 2 has the same name as column 1: "id"'],
    ['UTF-16', Buffer.from('\ufeffid,v\na,1\n', 'utf16le'), 'it is UTF-16; save it as UTF-8'],
    ['a ZIP archive', Buffer.from('PK\x03\x04rest', 'latin1'), 'it is a ZIP archive'],
    [
      'gzip that was cut off',
      gzipSync(Buffer.from('id,v\n'.repeat(9_000))).subarray(0, 60),
      'its gzip stream is damaged',
    ],
    ['nothing', Buffer.alloc(0), 'it is empty'],
  ])('says what is wrong with %s', async (_what, content, said) => {
    expect(await refused(content)).toContain(said);
  });
});

describe('files made on purpose', () => {
  const row = `a,${'1'.repeat(997)}\n`;
  const bomb = (megabytes: number): Buffer => gzipSync(Buffer.from(`id,v\n${row.repeat(megabytes * 1_048)}`));

  it('refuses a bomb soon, in little memory, and names the byte', async () => {
    const content = bomb(48);
    const before = process.memoryUsage.rss();
    const outcome = await refused(content);
    const grown = (process.memoryUsage.rss() - before) / 1_048_576;
    process.stdout.write(`a bomb of ${content.length} bytes: resident memory grew by ${grown.toFixed(0)} MB\n`);
    expect(outcome).toMatch(/^INGEST_FILE_UNREADABLE: .*its first \d+ bytes inflate to \d+, more than 100 times/);
    expect(Number(/inflate to (\d+)/.exec(outcome)?.[1])).toBeLessThan(18 * 1_048_576);
  });

  it.each([
    ['gzip within gzip', gzipSync(gzipSync(Buffer.from('id,v\na,1\n'))), 'it is gzip within gzip'],
    ['an archive within gzip', gzipSync(Buffer.from('PK\x03\x04rest', 'latin1')), 'it is a ZIP archive'],
    [
      'a tar archive within gzip',
      gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0'), Buffer.alloc(300)])),
      'it is a tar archive',
    ],
    [
      'a tar archive',
      Buffer.concat([Buffer.alloc(257, 97), Buffer.from('ustar\0'), Buffer.alloc(300)]),
      'it is a tar archive',
    ],
  ])('refuses %s', async (_what, content, said) => {
    expect(await refused(content)).toContain(said);
  });

  it('holds to the limits that an operator has set', async () => {
    const content = Buffer.from(`id,v\n${'a,1\n'.repeat(20)}`);
    expect(await refused(content, { fileBytes: 50 })).toContain('it has 85 bytes, at most 50 may be');
    expect(await refused(content, { rows: 10 })).toContain('more than 10 rows');
    expect((await report(Buffer.from('id,v\na,123456789\nb,1\n'), { lineBytes: 8 })).reasons).toMatchObject([
      { code: 'line_too_long', rows: 1 },
    ]);
    expect(await refused(bomb(18), { ratio: 2_000 })).toBe('taken');
  });
});
