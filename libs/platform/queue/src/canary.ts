import type { Clock } from '@kohort/kernel-clock-random';
import type { Lane } from './lanes';
import type { Queues } from './open-queues';
import { CANARY } from './queue-settings';

/** What the watch knows of one worker. */
export interface LaneWatch {
  readonly lane: Lane;
  /** When the worker last began anything, epoch milliseconds. */
  lastStartAt: number;
  /** Tasks it has in hand now. */
  active: number;
  readonly concurrency: number;
}

interface Sent {
  readonly id: string;
  readonly at: number;
}

/**
 * Whether a worker sits idle before a waiting job: its canary has waited for nearly a minute, it has a free hand, and it began
 * nothing in that time. A worker that is merely busy is not stuck.
 */
export function looksStuck(watch: LaneWatch, canary: Sent | undefined, nowMs: number): boolean {
  if (!canary || nowMs - canary.at < CANARY.lateAfterMs) return false;
  return watch.active < watch.concurrency && nowMs - watch.lastStartAt >= CANARY.lateAfterMs;
}

/** What the canaries watch, and whom they tell. */
export interface CanaryOptions {
  readonly queues: Queues;
  readonly watches: readonly LaneWatch[];
  readonly clock: Clock;
  readonly onStuck: (lane: Lane) => void;
}

/**
 * Puts a canary into each queue, one at a time, and looks whether it is taken. Engines have lost their workers silently
 * (after an outage, after a dropped LISTEN): the process then has to end, and its supervisor starts it anew.
 */
export function keepCanaries(options: CanaryOptions): () => void {
  const { queues, watches, clock, onStuck } = options;
  const sent = new Map<Lane, Sent>();
  const visit = async (watch: LaneWatch): Promise<void> => {
    const canary = sent.get(watch.lane);
    // Begun since: no need to ask.
    const isTaken = !canary || watch.lastStartAt > canary.at || !(await queues.isWaiting(watch.lane, canary.id));
    const at = clock.now();
    if (isTaken) sent.set(watch.lane, { id: await queues.sendCanary(watch.lane), at });
    else if (looksStuck(watch, canary, clock.now())) onStuck(watch.lane);
  };
  const timer = setInterval(() => {
    // An engine that does not answer is not a stuck worker; the producer's breaker and readiness see to it.
    for (const watch of watches) visit(watch).catch(() => undefined);
  }, CANARY.everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
