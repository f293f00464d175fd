/**
 * Every setting of the queue engine, for all queues alike. Reasons beside the numbers; measured on both engines.
 * Source  the failure modes of BullMQ that are answered here: lock loss (#3183), slow recovery, poison jobs, growth (#366)
 */
export const JOB_SETTINGS = {
  // Retries belong to the task's row: a failed job is not tried again by the queue.
  attempts: 1,
  removeOnComplete: { count: 100, age: 3_600 },
  removeOnFail: { count: 5_000 },
} as const;

export const WORKER_SETTINGS = {
  lockDuration: 15_000,
  maxStalledCount: 1,
  maxStartedAttempts: 3,
  // How long an idle worker waits before it asks again without having been woken; the canary wakes it sooner.
  drainDelay: 30,
} as const;

/**
 * How often an engine is asked for jobs whose worker is gone. Nothing waits for it: the task's own lease lapses after as
 * long, and the sweep offers the task again within five seconds of that.
 */
export const STALLED_INTERVAL_MS = 15_000;

/** Finished events are read by nobody but the engine's own waiters. */
export const EVENTS_KEPT = 1_000;

/** A producer gives up after this: the task's row stays owed, so nothing is lost by being quick. */
export const PRODUCER_TIMEOUT_MS = 2_000;

/** After so many failures in a row the producer does not try for a while. */
export const BREAKER = { failures: 5, pauseMs: 30_000 } as const;

/**
 * A canary costs ten small statements or commands a queue, and an idle installation should be quiet. It is late at the
 * second look behind the one that sent it.
 */
export const CANARY = { everyMs: 30_000, lateAfterMs: 55_000 } as const;

/** `lookEveryMs` wakes the process: as rarely as what is warned of is still seen, and only while it has work in hand. */
export const LOOP_DELAY = { warnMs: 200, abortMs: 5_000, everyMs: 5_000, lookEveryMs: 200 } as const;

/** Three starts, alone or without progress, that ended with no word are enough: the work ends its worker. */
export const CRASH_LIMIT = 3;

/** An error nobody expected is tried again, but not as often as an outage. */
export const UNEXPECTED_ATTEMPTS = 3;

export const BACKOFF_CAP_MS = 300_000;

/** How long a handler may take to end after its signal, before it is left to itself. */
export const ABORT_GRACE_MS = 30_000;

/** How long one workspace's batches of a job keep a worker before others have their turn. */
export const TURN_MS = 2_000;

export const BATCH_CONCURRENCY = 8;
export const RUN_CONCURRENCY = 2;

/** Workspaces and jobs that a process works on at once because it was told of them; the others wait their turn. */
export const TOLD_AT_ONCE = 4;
