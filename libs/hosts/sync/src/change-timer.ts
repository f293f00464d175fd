import { startLoop, type Timers } from '@kohort/hosts-runtime';
import type { ChangeWebhookStore } from '@kohort/kernel-contracts';
import type { Logger } from '@kohort/kernel-telemetry';
import { LOG_CHANNEL, classifyFailure, listen } from '@kohort/platform-postgres';

/** What the look for due endpoints needs. */
export interface ChangeTimerParts {
  readonly store: Pick<ChangeWebhookStore, 'startDue'>;
  /** Connection string for hearing of changes. */
  readonly url: string;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 5_000;
/** However often it is called. */
const LOOK_AT_MOST_EVERY_MS = 200;
const ENDPOINTS = 100;

/**
 * Asks for the deliveries of endpoints that have something to be sent: when the relay says that memberships have changed,
 * and every five seconds for those whose back-off is over.
 */
export function startChangeTimer({ store, url, logger }: ChangeTimerParts): Timers {
  let lookedAt = -LOOK_AT_MOST_EVERY_MS;
  const loop = startLoop({
    name: 'deliveries of changes',
    everyMs: LOOK_EVERY_MS,
    logger,
    step: async () => {
      const waitMs = lookedAt + LOOK_AT_MOST_EVERY_MS - performance.now();
      if (waitMs > 0) return waitMs;
      lookedAt = performance.now();
      return (await store.startDue(ENDPOINTS)) === ENDPOINTS;
    },
  });
  const listening = listen(url, LOG_CHANNEL, (topics) => {
    if (topics === '' || topics.includes('MembershipChanged')) loop.wake();
  });
  listening.catch((thrown: unknown) => {
    const { message, code } = classifyFailure(thrown, 'listening for changes');
    logger.warn(message, { code });
  });
  return {
    async stop() {
      await Promise.all([loop.stop(), listening.then((one) => one.close()).catch(() => undefined)]);
    },
  };
}
