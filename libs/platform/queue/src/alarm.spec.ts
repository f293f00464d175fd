import { alarm } from './alarm';

/** An alarm whose time is moved by hand. */
function world() {
  let nowMs = 1_000;
  const timers = new Map<() => void, number>();
  const bell = alarm({
    now: () => nowMs,
    after(ms, call) {
      timers.set(call, nowMs + ms);
      return () => void timers.delete(call);
    },
  });
  const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
  /** Lets time pass; timers fire that much before they are due. */
  const pass = async (ms: number, earlyMs = 0): Promise<void> => {
    nowMs += ms;
    for (const [call, dueMs] of [...timers]) {
      if (dueMs - earlyMs > nowMs) continue;
      timers.delete(call);
      call();
    }
    await settled();
  };
  /** Falls asleep; `woken` is undefined as long as it sleeps. */
  const fallAsleep = async (ms: number) => {
    const sleeper: { woken?: boolean } = {};
    void bell.sleep(ms).then((woken) => (sleeper.woken = woken));
    await settled();
    return sleeper;
  };
  return { bell, timers, settled, pass, fallAsleep };
}

describe('alarm', () => {
  it('sleeps its time when nobody wakes it', async () => {
    const { timers, pass, fallAsleep } = world();
    const sleeper = await fallAsleep(1_000);
    await pass(999);
    expect(sleeper.woken).toBeUndefined();
    await pass(1);
    expect({ ...sleeper, timers: timers.size }).toEqual({ woken: false, timers: 0 });
  });

  it('is woken at once, and only once by one call', async () => {
    const { bell, settled, pass, timers, fallAsleep } = world();
    const first = await fallAsleep(1_000);
    bell.wake();
    bell.wake();
    await settled();
    expect({ ...first, timers: timers.size }).toEqual({ woken: true, timers: 0 });
    const second = await fallAsleep(1_000);
    await pass(1_000);
    expect(second.woken).toBe(false);
  });

  it.each([
    ['later, then sooner', [200, 50]],
    ['sooner, then later', [50, 200]],
  ])('heeds the soonest of two wake-ups: %s', async (_order, [first = 0, second = 0]) => {
    const { bell, timers, pass, fallAsleep } = world();
    const sleeper = await fallAsleep(1_000);
    bell.wake(first);
    bell.wake(second);
    await pass(49);
    expect(sleeper.woken).toBeUndefined();
    expect(timers.size).toBe(1);
    await pass(1);
    expect({ ...sleeper, timers: timers.size }).toEqual({ woken: true, timers: 0 });
    // The later one is done with as well: whoever is awake looks at all there is.
    const next = await fallAsleep(500);
    await pass(500);
    expect(next.woken).toBe(false);
  });

  it('remembers a wake-up from before the sleep, for what is left of its time', async () => {
    const { bell, pass, fallAsleep } = world();
    bell.wake(200);
    await pass(80);
    const sleeper = await fallAsleep(1_000);
    await pass(119);
    expect(sleeper.woken).toBeUndefined();
    await pass(1);
    expect(sleeper.woken).toBe(true);
  });

  it('does not fall asleep when the time of a wake-up has passed meanwhile', async () => {
    const { bell, timers, pass, fallAsleep } = world();
    bell.wake(50);
    await pass(80);
    expect({ ...(await fallAsleep(1_000)), timers: timers.size }).toEqual({ woken: true, timers: 0 });
  });

  it('keeps a wake-up that is later than the end of a sleep for the next', async () => {
    const { bell, pass, fallAsleep } = world();
    const first = await fallAsleep(100);
    bell.wake(300);
    await pass(100);
    expect(first.woken).toBe(false);
    const second = await fallAsleep(1_000);
    await pass(199);
    expect(second.woken).toBeUndefined();
    await pass(1);
    expect(second.woken).toBe(true);
  });

  it('is ended at once while a wake-up is due later, as by a stop', async () => {
    const { bell, timers, settled, fallAsleep } = world();
    const sleeper = await fallAsleep(1_000);
    bell.wake(200);
    bell.wake();
    await settled();
    expect({ ...sleeper, timers: timers.size }).toEqual({ woken: true, timers: 0 });
  });

  it('counts as woken when its timer fires a little early', async () => {
    const { bell, pass, fallAsleep } = world();
    const sleeper = await fallAsleep(1_000);
    bell.wake(200);
    await pass(199.5, 0.5);
    expect(sleeper.woken).toBe(true);
  });
});
