/** Where an alarm has its time from. */
export interface AlarmTime {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Calls once after that time, or a little earlier; returns how to take it back. */
  after(ms: number, call: () => void): () => void;
}

/** A sleep that can be cut short. */
export interface Alarm {
  /** Ends the sleep at once, or within that time; of several the soonest counts. */
  wake(inMs?: number): void;
  /** Sleeps; answers whether it was woken. One at a time. A wake-up that came before it is not lost. */
  sleep(ms: number): Promise<boolean>;
}

const machineTime: AlarmTime = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** A timer may fire that much early. */
const EARLY_MS = 1;

/** A sleep that a wake-up ends, at once or within a time; one that came before it is not lost. */
export function alarm({ now, after }: AlarmTime = machineTime): Alarm {
  let rings = Infinity;
  let heed: (() => void) | undefined;
  return {
    wake(inMs = 0) {
      rings = Math.min(rings, now() + inMs);
      heed?.();
    },
    async sleep(ms) {
      const until = now() + ms;
      await new Promise<void>((done) => {
        let takeBack: (() => void) | undefined;
        heed = () => {
          takeBack?.();
          const left = Math.min(rings, until) - now();
          if (left <= 0) done();
          else takeBack = after(left, done);
        };
        heed();
      });
      heed = undefined;
      const woken = rings - EARLY_MS <= now();
      if (woken) rings = Infinity;
      return woken;
    },
  };
}
