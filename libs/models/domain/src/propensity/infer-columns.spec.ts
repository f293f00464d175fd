import { inferColumn } from './infer-columns';

const many = (n: number, cell: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => cell(i));

describe('inferColumn', () => {
  it.each([
    ['decimals', ['1.5', '2', ''], 'numeric'],
    ['exponents and signs', ['-1e3', '+.5', ' 7 '], 'numeric'],
    ['many whole numbers', many(11, String), 'numeric'],
    ['few whole numbers', many(30, (i) => String(i % 10)), 'category'],
    ['text', ['a', 'b', 'a'], 'category'],
    ['numbers with one word', [...many(20, String), 'n/a'], 'category'],
    ['dates', ['2024-02-29', '', '2024-03-01'], 'date'],
    ['instants', ['2024-02-29T10:00:00Z', '2024-03-01 11:30'], 'date'],
    ['a day that does not exist', ['2023-02-29', '2024-03-01'], 'category'],
    ['nothing', ['', ' '], 'blank'],
    ['names of rows', many(60, (i) => `row ${i}`), 'identifier'],
    ['names in few rows', many(10, (i) => `row ${i}`), 'category'],
  ] as const)('%s', (_, cells, as) => {
    expect(inferColumn({ name: 'c', cells: [...cells] }).as).toBe(as);
  });

  it('reads values, blanks as missing, dates as days', () => {
    const numbers = inferColumn({ name: 'c', cells: ['1.5', ' ', '-2'] });
    expect(numbers).toMatchObject({ column: { kind: 'numeric', values: Float64Array.of(1.5, NaN, -2) } });
    const dates = inferColumn({ name: 'c', cells: ['1970-01-02', '1970-01-03T12:00:00Z'] });
    expect(dates).toMatchObject({ column: { kind: 'numeric', values: Float64Array.of(1, 2.5) } });
    const categories = inferColumn({ name: 'c', cells: ['x', '', ' x'] });
    expect(categories).toMatchObject({ column: { levels: ['x'], codes: Int32Array.of(0, -1, 0) } });
  });
});
