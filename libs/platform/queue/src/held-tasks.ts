import { renewLeases, LEASE_MS, type ClaimedTask, type Database } from '@kohort/platform-postgres';
import type { AppError } from '@kohort/kernel-errors';
import type { Logger } from '@kohort/kernel-telemetry';
import { originOf } from './failure';
import { queueErrors } from './queue-errors';

/** The tasks that this process works on: their leases are renewed together, and they can be stopped together. */
export interface HeldTasks {
  /** Holds tasks that are worked on as one: whatever befalls one of them befalls all. */
  hold(tasks: readonly ClaimedTask[]): AbortController;
  letGo(tasks: readonly ClaimedTask[]): void;
  readonly count: number;
  abortAll(reason: AppError): void;
  stop(): void;
}

const RENEW_EVERY_MS = Math.floor(LEASE_MS / 4);

/** What goes on only while there are tasks in hand. */
export interface BesideTasks {
  begin(): void;
  rest(): void;
}

/**
 * Renews leases as long as there are tasks in hand, and has `beside` begin with the first and rest behind the last; `stop`
 * ends both. A task whose lease another worker has is aborted with QUEUE_LEASE_LOST.
 */
export function holdTasks(database: Pick<Database, 'relay'>, logger: Logger, beside: BesideTasks): HeldTasks {
  const held = new Map<ClaimedTask, AbortController>();
  let timer: NodeJS.Timeout | undefined;
  let renewing = false;
  const renew = async (): Promise<void> => {
    if (renewing || held.size === 0) return;
    renewing = true;
    try {
      const lost = await renewLeases(database.relay, [...held.keys()]);
      for (const task of lost) held.get(task)?.abort(queueErrors.QUEUE_LEASE_LOST());
    } catch (thrown) {
      // The leases hold for three more tries; if all fail, somebody else takes the work over, which is harmless.
      logger.warn('leases not renewed', { count: held.size, reason: originOf(thrown) });
    } finally {
      renewing = false;
    }
  };
  let isStopped = false;
  const begin = (): void => {
    if (timer !== undefined || isStopped) return;
    timer = setInterval(() => void renew(), RENEW_EVERY_MS);
    timer.unref();
    beside.begin();
  };
  const rest = (): void => {
    clearInterval(timer);
    timer = undefined;
    beside.rest();
  };
  return {
    hold(tasks) {
      const abort = new AbortController();
      for (const task of tasks) held.set(task, abort);
      if (held.size > 0) begin();
      return abort;
    },
    letGo(tasks) {
      for (const task of tasks) held.delete(task);
      if (held.size === 0) rest();
    },
    get count() {
      return held.size;
    },
    abortAll(reason) {
      for (const abort of held.values()) abort.abort(reason);
    },
    stop() {
      isStopped = true;
      rest();
    },
  };
}
