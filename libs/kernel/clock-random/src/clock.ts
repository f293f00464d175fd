/** The present, as an argument: domain, ml and flow code never asks the machine. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

/** The machine's clock; for hosts and adapters only. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that a test moves by hand. */
export interface ManualClock extends Clock {
  set(epochMs: number): void;
  advance(ms: number): void;
}

/** A clock that stands until it is moved; for tests and for back-dated worlds. */
export function manualClock(startMs: number): ManualClock {
  let current = startMs;
  return {
    now: () => current,
    set: (epochMs) => {
      current = epochMs;
    },
    advance: (ms) => {
      current += ms;
    },
  };
}
