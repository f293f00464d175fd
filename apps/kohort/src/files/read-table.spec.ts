import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readTable } from './read-table';

describe('reading a table', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-table-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const file = (name: string, content: string | Buffer): string => {
    const path = join(dir, name);
    writeFileSync(path, content);
    return path;
  };

  it('knows quotes, line ends, a byte-order mark and the line of each row', async () => {
    const table = await readTable(file('a.csv', '\uFEFFid, name\r\n1,"a\r\nb"\r\n2,"c ""d"""\r\n'));
    expect(table.header).toEqual(['id', 'name']);
    expect(table.rows).toEqual([
      ['1', 'a\r\nb'],
      ['2', 'c "d"'],
    ]);
    expect([table.lineOf(0), table.lineOf(1)]).toEqual([2, 4]);
  });

  it('unpacks gzip by its magic bytes', async () => {
    const table = await readTable(file('plain-name.csv', gzipSync('id\nx\n')));
    expect(table.rows).toEqual([['x']]);
  });

  it.each([
    ['an absent file', undefined, 'FILE_NOT_FOUND', {}],
    ['no rows', 'id,name\n', 'FILE_EMPTY', {}],
    ['nothing at all', '', 'FILE_EMPTY', {}],
    ['a short row', 'id,name\n1,a\n2\n', 'FILE_BAD_CSV', { line: 3 }],
    ['an open quote', 'id,name\n1,"a\n', 'FILE_BAD_CSV', {}],
    ['a name twice', 'id,id\n1,2\n', 'FILE_DUPLICATE_HEADER', { column: 'id' }],
    ['bytes that are not UTF-8', Buffer.from([0x69, 0x64, 0x0a, 0xc3, 0x28, 0x0a]), 'FILE_NOT_UTF8', {}],
    ['cut gzip', gzipSync('id\nx\n').subarray(0, 15), 'FILE_BAD_GZIP', {}],
  ])('refuses %s', async (name, content, code, details) => {
    const path = content === undefined ? join(dir, 'absent.csv') : file(`${name}.csv`, content);
    await expect(readTable(path)).rejects.toMatchObject({ code, kind: 'invalid-input', details });
  });
});
