import { DateTime } from 'luxon';
import { judgeHour, silenceOf } from './judge-volume';
import { weekSlots } from './season';
import { fitBaseline } from './volume-baseline';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('places of hours in the week of a time zone', () => {
  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Africa/Casablanca', 'UTC'])(
    'are those of the wall clock, all the year round: %s',
    (zone) => {
      const slotOf = weekSlots(zone);
      for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += HOUR) {
        const local = DateTime.fromMillis(at, { zone });
        expect(slotOf(at)).toBe((local.weekday - 1) * 24 + local.hour);
      }
    },
  );

  it('an unknown zone is taken for UTC', () => {
    expect(weekSlots('Mars/Olympus')(0)).toBe(weekSlots('UTC')(0));
  });
});

/** A shop of Berlin: a hundred an hour from nine to six by its own clock, none by night. */
function shop(fromMs: number, hours: number): number[] {
  return Array.from({ length: hours }, (_, i) => {
    const { hour } = DateTime.fromMillis(fromMs + i * HOUR, { zone: 'Europe/Berlin' });
    return hour >= 9 && hour < 18 ? 96 + ((i * 7) % 9) : 0;
  });
}

describe('a change of clocks', () => {
  // Clocks go forward on 29 March 2026.
  const startMs = Date.UTC(2026, 0, 26);
  const [changed, weeks] = [Date.UTC(2026, 2, 30), 8];
  const counts = shop(startMs, weeks * 168);
  const scores = (zone: string): number[] => {
    const baseline = fitBaseline({ startMs, counts, zone });
    if (!baseline) throw new TypeError('no baseline');
    return Array.from({ length: 24 }, (_, h) => {
      const hourMs = changed + h * HOUR;
      return judgeHour(baseline, { startMs: hourMs, count: shop(hourMs, 1)[0] ?? 0 }).score;
    });
  };

  it('makes no hour strange in the zone of the shop, and two of them in another', () => {
    expect(Math.max(...scores('Europe/Berlin').map(Math.abs))).toBeLessThan(2);
    expect(scores('UTC').filter((score) => Math.abs(score) > 5)).toHaveLength(2);
  });

  it('back makes none strange either', () => {
    const from = Date.UTC(2026, 8, 7);
    const baseline = fitBaseline({ startMs: from, counts: shop(from, 49 * 24), zone: 'Europe/Berlin' });
    for (let h = 0; h < 48; h += 1) {
      const hourMs = Date.UTC(2026, 9, 26) + h * HOUR;
      const count = shop(hourMs, 1)[0] ?? 0;
      expect(Math.abs(baseline ? judgeHour(baseline, { startMs: hourMs, count }).score : 9)).toBeLessThan(2);
    }
  });

  it('a silence does not count the time in which nobody listened', () => {
    const baseline = fitBaseline({ startMs, counts, zone: 'Europe/Berlin' });
    if (!baseline) throw new TypeError('no baseline');
    const lastAtMs = Date.UTC(2026, 2, 31, 8);
    const nowMs = lastAtMs + 7 * HOUR;
    const deaf = { fromMs: lastAtMs + 60_000, toMs: nowMs - 60_000 };
    expect(silenceOf(baseline, { lastAtMs, nowMs }).score).toBeGreaterThan(1);
    expect(silenceOf(baseline, { lastAtMs, nowMs, deaf }).score).toBeLessThan(1);
    expect(silenceOf(baseline, { lastAtMs, nowMs: nowMs + DAY, deaf }).score).toBeGreaterThan(1);
  });
});
