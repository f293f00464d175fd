import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PEOPLE_COLUMNS, peopleWorld } from '@kohort/testing-worlds';
import { errorOf, reportOf, runKohort } from './run-kohort';

const text = (rows: Iterable<readonly string[]>): string => [...rows].map((row) => row.join(',')).join('\n');

describe('kohort link, built', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-e2e-link-'));
  const file = (name: string): string => join(dir, name);
  const world = peopleWorld({ records: 2000, seed: 9 });
  const people = file('people.csv.gz');
  beforeAll(() => {
    writeFileSync(people, gzipSync(`${text([PEOPLE_COLUMNS])}\n${text(world.rows())}\n`));
    writeFileSync(file('truth.csv'), `a,b\n${text(world.truePairs())}\n`);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('finds repeats, the same ones on one thread as on three, and tells how good it was', async () => {
    const [one, three] = await Promise.all(
      ['1', '3'].map((threads) =>
        runKohort([
          ...['link', '--csv', people, '--id', 'rec_id', '--truth', file('truth.csv'), '--threads', threads],
          ...['--out', file(`pairs-${threads}.csv`), '--clusters-out', file(`clusters-${threads}.csv`), '--json'],
        ]),
      ),
    );
    expect([one?.code, three?.code]).toEqual([0, 0]);
    const report = reportOf(one ?? { code: null, stdout: '', stderr: '' });
    expect(report.input).toEqual({ rows: 2000, columns: 11 });
    expect(report.metrics['f1']).toBeGreaterThan(0.99);
    const pairs = readFileSync(file('pairs-1.csv'), 'utf8');
    expect(pairs.split('\n')[0]).toBe('id_a,id_b,probability,weight,decision');
    expect(pairs.split('\n').length - 2).toBe((report.metrics['matches'] ?? 0) + (report.metrics['reviews'] ?? 0));
    expect(readFileSync(file('pairs-3.csv'), 'utf8')).toBe(pairs);
    expect(readFileSync(file('clusters-3.csv'), 'utf8')).toBe(readFileSync(file('clusters-1.csv'), 'utf8'));
  });

  it('explains a pair, and what is wrong with a request', async () => {
    const [[a = '', b = ''] = []] = [...world.truePairs()];
    const told = await runKohort(['link', '--csv', people, '--id', 'rec_id', '--explain', `${a},${b}`]);
    expect(told.code).toBe(0);
    expect(told.stderr).toMatch(/prior[\s\S]*surname[\s\S]*weight \+[\d.]+.*probability [01]\.[09]/);
    const missing = await runKohort([
      'link',
      '--csv',
      people,
      '--id',
      'rec_id',
      '--fields',
      'surname,nothing',
      '--json',
    ]);
    expect(missing.code).toBe(2);
    expect(errorOf(missing)).toMatchObject({ code: 'LINKAGE_COLUMN_MISSING', line: 1, column: 'nothing' });
    writeFileSync(file('same.csv'), `id,colour\n${Array.from({ length: 3000 }, (_, i) => `${i},red`).join('\n')}\n`);
    const hopeless = await runKohort(['link', '--csv', file('same.csv'), '--id', 'id', '--json']);
    expect(hopeless.code).toBe(3);
    expect(errorOf(hopeless)).toMatchObject({ code: 'LINKAGE_NO_BLOCKING' });
    writeFileSync(file('twice.csv'), 'id,name\n1,ada\n1,grace\n');
    expect(errorOf(await runKohort(['link', '--csv', file('twice.csv'), '--id', 'id', '--json']))).toMatchObject({
      code: 'LINKAGE_ID_REPEATED',
      line: 3,
      column: 'id',
    });
  });
});
