import type { Client } from 'pg';
import type { Clock } from '@kohort/kernel-clock-random';
import type { Logger } from '@kohort/kernel-telemetry';
import { withLockRetry, withMaintenanceLock } from './maintenance-lock';
import { protect } from './migrations/protect';

const MONTHS_AHEAD = 2;

/** First instants (UTC) of the month of `nowMs` and of the months after it. */
function monthStarts(nowMs: number): Date[] {
  const now = new Date(nowMs);
  return Array.from(
    { length: MONTHS_AHEAD + 1 },
    (_, i) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + i, 1)),
  );
}

/** As `ensurePartitions`, for who holds the maintenance lock already. */
export async function makePartitions(client: Client, nowMs: number): Promise<readonly string[]> {
  const starts = monthStarts(nowMs);
  const made: string[] = [];
  for (let i = 0; i + 1 < starts.length; i += 1) {
    const from = starts[i]?.toISOString() ?? '';
    const to = starts[i + 1]?.toISOString() ?? '';
    const name = `event_${from.slice(0, 7).replace('-', '_')}`;
    const found = await client.query('select to_regclass($1) as found', [`kohort.${name}`]);
    if (found.rows[0]?.found !== null) continue;
    // One simple query is one transaction. Rows that fell into the default partition meanwhile move over, or the new
    // partition would be refused.
    await client.query(`
      create table ${name} (like event including defaults including constraints);
      alter table ${name} alter column batch_id set (n_distinct = -0.02);
      with moved as (delete from event_default where received_at >= '${from}' and received_at < '${to}' returning *)
      insert into ${name} select * from moved;
      alter table event attach partition ${name} for values from ('${from}') to ('${to}');
      ${protect}`);
    made.push(name);
  }
  return made;
}

/**
 * Makes the partitions of `event` for the current and the next month, protected like every other table. Run at each
 * boot and once a day: a month without its own partition would fall into `event_default`, which retention cannot drop.
 *
 * Throws  the driver's 42501 when the login role does not own the schema (then the operator runs it)
 */
export async function ensurePartitions(ownerUrl: string, nowMs: number): Promise<readonly string[]> {
  return withMaintenanceLock(ownerUrl, (client) => withLockRetry(() => makePartitions(client, nowMs)));
}

const LOOK_EVERY_MS = 6 * 3_600_000;

/** Keeps the partitions made while the process lives; returns how to end it. Rows meet the default partition else. */
export function keepPartitions(
  ownerUrl: string,
  parts: { readonly clock: Clock; readonly logger: Logger },
): () => void {
  const look = async (): Promise<void> => {
    try {
      const made = await ensurePartitions(ownerUrl, parts.clock.now());
      if (made.length > 0) parts.logger.info('partitions made', { count: made.length });
    } catch (thrown) {
      // Nothing is lost: rows go to the default partition and move over at the next look.
      const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
      parts.logger.warn('partitions not made', { code });
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
