import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { errorOf, reportOf, runKohort } from './run-kohort';

const CSV = `id,said,kind
r1,"Terrible delivery, I hate
waiting. Mail eva@example.org",bad
r2,Lovely dress and a lovely colour,good
r3,"The parcel came late, awful delivery",bad
r4,The colour of the dress is great,good
r5,Where is my parcel? Call +49 30 901820,bad
r6,Dress and colour are wonderful,good
`;

describe('kohort text', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-text-'));
  const path = (name: string): string => join(dir, name);
  const run = (...args: string[]) => runKohort(['text', ...args]);
  const lines = (file: string): string[] => readFileSync(file, 'utf8').trim().split('\n');
  beforeAll(() => {
    writeFileSync(path('said.csv.gz'), gzipSync(CSV));
  });
  afterAll(() => rmSync(dir, { recursive: true }));
  const input = ['--csv', path('said.csv.gz'), '--text', 'said', '--id', 'id'];

  it('says how texts feel, what they name, and masks what is personal', async () => {
    const felt = await run('sentiment', ...input);
    expect(felt.code).toBe(0);
    const rows = felt.stdout.trim().split('\n');
    expect(rows[0]).toBe('id,score,sentiment');
    expect(rows.slice(1).map((row) => row.split(',')[2])).toEqual([
      'negative',
      'positive',
      'negative',
      'positive',
      'neutral',
      'positive',
    ]);
    const found = await run('entities', ...input, '--no-names', '--out', path('found.csv'), '--json');
    expect(reportOf(found)).toMatchObject({ input: { rows: 6, columns: 3 }, metrics: { email: 1, phone: 1 } });
    expect(lines(path('found.csv'))).toContain('r5,phone,+49 30 901820,25,38');
    const masked = await run('mask', ...input, '--out', path('masked.csv'), '--json');
    expect(reportOf(masked).metrics).toMatchObject({ email: 1, phone: 1, texts: 2 });
    expect(readFileSync(path('masked.csv'), 'utf8')).toBe(
      CSV.replace('eva@example.org', '[email]').replace('+49 30 901820', '[phone]'),
    );
  });

  it('finds keywords of classes and topics', async () => {
    const words = await run('keywords', ...input, '--by', 'kind', '--most', '2', '--out', path('words.csv'), '--json');
    expect(reportOf(words).metrics).toMatchObject({ classes: 2 });
    const terms = lines(path('words.csv')).map((line) => line.split(',').slice(0, 2).join(' '));
    expect(terms.slice(0, 1)).toEqual(['kind term']);
    expect(terms).toEqual(expect.arrayContaining(['bad delivery', 'bad parcel', 'good dress', 'good color']));
    const topics = await run(
      'topics',
      ...input,
      '--k',
      '2',
      '--least',
      '2',
      '--method',
      'nmf',
      '--out',
      path('topics.csv'),
      '--json',
    );
    expect(topics.code).toBe(0);
    const [, ...topicOf] = lines(path('topics.csv')).map((line) => line.split(',')[1]);
    expect(topicOf[1]).toBe(topicOf[3]);
    expect(topicOf[0]).toBe(topicOf[2]);
    expect(topicOf[0]).not.toBe(topicOf[1]);
  });

  it('says what people mention', async () => {
    writeFileSync(path('subjects.csv'), 'subject,word\ndelivery,delivery\ndelivery,parcel\ncolour,colour\n');
    const people = ['--csv', path('said.csv.gz'), '--text', 'said', '--id', 'kind', '--subjects', path('subjects.csv')];
    const said = await run('mentions', ...people, '--out', path('traits.csv'), '--json');
    expect(reportOf(said).metrics).toEqual({ people: 2, delivery: 1, colour: 1 });
    const [header, bad, good] = lines(path('traits.csv')).map((line) => line.split(','));
    expect(header?.slice(0, 3)).toEqual(['id', 'mentions_delivery', 'mentions_delivery_sentiment']);
    expect(bad?.slice(0, 3)).toEqual(['bad', '3', 'negative']);
    expect(good?.slice(4, 6)).toEqual(['3', 'positive']);
  });

  it('makes points of texts', async () => {
    const ran = await run(
      'embed',
      ...input,
      '--method',
      'hashed',
      '--dimensions',
      '3',
      '--json',
      '--out',
      path('points.csv'),
    );
    expect(reportOf(ran)).toMatchObject({ metrics: { dimensions: 3 } });
    expect(lines(path('points.csv'))[0]).toBe('id,e1,e2,e3');
    expect(lines(path('points.csv'))).toHaveLength(7);
  });

  it('refuses a column that is not there, and a broken line', async () => {
    const missing = await run('sentiment', '--csv', path('said.csv.gz'), '--text', 'speech', '--json');
    expect([missing.code, errorOf(missing).code, errorOf(missing).line]).toEqual([2, 'FILE_NO_SUCH_COLUMN', 1]);
    writeFileSync(path('broken.csv'), 'id,said\n1,fine\n2,not,fine\n');
    const broken = await run('sentiment', '--csv', path('broken.csv'), '--text', 'said', '--json');
    expect([broken.code, errorOf(broken).code, errorOf(broken).line]).toEqual([2, 'FILE_BAD_CSV', 3]);
  });
});
