import { HOUR, WORLD_START, hourlyWorld, type WorldOptions } from '../../test/volume-world';
import { HISTORY, WEEKS, alertsOf, at, baselineAt, figuresOf, raised, worldsOf } from '../../test/volume-figures';
import { judgeHour, quietMs, silenceOf } from './judge-volume';
import { weekSlots } from './season';
import { fitBaseline } from './volume-baseline';

const steady: WorldOptions = { seed: 1, level: 40, tau2: 0.02, growth: 0, weeks: WEEKS };

describe('alerts of volume in simulated worlds', () => {
  it('finds what is planted, and seldom calls out for nothing', () => {
    const figures = figuresOf(worldsOf(1));
    expect(figures.eventWeeks).toBe(24);
    expect(figures.falseAlertsAWeek).toBeLessThan(0.1);
    expect(figures).toMatchObject({ outages: 1, quarters: 1, fourfolds: 1 });
  });

  it('grows with its source, and takes half a week of something new for normal', () => {
    const counts = hourlyWorld({ ...steady, growth: 0.1 });
    expect(alertsOf(raised(counts).spike)).toBe(0);
    const doubled = hourlyWorld(steady).map((count, hour) => (hour >= HISTORY ? count * 2 : count));
    const hours = raised(doubled).spike;
    expect(hours[0]).toBeLessThan(HISTORY + 24);
    expect(hours.at(-1)).toBeLessThan(HISTORY + 5 * 24);
  });
});

describe('silence', () => {
  it('of a busy event is found within an hour by day, and never just because it is night', () => {
    const counts = hourlyWorld(steady);
    const baseline = baselineAt(counts, HISTORY);
    const noon = at(HISTORY + 24 + 12);
    expect(silenceOf(baseline, { lastAtMs: noon, nowMs: noon + 10 * 60_000 }).score).toBeLessThan(1);
    expect(silenceOf(baseline, { lastAtMs: noon, nowMs: noon + HOUR }).score).toBeGreaterThan(1);
    const quiet = quietMs(baseline) ?? 0;
    expect(quiet).toBeGreaterThan(5 * 60_000);
    expect(silenceOf(baseline, { lastAtMs: noon, nowMs: noon + quiet * 0.99 }).score).toBeLessThanOrEqual(1);
  });

  it.each([0.2, 1, 5, 50])('never longer than normal where nothing is wrong: %s an hour', (level) => {
    let [silent, looks] = [0, 0];
    for (let seed = 0; seed < 12; seed += 1) {
      const counts = hourlyWorld({ seed: 900 + seed, level, tau2: 0.05, growth: 0, weeks: WEEKS });
      const baseline = baselineAt(counts, HISTORY);
      let last = HISTORY - 1;
      for (let hour = HISTORY; hour < counts.length; hour += 1) {
        looks += 1;
        if (silenceOf(baseline, { lastAtMs: at(last) + HOUR, nowMs: at(hour) }).score > 1) silent += 1;
        if ((counts[hour] ?? 0) > 0) last = hour;
      }
    }
    expect(silent / looks).toBeLessThan(0.001);
  });

  it('of events that come in bursts waits as long as they have kept away before', () => {
    // A batch of ten each second or third day, at any hour.
    const counts = Array.from({ length: HISTORY }, () => 0);
    for (let hour = 5, i = 0; hour < HISTORY; hour += 40 + ((i * 29) % 35), i += 1) counts[hour] = 10;
    const baseline = baselineAt(counts, HISTORY);
    const last = at(counts.lastIndexOf(10));
    expect(silenceOf(baseline, { lastAtMs: last, nowMs: last + 80 * HOUR }).score).toBeLessThan(1);
    expect(silenceOf(baseline, { lastAtMs: last, nowMs: last + 400 * HOUR }).score).toBeGreaterThan(1);
  });

  it('that was an outage once is not what is normal', () => {
    const counts = hourlyWorld(steady);
    for (let hour = 500; hour < 530; hour += 1) counts[hour] = 0;
    expect(baselineAt(counts, HISTORY).silence).toBe(14);
  });
});

describe('a baseline', () => {
  it('is not drawn from too little, and from coarser groups when there is less', () => {
    const counts = hourlyWorld({ ...steady, weeks: 4 });
    const basis = (hours: number) =>
      fitBaseline({ startMs: WORLD_START, counts: counts.slice(0, hours) })?.basis ?? null;
    expect([71, 72, 168, 3 * 168 - 1, 3 * 168].map(basis)).toEqual([
      null,
      'hour-of-day',
      'hour-of-day',
      'hour-of-day-and-weekend',
      'hour-of-week',
    ]);
    expect(
      fitBaseline({ startMs: WORLD_START, counts: Array.from({ length: 400 }, (_, i) => (i % 20 === 0 ? 1 : 0)) }),
    ).toBeNull();
  });

  it('does not depend on where in the week it begins', () => {
    const counts = hourlyWorld(steady);
    const whole = baselineAt(counts, HISTORY);
    const shifted = fitBaseline({ startMs: at(24), counts: counts.slice(24, 24 + HISTORY) });
    expect(weekSlots('UTC')(WORLD_START)).toBe(0);
    expect(weekSlots('UTC')(Date.UTC(1970, 0, 1))).toBe(72);
    const noon = { startMs: at(HISTORY + 12), count: 0 };
    expect(shifted && judgeHour(shifted, noon).expected).toBeGreaterThan(0.5 * judgeHour(whole, noon).expected);
  });

  it('says in which band a count is normal', () => {
    const baseline = baselineAt(hourlyWorld(steady), HISTORY);
    const { expected, low, high } = judgeHour(baseline, { startMs: at(HISTORY + 36), count: 0 });
    expect(low).toBeLessThan(expected);
    expect(high).toBeGreaterThan(expected);
    const startMs = at(HISTORY + 36);
    expect(judgeHour(baseline, { startMs, count: low }).score).toBeGreaterThanOrEqual(-4.0001);
    expect(judgeHour(baseline, { startMs, count: low - 1 }).score).toBeLessThan(-4);
    expect(judgeHour(baseline, { startMs, count: high + 1 }).score).toBeGreaterThan(4);
  });
});
