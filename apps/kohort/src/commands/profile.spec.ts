import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { profileFile } from '../files/profile-file';
import { runProgram } from '../program';
import { dryRun } from './import';
import { mappingNameOf } from './profile';

const data = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '../../../../../shared/data');
const describeData = existsSync(data) ? describe : describe.skip;

describe('kohort profile', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-profile-'));
  const outputs: string[] = [];
  const errors: string[] = [];
  beforeEach(() => {
    outputs.length = 0;
    errors.length = 0;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => outputs.push(String(text)) > 0);
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(String(text)) > 0);
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => rmSync(dir, { recursive: true }));

  const file = (name: string, content: string | Buffer): string => {
    const path = join(dir, name);
    writeFileSync(path, content);
    return path;
  };
  const profile = (...args: string[]): Promise<number> => runProgram(['profile', '--csv', ...args]);
  const people = (n: number, shift = 0): string =>
    [
      'customer_id,age,city,joined',
      ...Array.from(
        { length: n },
        (_, i) =>
          `c${i},${i % 10 === 0 ? 'N/A' : 20 + shift + (i % 40)},${i % 3 ? 'Paris' : 'PARIS '},2024-03-${10 + (i % 15)}`,
      ),
    ].join('\n');

  it('says what is in a file, and what to do', async () => {
    expect(await profile(file('people.csv', people(100)))).toBe(0);
    const text = outputs.join('');
    expect(text).toContain('people.csv: 100 rows, 4 columns, 0 duplicate rows; one value a row: customer_id');
    expect(text).toMatch(/age +integer +10\.0 % +36 +[▁-█ ]+ +2\d … /);
    expect(text).toContain('→ in the mapping: missing: ["N/A"]');
    expect(text).toContain('→ in the mapping: replace: {"PARIS":"Paris"}');
  });

  it('writes a mapping that the importer takes, with which nothing is left out', async () => {
    const path = file('people.csv', people(100));
    const fixes = join(dir, 'people.yaml');
    expect(await profile(path, '--fixes-out', fixes)).toBe(0);
    const { report, mapping } = await dryRun(path, { mapping: fixes });
    expect(mapping).toMatchObject({
      name: 'people',
      createProfiles: true,
      fields: {
        age: { type: 'integer', missing: ['N/A'] },
        city: { replace: { PARIS: 'Paris' } },
        joined: { type: 'timestamp' },
      },
      message: { type: 'identify', userId: { field: 'customer_id' } },
    });
    expect(report).toMatchObject({ rows: 100, mappedRows: 100, rejectedRows: 0, messages: 100, distinctIds: 100 });
  });

  it('reads gzip, semicolons, quotes and NDJSON alike, and counts rows that cannot be read', async () => {
    const lines = ['{"id":"a","deep":{"n":1}}', '{"id":"b"}', 'nonsense', '{"id":"c","deep":{"n":3},"late":true}'];
    expect(await profile(file('x.bin', gzipSync(lines.join('\n'))), '--json')).toBe(0);
    const { profile: found } = JSON.parse(outputs.join(''));
    expect(found).toMatchObject({ rows: 3, unread: [{ code: 'invalid_json', rows: 1, lines: [3] }] });
    expect(found.columns.map((column: { name: string }) => column.name)).toEqual(['id', 'deep.n', 'late']);
    outputs.length = 0;
    expect(await profile(file('y.csv', 'a;"b;c"\n1;"x\ny"\n2\n3;z\n'), '--json')).toBe(0);
    expect(JSON.parse(outputs.join('')).profile).toMatchObject({
      rows: 2,
      unread: [{ code: 'column_count', lines: [4] }],
    });
  });

  it('reads Parquet, and stops when told', async () => {
    const columnData = [
      { name: 'user_id', data: ['a', 'b', 'c'] },
      { name: 'total', data: [1.5, 2.5, null] },
    ];
    const path = file('t.parquet', Buffer.from(parquetWriteBuffer({ columnData })));
    const found = await profileFile(path, {}, {});
    expect(found).toMatchObject({
      rows: 3,
      columns: [{ name: 'user_id' }, { name: 'total', type: 'decimal', missing: { rows: 1 } }],
    });
    const signal = AbortSignal.abort();
    await expect(profileFile(path, {}, { signal })).rejects.toMatchObject({
      code: 'QUALITY_CANCELLED',
      kind: 'cancelled',
    });
  });

  it('compares with a saved profile and with a file, alike', async () => {
    const saved = join(dir, 'old.json');
    const [old, moved] = [file('old.csv', people(300)), file('new.csv', people(300, 30))];
    expect(await profile(old, '--out', saved)).toBe(0);
    const drifts: unknown[] = [];
    for (const against of [saved, old]) {
      outputs.length = 0;
      expect(await profile(moved, '--against', against, '--json')).toBe(0);
      drifts.push(JSON.parse(outputs.join('')).drift);
    }
    expect(drifts[0]).toEqual(drifts[1]);
    expect(drifts[0]).toMatchObject({
      columns: [{ verdict: 'not_compared' }, { column: 'age', verdict: 'moved' }, { verdict: 'steady' }, {}],
    });
    outputs.length = 0;
    await profile(old, '--against', saved);
    expect(outputs.join('')).toContain('0 of 2 compared columns differ');
  });

  it('makes one page that runs nothing and loads nothing', async () => {
    const html = join(dir, 'page.html');
    const evil = `customer_id,<script>alert(1)</script>\n${Array.from({ length: 50 }, (_, i) => `${i},"<img src=x onerror=alert(${i % 2})>"`).join('\n')}`;
    expect(await profile(file('evil.csv', evil), '--html', html)).toBe(0);
    const page = readFileSync(html, 'utf8');
    expect(page).not.toMatch(/<script|<img|https?:\/\/|javascript:/i);
    expect(page).toContain('&lt;img src=x');
    await profile(file('people.csv', people(100)), '--html', html);
    expect(readFileSync(html, 'utf8')).toMatch(/<svg viewBox="0 0 320 96".*<rect/s);
  });

  it.each<[string, string | null, string[], number, string]>([
    ['an absent file', null, [], 2, 'FILE_NOT_FOUND'],
    ['an empty file', '', [], 2, 'INGEST_FILE_UNREADABLE'],
    ['a header alone', 'a,b\n', [], 3, 'QUALITY_NO_ROWS'],
    ['a column that is not there', 'a,b\n1,2\n', ['--columns', 'a,z'], 2, 'QUALITY_COLUMN_UNKNOWN'],
    ['a name twice', 'a,a\n1,2\n', [], 2, 'INGEST_HEADER_INVALID'],
    ['an archive', 'PK\u0003\u0004xxxx', [], 2, 'INGEST_FILE_UNREADABLE'],
    [
      'no person for the mapping',
      'a,b\n1,2\n1,2\n',
      ['--fixes-out', join(dir, 'no.yaml')],
      2,
      'QUALITY_PERSON_UNKNOWN',
    ],
    ['a baseline that is no profile', 'a,b\n1,2\n', ['--against', join(dir, 'bad.json')], 2, 'QUALITY_PROFILE_INVALID'],
  ])('refuses %s', async (name, content, args, exit, code) => {
    file('bad.json', '{"version":1}');
    const path = content === null ? join(dir, 'absent.csv') : file(`${name.replace(/\W/g, '-')}.csv`, content);
    expect(await profile(path, ...args, '--json')).toBe(exit);
    const told = errors.map((text) => text.trim()).filter((text) => text.startsWith('{'));
    expect(JSON.parse(told[0] ?? '{}')).toMatchObject({ error: { code } });
    expect(existsSync(join(dir, 'no.yaml'))).toBe(false);
  });

  it('names mappings after files', () => {
    expect(['/x/Basket Lines.csv.gz', '2024-orders.ndjson', '???.csv', 'a.parquet'].map(mappingNameOf)).toEqual([
      'basket-lines',
      'orders',
      'imported',
      'a',
    ]);
  });

  describeData('on the data sets', () => {
    it.each([
      ['complete-journey/demographics.csv.gz', 801],
      ['telco-churn/customers.csv.gz', 7_043],
    ])('every row of %s is imported with the mapping that is written', async (name, rows) => {
      const fixes = join(dir, 'draft.yaml');
      expect(await profile(join(data, name), '--fixes-out', fixes)).toBe(0);
      const { report } = await dryRun(join(data, name), { mapping: fixes });
      expect(report).toMatchObject({ rows, mappedRows: rows, rejectedRows: 0 });
    });
  });
});
