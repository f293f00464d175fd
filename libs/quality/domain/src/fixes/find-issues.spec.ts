import { columnOf, profilerOf } from '../../test/read-csv';
import { seededRandom } from '@kohort/kernel-clock-random';
import type { TableProfile } from '../profile/table-profile';
import { findIssues } from './find-issues';
import type { Finding } from './finding';

const many = (n: number, value: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => value(i));
const profileOf = (name: string, values: readonly string[]): TableProfile =>
  profilerOf(columnOf(name, values)).finish();
const found = (profile: TableProfile): Record<string, Finding> =>
  Object.fromEntries(findIssues(profile).map((finding) => [finding.code, finding]));
const edit = (finding: Finding | undefined) => (finding?.fix?.kind === 'mapping' ? finding.fix.edit.field : undefined);

describe('what is found in a column', () => {
  it('words for "missing", blanks and empty cells', () => {
    const profile = profileOf('size', ['NA', ' ', '', 'n/a', 'null', '-', ...many(60, (i) => String(i % 9))]);
    expect(profile.columns[0]?.missing).toMatchObject({ rows: 6, empty: 1, blank: 1 });
    const { missing_words: words, missing_values: holes } = found(profile);
    expect(words).toMatchObject({ rows: 4, lines: [2, 5, 6, 7], severity: 'warning' });
    expect(edit(words)).toEqual({ missing: ['-', 'NA', 'n/a', 'null'] });
    expect(holes).toMatchObject({
      rows: 6,
      fix: { kind: 'preprocessing', step: 'impute', params: { with: 'median' } },
    });
  });

  it.each<[string, string[], string | null]>([
    ['a lone negative one', many(40, (i) => (i < 3 ? '-999' : String(i))), '-999'],
    ['a wall of nines', many(40, (i) => (i < 3 ? '99999' : String(i))), '99999'],
    ['a nine among its like', many(120, (i) => String(i)), null],
    ['ninety-nine among numbers up to 98', many(400, (i) => String(i % 100)), null],
    ['−1 where others are negative', many(60, (i) => String(i - 30)), null],
    ['one alone', many(40, (i) => (i === 7 ? '-999' : String(i))), null],
  ])('sentinel numbers: %s', (_name, values, hole) => {
    const profile = profileOf('age', values);
    const sentinels = profile.columns[0]?.missing.sentinels ?? [];
    expect(sentinels.map(({ value }) => value)).toEqual(hole === null ? [] : [hole]);
    const count = profile.columns[0]?.numbers?.count ?? 0;
    expect(count + (sentinels[0]?.rows ?? 0)).toBe(values.length);
    if (hole !== null) expect(edit(found(profile)['sentinel_values'])).toEqual({ missing: [hole] });
  });

  it('sentinel days and days that are none', () => {
    const days = many(60, (i) => `2024-0${1 + (i % 9)}-1${i % 10}`);
    const [column] = profileOf('born', ['1900-01-01', '1900-01-01', '0000-00-00', ...days]).columns;
    expect(column).toMatchObject({
      type: 'date',
      dateFormat: 'yyyy-MM-dd',
      missing: { rows: 1, words: [{ value: '0000-00-00' }] },
    });
    expect(column?.missing.sentinels).toEqual([{ value: '1900-01-01', rows: 2, lines: [2, 3] }]);
    expect(column?.times?.min).toBe(Date.UTC(2024, 0, 10));
  });

  it('numbers with exceptions, and numbers rewritten with an exponent', () => {
    const mixed = found(
      profileOf(
        'kids',
        many(50, (i) => (i < 4 ? '3+' : String(i % 3))),
      ),
    )['mixed_types'];
    expect(mixed).toMatchObject({ rows: 4, lines: [2, 3, 4, 5], message: expect.stringContaining('"3+"') });
    expect(edit(mixed)).toEqual({ type: 'text' });
    const rewritten = profileOf('product_id', ['1e+05', '9e+05', ...many(50, (i) => String(100_001 + i * 7))]);
    expect(rewritten.columns[0]?.type).toBe('integer');
    expect(edit(found(rewritten)['scientific_notation'])).toEqual({
      replace: { '1e+05': '100000', '9e+05': '900000' },
    });
  });

  it('spellings of one value, broken letters, hidden characters, formulas, spaces', () => {
    const cities = ['Paris', 'Paris', 'Paris', 'PARIS ', 'Lyon', 'MontrÃ©al', 'Ni\u200bce', '=cmd()', 'Lille'];
    const issues = found(profileOf('city', [...cities, ...many(91, (i) => `town ${i % 7}`)]));
    expect(edit(issues['spelling_variants'])).toEqual({ replace: { PARIS: 'Paris' } });
    expect(edit(issues['mojibake'])).toEqual({ replace: { 'MontrÃ©al': 'Montréal' } });
    expect(issues['control_characters']).toMatchObject({ rows: 1, lines: [8] });
    expect(issues['spreadsheet_formula']).toMatchObject({ rows: 1, lines: [9] });
    expect(issues['spaces_around']).toMatchObject({ rows: 1, lines: [5], fix: null });
  });

  it('dates in two forms, and dates that could be read either way', () => {
    const two = found(
      profileOf(
        'day',
        many(40, (i) => (i < 10 ? `${10 + i}/05/2024` : `2024-05-${10 + (i % 9)}`)),
      ),
    );
    expect(two['date_formats_differ']).toMatchObject({ rows: 10, severity: 'warning' });
    const unknown = profileOf(
      'day',
      many(40, (i) => `0${1 + (i % 9)}/0${1 + (i % 5)}/2024`),
    );
    expect(found(unknown)['date_order_unknown']).toMatchObject({ rows: 40 });
    const american = profileOf('day', ['05/31/2024', ...many(40, (i) => `0${1 + (i % 9)}/0${1 + (i % 5)}/2024`)]);
    expect(american.columns[0]).toMatchObject({ dateFormat: 'MM/dd/yyyy', dayOrderUnknown: false });
    expect(american.columns[0]?.times?.max).toBe(Date.UTC(2024, 8, 4));
    expect(
      profileOf(
        'created_at',
        many(40, (i) => String(1_700_000_000 + i)),
      ).columns[0],
    ).toMatchObject({ type: 'instant', dateFormat: 'epoch_s' });
  });

  it('days written as eight digits, some of which no calendar has', () => {
    const born = (bad: readonly string[]) => [...bad, ...many(60, (i) => `19${60 + (i % 30)}0${1 + (i % 9)}1${i % 9}`)];
    const right = profileOf('date_of_birth', born([]));
    expect(right.columns[0]).toMatchObject({ type: 'date', dateFormat: 'yyyyMMdd' });
    expect(edit(found(right)['dates_as_numbers'])).toEqual({ type: 'timestamp', format: 'yyyyMMdd' });
    const wrong = found(profileOf('date_of_birth', born(['19871632', '19750231'])));
    expect(wrong['impossible_dates']).toMatchObject({ rows: 2, lines: [2, 3], severity: 'warning' });
    expect(edit(wrong['impossible_dates'])).toEqual({ type: 'text' });
    expect(profileOf('product', born([])).columns[0]?.type).toBe('integer');
  });

  it('outliers, and nothing of the kind about ids', () => {
    const values = [...many(99, (i) => String(50 + (i % 11))), '900'];
    const { outliers } = found(profileOf('amount', values));
    expect(outliers).toMatchObject({ rows: 1, lines: [101], fix: { step: 'cap_outliers' } });
    expect(found(profileOf('order_id', values))['outliers']).toBeUndefined();
  });

  it('columns that say nothing, and rows that come twice', () => {
    const profile = profilerOf(
      [['id', 'a', 'b'], ...many(200, (i) => String(i)).map((id) => [id, 'x', '']), ['7', 'x', '']],
      { key: 'id' },
    ).finish();
    const issues = found(profile);
    expect(issues['column_constant']).toMatchObject({ column: 'a', fix: { edit: { drop: true } } });
    expect(issues['column_empty']).toMatchObject({ column: 'b' });
    expect(issues['duplicate_rows']).toMatchObject({ rows: 1, lines: [202] });
    expect(issues['duplicate_keys']).toMatchObject({
      column: 'id',
      severity: 'error',
      fix: { edit: { messageIdColumn: 'id' } },
    });
  });

  it('the row that no single column betrays', async () => {
    const random = seededRandom(5);
    const rows = many(400, () => String(Math.round(random.next() * 1000))).map((x) => [
      x,
      String(Number(x) * 2 + Math.round(random.next() * 40)),
    ]);
    rows[123] = ['5000', '-4000'];
    const profiler = profilerOf([['height', 'weight'], ...rows]);
    const profile = profiler.finish();
    const isolated = await profiler.isolated(profile, { random: seededRandom(1) });
    expect(isolated?.rows[0]).toMatchObject({ line: 125 });
    expect(found({ ...profile, isolated })['isolated_rows']).toMatchObject({ lines: expect.arrayContaining([125]) });
    const few = profilerOf([['height', 'weight'], ...rows.slice(0, 50)]);
    expect(await few.isolated(few.finish(), { random })).toBeNull();
  });

  it('orders errors before warnings before notes', () => {
    const severities = findIssues(profileOf('size', ['NA', ...many(50, () => '7')])).map(({ severity }) => severity);
    expect(severities).toEqual(
      [...severities].sort((a, b) => ['error', 'warning', 'note'].indexOf(a) - ['error', 'warning', 'note'].indexOf(b)),
    );
    expect(severities.length).toBeGreaterThan(1);
  });
});
