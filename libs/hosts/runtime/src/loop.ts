import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@kohort/kernel-telemetry';
import { classifyFailure } from '@kohort/platform-postgres';

/** What time alone sets going, running. */
export interface Timers {
  /** Ends after the step in progress. */
  stop(): Promise<void>;
}

/** A loop that may be called before its time. */
export interface WakeableTimers extends Timers {
  /** Look now, or at once after the step in progress. */
  wake(): void;
}

/** Something that is looked after again and again. */
export interface Loop {
  /** What it does, as a warning names it. */
  readonly name: string;
  readonly everyMs: number;
  readonly logger: Logger;
  /** True when there was more than one step could take; a number is how many milliseconds to wait this once. */
  step(signal: AbortSignal): Promise<boolean | number>;
}

/** Starts a loop: a failed step is told and tried again after the pause; an abort in the middle is none. */
export function startLoop({ name, everyMs, logger, step }: Loop): WakeableTimers {
  const ended = new AbortController();
  const { signal } = ended;
  let called = new AbortController();
  const safely = async (): Promise<boolean | number> => {
    try {
      return await step(signal);
    } catch (thrown) {
      if (!signal.aborted) {
        const error = classifyFailure(thrown, name);
        logger.warn(error.message, { code: error.code, kind: error.kind });
      }
      return false;
    }
  };
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      // A call that comes during the step is not lost: the pause behind it is then none.
      called = new AbortController();
      const more = await safely();
      const waitMs = typeof more === 'number' ? more : everyMs;
      const early = AbortSignal.any([signal, called.signal]);
      // Called, or woken by `stop`: the pause then ends early, which is no failure.
      if (more !== true) await pause(waitMs, undefined, { signal: early }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    async stop() {
      ended.abort();
      await running;
    },
    wake: () => called.abort(),
  };
}
