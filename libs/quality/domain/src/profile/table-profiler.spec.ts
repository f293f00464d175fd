import fc from 'fast-check';
import { profilerOf } from '../../test/read-csv';
import { flattenRecord } from './flatten-record';
import { profileFromData } from './table-profile';
import { TableProfiler } from './table-profiler';

const cell = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'NA',
    '-999',
    '1',
    '2.5',
    'yes',
    '2024-02-01',
    '03/04/2024',
    'a@b.example',
    '{"a":1}',
    '1e+05',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.integer({ min: -1_000, max: 1_000 }).map(String),
);
const table = (minLength: number) => fc.array(fc.tuple(cell, cell, cell), { minLength, maxLength: 40 });
const header = ['a', 'b', 'created_at'];

/** Where two values differ; numbers may by a millionth. */
function differences(a: unknown, b: unknown, at = ''): string[] {
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b)) ? [] : [`${at}: ${a} and ${b}`];
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return Object.is(a, b) ? [] : [`${at}: ${String(a)} and ${String(b)}`];
  }
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
    differences(left.get(key), right.get(key), `${at}.${key}`),
  );
}

describe('TableProfiler', () => {
  it('takes anything, and the profile survives being saved', () => {
    fc.assert(
      fc.property(table(1), (rows) => {
        const profile = profilerOf([header, ...rows]).finish();
        expect(profile.rows).toBe(rows.length);
        for (const column of profile.columns) {
          const sentinels = column.missing.sentinels.reduce((sum, { rows: n }) => sum + n, 0);
          expect(column.present + column.missing.rows).toBe(rows.length);
          expect(column.kinds.reduce((sum, { rows: n }) => sum + n, 0)).toBe(column.present);
          const { numbers } = column;
          if (!numbers) continue;
          expect(numbers.count + sentinels).toBeLessThanOrEqual(column.present);
          const { rows: bins, below, above } = numbers.histogram;
          expect(bins.reduce((sum, n) => sum + n, below + above)).toBe(numbers.count);
        }
        expect(profileFromData(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  it('merged from two parts says what the whole says', () => {
    fc.assert(
      fc.property(table(1), table(1), (first, second) => {
        const merged = profilerOf([header, ...first]);
        merged.merge(profilerOf([header, ...second], {}, 2 + first.length));
        const [a, b] = [merged.finish(), profilerOf([header, ...first, ...second]).finish()];
        const figures = ({ columns, ...rest }: typeof a) => ({
          ...rest,
          columns: columns.map(({ numbers, times, ...column }) => ({
            ...column,
            numbers: numbers && { ...numbers, skew: null, byZ: null },
            times: times && { ...times, skew: null, byZ: null },
          })),
        });
        expect(differences(figures(a), figures(b))).toEqual([]);
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  it('finds the columns of records as they come, and counts those before as missing', () => {
    const profiler = new TableProfiler({ header: [] });
    const records = [{ a: 1 }, { a: 2, b: { c: 'x' } }, { b: { c: 'x' }, list: [1, 2] }, { a: 2, b: { c: 'x' } }];
    records.forEach((record, i) => profiler.addRecord(flattenRecord(record), i + 1));
    const { columns, duplicates } = profiler.finish();
    expect(columns.map(({ name, missing }) => [name, missing.rows])).toEqual([
      ['a', 1],
      ['b.c', 1],
      ['list', 3],
    ]);
    expect(duplicates).toMatchObject({ repeated: 1, examples: [{ line: 4, firstLine: 2 }] });
    expect(columns[2]?.type).toBe('json');
  });

  it('stops at its budget of columns', () => {
    const budget = { columns: 3, pendingCells: 8, exactDistinct: 10, talliedRows: 16 };
    const profiler = new TableProfiler({ header: [], budget });
    for (let i = 0; i < 50; i += 1)
      profiler.addRecord(
        new Map([
          [`k${i}`, String(i)],
          ['k0', 'x'],
        ]),
        i + 1,
      );
    const profile = profiler.finish();
    expect(profile.columns).toHaveLength(3);
    expect(profile.unread[0]).toMatchObject({ code: 'too_many_columns' });
  });

  it('refuses columns that are not there, and saved profiles of another shape', () => {
    expect(() => new TableProfiler({ header, columns: ['nope'] })).toThrow('there is no column "nope"');
    expect(() => new TableProfiler({ header, key: 'nope' })).toThrow('a, b, created_at');
    expect(() => profileFromData({ version: 9 })).toThrow('version 9');
    expect(() => profileFromData({ version: 1, rows: -1 })).toThrow('cannot be read');
  });
});
