import { stepBoundaries, volatilityOf } from './size-steps';

const at = (text: string): number => Date.parse(text);
const days = (from: string, to: string, zone: string) =>
  stepBoundaries({ fromMs: at(from), toMs: at(to), step: 'day' }, zone).map((ms) => new Date(ms).toISOString());

describe('stepBoundaries', () => {
  it('makes days of 23 and 25 hours where clocks are set', () => {
    expect(days('2026-03-28T12:00Z', '2026-03-30T12:00Z', 'Europe/Berlin')).toEqual([
      '2026-03-27T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
      '2026-03-30T22:00:00.000Z',
    ]);
    expect(days('2025-11-02T12:00Z', '2025-11-03T04:00Z', 'America/New_York')).toEqual([
      '2025-11-02T04:00:00.000Z',
      '2025-11-03T05:00:00.000Z',
    ]);
  });

  it('begins a day without a midnight at one o’clock, and the next at midnight', () => {
    expect(days('2018-11-04T12:00Z', '2018-11-05T12:00Z', 'America/Sao_Paulo')).toEqual([
      '2018-11-04T03:00:00.000Z',
      '2018-11-05T02:00:00.000Z',
      '2018-11-06T02:00:00.000Z',
    ]);
  });

  it('takes no step that begins where the range ends', () => {
    expect(days('2026-01-01T00:00Z', '2026-01-02T00:00Z', 'UTC')).toHaveLength(2);
    const hours = stepBoundaries({ fromMs: 1, toMs: 7_200_001, step: 'hour' }, 'Asia/Kolkata');
    expect(hours).toEqual([-1_800_000, 1_800_000, 5_400_000, 9_000_000]);
  });

  it('refuses nothing at all and more than a thousand steps', () => {
    const hours = (toMs: number) => () => stepBoundaries({ fromMs: 0, toMs, step: 'hour' }, 'UTC');
    for (const toMs of [0, -1, 3_600_000_001, 9e15]) expect(hours(toMs)).toThrow(/at most 1000 steps/);
    expect(hours(3_600_000_000)()).toHaveLength(1_001);
  });
});

describe('volatilityOf', () => {
  const point = (before: number, size: number) => ({
    size,
    entered: Math.max(0, size - before),
    exited: Math.max(0, before - size),
  });

  it('is the sample deviation of the logarithmic changes', () => {
    // ln 2, ln 1/2, ln 1: mean 0, squares 2 (ln 2)² over 3 − 1.
    expect(volatilityOf([point(10, 20), point(20, 10), point(10, 10)])).toBeCloseTo(Math.log(2), 12);
    expect(volatilityOf([point(10, 11), point(100, 110)])).toBeCloseTo(0, 12);
  });

  it('leaves out steps without a logarithm, and says nothing of fewer than two', () => {
    expect(volatilityOf([point(0, 5), point(5, 10), point(10, 0)])).toBeNull();
    expect(volatilityOf([])).toBeNull();
    expect(volatilityOf([point(0, 5), point(5, 10), point(10, 20), point(20, 0)])).toBeCloseTo(0, 12);
  });
});
