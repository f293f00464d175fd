import type { HorizonPulse } from '@kohort/gateway-resolvers';
import type { Logger } from '@kohort/kernel-telemetry';
import { COMMIT_CHANNEL, LOG_CHANNEL, listen, type Listening } from '@kohort/platform-postgres';

/**
 * Tells the streams of changed memberships: at their commit, by who wrote them, and once more when they are final, by the
 * relay. Without it the poll finds them; null: the database is away.
 */
export async function listenForChanges(
  url: string,
  pulse: Pick<HorizonPulse, 'hear' | 'wake'>,
  logger: Logger,
): Promise<Listening | null> {
  try {
    return await listen(url, [COMMIT_CHANNEL, LOG_CHANNEL], (topics, channel) => {
      if (topics !== '' && !topics.includes('MembershipChanged')) return;
      if (channel === COMMIT_CHANNEL) pulse.hear();
      else pulse.wake();
    });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.name : 'unknown';
    logger.warn('not listening for changes; polling', { reason });
    return null;
  }
}
