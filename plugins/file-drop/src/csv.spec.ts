import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { seededRandom } from '@kohort/kernel-clock-random';
import { toCsv } from './csv';

const plain = { delimiter: ',', quoteAll: false, formulaGuard: true };

describe('toCsv', () => {
  it('writes the worked vector', () => {
    expect(toCsv([['u1', 'O"Hara, Ada', null, '', true]], plain)).toBe('u1,"O""Hara, Ada",,"",true\n');
  });

  it('quotes everything when asked', () => {
    expect(toCsv([['u1', 3, '']], { ...plain, quoteAll: true })).toBe('"u1","3",""\n');
  });

  it('writes lists and objects as compact JSON, numbers as they are', () => {
    expect(toCsv([[-5, 1.5, ['a', 'b'], { k: 'v' }]], plain)).toBe('-5,1.5,"[""a"",""b""]","{""k"":""v""}"\n');
  });

  it.each([',', ';', '|', '\t'])('is read back by a CSV parser, delimiter %j', (delimiter) => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '|', '\t', '\n', '\r', ' ', 'é', '=', '') });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }), (rows) => {
        const text = toCsv(rows, { delimiter, quoteAll: false, formulaGuard: false });
        const back = parse(text, { delimiter, relax_column_count: false, record_delimiter: '\n' });
        expect(back).toEqual(rows);
      }),
      { seed: 9, numRuns: 200 },
    );
  });

  it('leaves no formula among 2,000 cells', () => {
    const random = seededRandom(3);
    const starts = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    const cells = Array.from({ length: 2_000 }, (_, i) => {
      const start = starts[random.int(starts.length)] ?? '=';
      return `${start}${['cmd|calc', '1+1', 'HYPERLINK("x")', ',=2', '";=3'][i % 5]}`;
    });
    const text = toCsv(
      cells.map((cell) => [cell]),
      plain,
    );
    const back = parse(text, { record_delimiter: '\n' }).map((row: string[]) => row[0] ?? '');
    expect(back.length).toBe(2_000);
    expect(back.filter((cell: string) => starts.includes(cell[0] ?? ''))).toEqual([]);
    expect(back).toEqual(cells.map((cell) => `'${cell}`));
  });

  it('does not touch numbers that are negative', () => {
    expect(toCsv([[-1]], plain)).toBe('-1\n');
  });
});
