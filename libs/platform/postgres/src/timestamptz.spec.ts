import { types } from 'pg';
import { seededRandom } from '@kohort/kernel-clock-random';
import { columnParsers, parseTimestamptz } from './timestamptz';

const usual: (text: string) => Date = types.getTypeParser(1184, 'text');

describe('parseTimestamptz', () => {
  it('reads what a session in UTC writes, down to the millisecond, for 5,000 seeded instants', () => {
    const random = seededRandom(11);
    for (let n = 0; n < 5_000; n += 1) {
      const epochMs = Math.floor(random.next() * 253_402_300_800_000) - 59_000_000_000_000 * (n % 2);
      const micros = Math.floor(random.next() * 1_000) * (n % 3);
      const [day, time = ''] = new Date(epochMs).toISOString().slice(0, 23).split('T');
      const digits = `${time.slice(9)}${String(micros % 1_000).padStart(3, '0')}`.replace(/0+$/, '');
      const text = `${day} ${time.slice(0, 8)}${digits === '' ? '' : `.${digits}`}+00`;
      expect([text, parseTimestamptz(text).getTime()]).toEqual([text, epochMs]);
    }
  });

  it.each([
    '0044-03-15 12:00:00+00 BC',
    '0099-12-31 23:59:59.5+00',
    '12026-01-01 00:00:00+00',
    '2026-05-01 12:00:00.123+02',
    '2026-05-01 12:00:00-03:30',
    '2026-05-01 12:00:00.+00',
    '2026-05-01 12:00:00.12x+00',
  ])('leaves %s to the driver', (text) => {
    expect(parseTimestamptz(text)).toEqual(usual(text));
  });

  it('leaves infinity and every other type to the driver', () => {
    expect(parseTimestamptz('infinity')).toBe(Infinity);
    const read = (oid: number, text: string): unknown =>
      Reflect.apply(columnParsers().getTypeParser(oid, 'text'), null, [text]);
    expect(read(1184, '2026-05-01 12:00:00+00')).toEqual(new Date('2026-05-01T12:00:00Z'));
    expect(read(23, '7')).toBe(7);
  });
});
