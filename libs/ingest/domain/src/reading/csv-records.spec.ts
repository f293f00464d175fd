import fc from 'fast-check';
import { stringify } from 'csv-stringify/sync';
import { CsvRecords } from './csv-records';
import { readLines } from './read-lines';
import type { ReadRow } from './source-row';

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(
  input: string | Buffer,
  options: { chunk?: number; limit?: number; delimiter?: string } = {},
): Promise<ReadRow[]> {
  const records = new CsvRecords(options.delimiter ?? ',', 1_048_576);
  const rows: ReadRow[] = [];
  for await (const lines of readLines(chunked(Buffer.from(input), options.chunk ?? 7), options.limit))
    rows.push(...records.feed(lines));
  return [...rows, ...records.end()];
}
const cells = (rows: ReadRow[]) =>
  rows.map((row) => (row.kind === 'cells' ? row.cells : row.kind === 'fault' ? `${row.line}:${row.code}` : '?'));

describe('CsvRecords', () => {
  it('reads quotes, line ends in cells, CRLF, BOM and blank lines', async () => {
    const rows = await read('\ufeffa,b\r\n1,"x, ""y"""\r\n\r\n2,"two\nlines"\n3,\n');
    expect(cells(rows)).toEqual([
      ['a', 'b'],
      ['1', 'x, "y"'],
      ['2', 'two\nlines'],
      ['3', ''],
    ]);
    expect(rows.map((row) => row.line)).toEqual([1, 2, 4, 6]);
  });

  it('keeps a quote in the middle of a cell as it is', async () => {
    expect(cells(await read('a,b\n12" pipe,x\n2,y\n'))).toEqual([
      ['a', 'b'],
      ['12" pipe', 'x'],
      ['2', 'y'],
    ]);
  });

  it('names the line of a wrong column count and goes on', async () => {
    expect(cells(await read('a,b\n1\n1,2,3\n4,5'))).toEqual([
      ['a', 'b'],
      '2:column_count',
      '3:column_count',
      ['4', '5'],
    ]);
  });

  it('loses one line to a quote that is never closed', async () => {
    expect(cells(await read('a,b\n1,"open\n2,x\n3,y\n'))).toEqual([
      ['a', 'b'],
      '2:unclosed_quote',
      ['2', 'x'],
      ['3', 'y'],
    ]);
  });

  it('loses one line to a quote that only a later line closes', async () => {
    const rows = await read('a,b\n1,"open\n2,x\n3,"fine"\n4,z\n');
    expect(cells(rows)).toEqual([['a', 'b'], '2:unclosed_quote', ['2', 'x'], ['3', 'fine'], ['4', 'z']]);
  });

  it('reports lines that are not UTF-8 or too long, and reads their neighbours', async () => {
    const bytes = Buffer.concat([
      Buffer.from('a,b\n1,ok\n2,'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(`\n3,${'x'.repeat(500)}\n4,ok\n`),
    ]);
    for (const chunk of [3, 64, 10_000]) {
      expect(cells(await read(bytes, { limit: 100, chunk }))).toEqual([
        ['a', 'b'],
        ['1', 'ok'],
        '3:invalid_utf8',
        '4:line_too_long',
        ['4', 'ok'],
      ]);
    }
  });

  it('gives up on a file whose quotes are all open', async () => {
    const text = `a,b\n${'1,"x\n2,y,z\n'.repeat(1_500)}`;
    await expect(read(text, { chunk: 65_536 })).rejects.toMatchObject({ code: 'INGEST_FILE_MALFORMED' });
  });

  it('reads back what a CSV writer wrote, however it is cut into chunks', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é', '👍', ';'), maxLength: 8 });
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, chunk) => {
        const all = [['h1', 'h2', 'h3'], ...rows];
        const text = stringify(all, { quoted: true });
        expect(cells(await read(text, { chunk }))).toEqual(all);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
