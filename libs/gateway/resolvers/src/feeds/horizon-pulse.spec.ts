import { silentLogger } from '@kohort/kernel-telemetry';
import { MemoryLog } from '../../test/memory-log';
import { HorizonPulse, type PulseParts } from './horizon-pulse';

/** A pulse that nothing but `hear` moves, whose pauses end by hand. */
function followed(log: PulseParts['log']) {
  const pauses: { readonly ms: number; readonly end: () => void }[] = [];
  const pause = (ms: number): Promise<void> => new Promise((end) => void pauses.push({ ms, end }));
  const pulse = new HorizonPulse({ log, logger: silentLogger, pollMs: 3_600_000, pause });
  const seen = { beats: 0 };
  const stop = pulse.listen(() => (seen.beats += 1));
  const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
  return {
    ...{ pulse, seen, stop, settled },
    async hear() {
      pulse.hear();
      await settled();
    },
    /** Ends the one pause that is pending; answers how long it was meant to be, or null when there is none. */
    async next(): Promise<number | null> {
      expect(pauses.length).toBeLessThanOrEqual(1);
      const ended = pauses.pop();
      ended?.end();
      await settled();
      return ended?.ms ?? null;
    },
  };
}

describe('HorizonPulse', () => {
  it('asks one small question while nothing happens, however many listen, and beats when something does', async () => {
    jest.useFakeTimers();
    try {
      const log = new MemoryLog();
      const pulse = new HorizonPulse({ log, logger: silentLogger, pollMs: 1_000 });
      let beats = 0;
      const stops = Array.from({ length: 100 }, () => pulse.listen(() => (beats += 1)));
      await jest.advanceTimersByTimeAsync(1_000);
      const begun = beats;
      await jest.advanceTimersByTimeAsync(60_000);
      expect({ beats: beats - begun, reads: log.reads, horizons: log.horizons }).toEqual({
        beats: 0,
        reads: 0,
        horizons: 61,
      });
      log.append(1);
      await jest.advanceTimersByTimeAsync(1_000);
      expect(beats - begun).toBe(100);
      for (const stop of stops) stop();
      const asked = log.horizons;
      await jest.advanceTimersByTimeAsync(10_000);
      expect(log.horizons).toBe(asked);
    } finally {
      jest.useRealTimers();
    }
  });

  it('beats for what it hears of when that can be read, once, and asks no more then', async () => {
    const log = new MemoryLog();
    log.append(3);
    const { seen, hear, next, stop } = followed(log);
    await hear();
    expect({ ...seen, horizons: log.horizons }).toEqual({ beats: 1, horizons: 1 });
    expect([await next(), await next()]).toEqual([2, null]);
    log.append(2);
    log.hidden = 2;
    await hear();
    await next();
    // Of another writer, and older than what was heard of.
    log.hidden = 1;
    await next();
    expect(seen.beats).toBe(1);
    log.hidden = 0;
    await next();
    expect(seen.beats).toBe(2);
    const last = log.horizons;
    await next();
    expect({ ...seen, pending: await next(), horizons: log.horizons }).toEqual({
      ...{ beats: 2, pending: null, horizons: last },
    });
    stop();
  });

  it('looks ever less often behind a transaction that stays open, however much is committed meanwhile', async () => {
    const log = new MemoryLog();
    const { seen, hear, next, stop } = followed(log);
    const waits: (number | null)[] = [];
    for (let commits = 1; commits <= 300; commits += 1) {
      log.append(1);
      log.hidden += 1;
      await hear();
      await hear();
      waits.push(await next());
    }
    expect(waits).toEqual([2, 4, 8, 16, ...Array.from({ length: 296 }, () => 32)]);
    expect({ ...seen, horizons: log.horizons }).toEqual({ beats: 0, horizons: 301 });
    // The first of them becomes readable: it looks as soon as at the beginning for the others.
    log.hidden -= 1;
    await next();
    expect([await next(), await next(), seen.beats]).toEqual([2, 4, 1]);
    log.hidden = 0;
    await next();
    expect([await next(), await next(), seen.beats]).toEqual([2, null, 2]);
    stop();
  });

  it('pauses between two looks when it hears something at each of them, and loses none', async () => {
    const log = new MemoryLog();
    let talks = 50;
    const { pulse, seen, hear, next, stop } = followed({
      horizon() {
        const answer = log.horizon();
        if (talks > 0) {
          log.append(1);
          pulse.hear();
        }
        talks -= 1;
        return answer;
      },
    });
    await hear();
    for (let looks = 1; looks <= 50; looks += 1) {
      expect(log.horizons).toBe(looks);
      expect(await next()).toBe(2);
    }
    expect({ ...seen, horizons: log.horizons }).toEqual({ beats: 51, horizons: 51 });
    expect([await next(), await next()]).toEqual([2, null]);
    stop();
  });

  it('ends its looks when nobody listens any more, and when the log cannot be read', async () => {
    const log = new MemoryLog();
    log.append(1);
    log.hidden = 1;
    const { pulse, hear, next, stop } = followed(log);
    await hear();
    stop();
    expect([await next(), await next(), log.horizons]).toEqual([2, null, 1]);
    await hear();
    expect([await next(), log.horizons]).toEqual([null, 1]);
    const again = pulse.listen(() => undefined);
    jest.spyOn(log, 'horizon').mockRejectedValueOnce(new TypeError('away'));
    await hear();
    expect(await next()).toBeNull();
    again();
  });
});
