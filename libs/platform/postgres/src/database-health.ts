import { sql } from 'kysely';
import type { Clock } from '@kohort/kernel-clock-random';
import type { Database } from './database';
import { isStranded } from './identity/stranded-switches';

/** What readiness asks of PostgreSQL. */
export interface DatabaseHealth {
  /** False on a standby or where an operator has forbidden writes. */
  readonly isWritable: boolean;
  /** This machine's clock minus the database's; above 5,000 either way the process should not call itself ready. */
  readonly clockSkewMs: number;
  /** Tasks set aside: a person must look. */
  readonly quarantined: number;
  /** How long the oldest task that is due has been waiting; 0 when nothing waits. */
  readonly oldestDueMs: number;
  /** Workspaces whose rebuild has failed in its switch: events and decisions wait until it has gone on. */
  readonly strandedSwitches: number;
}

/**
 * Asks PostgreSQL how it is. Skew is taken against the middle of the round trip.
 *
 * Throws  the driver's error when it does not answer
 */
export async function databaseHealth(database: Database, clock: Clock): Promise<DatabaseHealth> {
  const sentAt = clock.now();
  const answer = await sql<{
    now_ms: number;
    writable: boolean;
    quarantined: number;
    stranded: number;
    oldest_ms: number | null;
  }>`
    select (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms,
      not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as writable,
      (select count(*)::int from task where status = 'quarantined') as quarantined,
      (select count(*)::int from identity_switch s where ${isStranded}) as stranded,
      (select (extract(epoch from now() - min(due_at)) * 1000)::float8 from task
       where status = 'waiting' and due_at <= now()) as oldest_ms`.execute(database.relay);
  const row = answer.rows[0];
  const middle = (sentAt + clock.now()) / 2;
  return {
    isWritable: row?.writable ?? false,
    clockSkewMs: Math.round(middle - (row?.now_ms ?? middle)),
    quarantined: row?.quarantined ?? 0,
    strandedSwitches: row?.stranded ?? 0,
    oldestDueMs: Math.max(0, Math.round(row?.oldest_ms ?? 0)),
  };
}
