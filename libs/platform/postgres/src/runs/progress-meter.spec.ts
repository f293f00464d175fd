import { manualClock } from '@kohort/kernel-clock-random';
import { progressMeter } from './progress-meter';

describe('progressMeter', () => {
  it('gives rate and time left of the phase, from its second second on', () => {
    const clock = manualClock(0);
    const meter = progressMeter(clock);
    expect(meter({ phase: 'reading', done: 100, total: 1_100 })).toMatchObject({ perSecond: null, etaMs: null });
    clock.advance(999);
    expect(meter({ phase: 'reading', done: 200, total: 1_100 })).toMatchObject({ perSecond: null, etaMs: null });
    clock.advance(1_001);
    expect(meter({ phase: 'reading', done: 300, total: 1_100 })).toEqual({
      phase: 'reading',
      done: 300,
      total: 1_100,
      perSecond: 100,
      etaMs: 8_000,
    });
  });

  it('begins anew with each phase and with each new try', () => {
    const clock = manualClock(0);
    const meter = progressMeter(clock);
    meter({ phase: 'a', done: 0, total: null });
    clock.advance(2_000);
    expect(meter({ phase: 'a', done: 50, total: null })).toMatchObject({ perSecond: 25, etaMs: null });
    expect(meter({ phase: 'b', done: 10, total: 20 })).toMatchObject({ perSecond: null });
    clock.advance(1_000);
    expect(meter({ phase: 'b', done: 15, total: 20 })).toMatchObject({ perSecond: 5, etaMs: 1_000 });
    expect(meter({ phase: 'b', done: 0, total: 20 })).toMatchObject({ perSecond: null });
  });

  it('does not promise a time to work that stands still', () => {
    const clock = manualClock(0);
    const meter = progressMeter(clock);
    meter({ phase: 'a', done: 5, total: 10 });
    clock.advance(60_000);
    expect(meter({ phase: 'a', done: 5, total: 10 })).toMatchObject({ perSecond: null, etaMs: null });
  });
});
