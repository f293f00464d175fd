import { readDate } from './date-shape';
import { isMojibake, repairMojibake } from './text-damage';
import { parseFormattedNumber, readValue } from './value-kind';

describe('what a cell is', () => {
  it.each([
    ['12', 'integer'],
    ['-7', 'integer'],
    ['3.5', 'decimal'],
    ['.5', 'decimal'],
    ['1e+05', 'scientific'],
    ['007', 'code'],
    ['12345678901234567', 'code'],
    ['1,234.50', 'formatted_number'],
    ['€ 12', 'formatted_number'],
    ['12 %', 'formatted_number'],
    ['yes', 'boolean'],
    ['2024-02-29', 'date'],
    ['2023-02-29', 'text'],
    ['31/12/2024', 'date'],
    ['2024-05-01T10:00:00Z', 'instant'],
    ['2024-05-01 10:00', 'instant'],
    ['ann@example.org', 'email'],
    ['ann@example', 'text'],
    ['+44 20 7946 0958', 'phone'],
    ['(555) 123-4567', 'phone'],
    ['https://example.org/a?b=c', 'url'],
    ['6fa459ea-ee8a-3ca4-894e-db77e160355e', 'uuid'],
    ['{"a":1}', 'json'],
    ['{a}', 'text'],
    ['3+', 'text'],
    ['2 Adults No Kids', 'text'],
  ])('%s is %s', (text, kind) => {
    expect(readValue(text).kind).toBe(kind);
  });

  it.each([
    ['1.234,50 €', 1234.5],
    ['$1,234', 1234],
    ['12,5', 12.5],
    ['1 234 567,8', 1_234_567.8],
    ['-3,5', -3.5],
  ])('%s is the number %d', (text, value) => {
    expect(parseFormattedNumber(text)).toBe(value);
  });

  it('reads dates in the forms of the mapping file, and knows when day and month could be swapped', () => {
    expect(readDate('2024-05-01 07:30:27')).toMatchObject({
      format: 'yyyy-MM-dd HH:mm:ss',
      epochMs: Date.UTC(2024, 4, 1, 7, 30, 27),
    });
    expect(readDate('2024-05-01T07:30:00+02:00')).toMatchObject({
      format: 'iso',
      epochMs: Date.UTC(2024, 4, 1, 5, 30),
    });
    expect(readDate('03/04/2024')).toMatchObject({
      format: 'dd/MM/yyyy',
      epochMs: Date.UTC(2024, 3, 3),
      other: { format: 'MM/dd/yyyy', epochMs: Date.UTC(2024, 2, 4) },
    });
    expect(readDate('25/12/2024')).toMatchObject({ format: 'dd/MM/yyyy', other: null });
    expect(readDate('12/25/2024')).toMatchObject({ format: 'MM/dd/yyyy', other: null });
    expect(readDate('3.4.2024')).toMatchObject({ format: 'd.M.yyyy', other: null });
    expect(readDate('03-Mar-2017')).toMatchObject({ format: 'dd-MMM-yyyy' });
    expect(readDate('2024-13-01')).toBeNull();
  });

  it('undoes one wrong decoding', () => {
    expect(['CafÃ©', 'itâ€™s', 'Café', 'naïve'].map(isMojibake)).toEqual([true, true, false, false]);
    expect(repairMojibake('CafÃ©')).toBe('Café');
    expect(repairMojibake('itâ€™s')).toBe('it’s');
    expect(repairMojibake('Café')).toBeNull();
  });
});
