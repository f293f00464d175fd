import { seededRandom } from '@kohort/kernel-clock-random';
import { EARLIEST_TIME, LATEST_TIME } from '../limits';
import { parseInstant } from './instant';

describe('parseInstant', () => {
  it('reads the form of JavaScript as every other form of the same instant, for 5,000 seeded times', () => {
    const random = seededRandom(8);
    for (let n = 0; n < 5_000; n += 1) {
      const epochMs = EARLIEST_TIME + Math.floor(random.next() * (LATEST_TIME - EARLIEST_TIME));
      const usual = new Date(epochMs).toISOString();
      expect(parseInstant(usual)).toEqual({ ok: true, epochMs, zoned: true });
      expect(parseInstant(usual.replace('Z', '+00:00'))).toEqual({ ok: true, epochMs, zoned: true });
    }
  });

  it.each([
    '2026-02-29T00:00:00.000Z',
    '2026-00-10T00:00:00.000Z',
    '2026-13-10T00:00:00.000Z',
    '2026-05-00T00:00:00.000Z',
    '2026-05-14T24:00:00.000Z',
    '2026-05-14T09:60:00.000Z',
    '2026-05-14T09:00:61.000Z',
    '2026-05-14T09:00:0x.000Z',
    '2026-05-14T09:00:00.0 0Z',
    '2026x05-14T09:00:00.000Z',
  ])('%s is no time', (text) => {
    expect(parseInstant(text)).toEqual({ ok: false, code: 'timestamp_invalid' });
  });

  it('takes leap days and leap seconds, and no year before 1900', () => {
    expect(parseInstant('2028-02-29T00:00:00.000Z')).toMatchObject({ epochMs: Date.UTC(2028, 1, 29) });
    expect(parseInstant('2026-05-14T09:00:60.000Z')).toMatchObject({ epochMs: Date.UTC(2026, 4, 14, 9, 0, 59) });
    expect(parseInstant('1899-12-31T23:59:59.999Z')).toEqual({ ok: false, code: 'timestamp_out_of_range' });
  });
});
