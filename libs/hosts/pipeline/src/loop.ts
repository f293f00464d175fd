import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@kohort/kernel-telemetry';
import { classifyFailure } from '@kohort/platform-postgres';

/** What time alone sets going, running. */
export interface Timers {
  /** Ends after the step in progress. */
  stop(): Promise<void>;
}

/** Something that is looked after again and again. */
export interface Loop {
  /** What it does, as a warning names it. */
  readonly name: string;
  readonly everyMs: number;
  readonly logger: Logger;
  /** True when there was more than one step could take. */
  step(signal: AbortSignal): Promise<boolean>;
}

/** Starts a loop: a failed step is told and tried again after the pause; an abort in the middle is none. */
export function startLoop({ name, everyMs, logger, step }: Loop): Timers {
  const ended = new AbortController();
  const { signal } = ended;
  const safely = async (): Promise<boolean> => {
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
      const more = await safely();
      // Woken by `stop`: the pause then ends early, which is no failure.
      if (!more) await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    async stop() {
      ended.abort();
      await running;
    },
  };
}
