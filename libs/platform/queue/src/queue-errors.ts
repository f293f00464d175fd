import { defineErrors } from '@kohort/kernel-errors';

/** What can be wrong with queues and workers, as against with the work. */
export const queueErrors = defineErrors({
  QUEUE_HANDLERS_WRONG: {
    kind: 'configuration',
    message: (d) => `the handlers do not fit the pipeline map: ${String(d['findings'])}`,
  },
  QUEUE_REDIS_UNSAFE: {
    kind: 'configuration',
    message: (d) => `Redis is not safe for a queue: ${String(d['findings'])}`,
  },
  QUEUE_UNAVAILABLE: {
    kind: 'transient',
    message: (d) => `the queue did not take ${d['count']} tasks; they stay owed and are offered again`,
  },
  QUEUE_SHUTDOWN: { kind: 'cancelled', message: () => 'the worker is shutting down; the work goes on elsewhere' },
  QUEUE_LEASE_LOST: { kind: 'cancelled', message: () => 'another worker has taken this work over' },
  QUEUE_LOOP_BLOCKED: {
    kind: 'cancelled',
    message: (d) => `the event loop stood still for ${d['blockedMs']} ms; leases may be lost`,
  },
  QUEUE_TIME_LIMIT: { kind: 'transient', message: (d) => `the job took longer than its ${d['limitMs']} ms` },
  QUEUE_CRASHED_REPEATEDLY: {
    kind: 'bug',
    message: (d) => `the work ended its worker ${d['crashes']} times and is set aside`,
  },
  QUEUE_STUCK: { kind: 'bug', message: (d) => `queue ${d['queue']} has not handed out a waiting job for a minute` },
});
