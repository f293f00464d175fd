import { toAppError } from '@kohort/kernel-errors';
import type { Logger } from '@kohort/kernel-telemetry';

/** What was started, to be stopped in the opposite order. */
export interface ShutdownList {
  readonly closing: boolean;
  add(name: string, close: () => Promise<void>): void;
  /** Stops everything, newest first; one that fails does not keep the others from stopping. Repeats join the first. */
  closeAll(): Promise<void>;
}

/** An empty list. */
export function shutdownList(logger: Logger): ShutdownList {
  const steps: { name: string; close: () => Promise<void> }[] = [];
  let closed: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    for (const { name, close } of steps.splice(0).reverse()) {
      logger.debug(`stopping ${name}`);
      await close().catch((thrown: unknown) => {
        const error = toAppError(thrown, `stopping ${name}`);
        logger.error(error.message, { code: error.code, kind: error.kind });
      });
    }
  };
  return {
    get closing() {
      return closed !== undefined;
    },
    add: (name, close) => void steps.push({ name, close }),
    closeAll: () => (closed ??= run()),
  };
}
