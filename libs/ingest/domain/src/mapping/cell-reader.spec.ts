import { cellReader } from './cell-reader';
import { mappingFromData } from './parse-mapping';

const rules = { zone: 'UTC', ambiguous: 'earlier', nonexistent: 'forward' } as const;

describe('cells that a field counts as missing or reads as other text', () => {
  const read = cellReader(
    { column: 'n', type: 'integer', missing: ['NA', '-999', '?'], replace: { '1e+05': '100000', '3+': '3', x: '?' } },
    rules,
  );

  it('makes them null, or reads the other text by the type', () => {
    expect(['NA', ' -999 ', '', '7', '1e+05', ' 3+ ', 'x'].map(read)).toEqual([null, null, null, 7, 100_000, 3, null]);
  });

  it('matches as written: another case is another word', () => {
    expect(read('na')).toEqual({ fault: 'bad_integer' });
  });

  it('names a missing value that the field requires', () => {
    const required = cellReader({ column: 'n', type: 'text', required: true, missing: ['NA'] }, rules);
    expect(required('NA')).toEqual({ fault: 'missing_value' });
  });

  it('belongs to a mapping file', () => {
    const mapping = (field: object) => ({
      name: 'm',
      version: 1,
      format: 'table',
      match: { columns: ['who'] },
      fields: { who: { column: 'who', type: 'text', ...field } },
      message: { type: 'identify', userId: { field: 'who' } },
    });
    expect(mappingFromData(mapping({ missing: ['NA'], replace: { a: 'b' } }))).toMatchObject({ name: 'm' });
    expect(() => mappingFromData(mapping({ missing: [''] }))).toThrow('fields.who.missing.0');
  });
});
