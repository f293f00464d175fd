import { sql } from 'kysely';
import type { Database } from '../database';

/** Whether PostgreSQL takes writes, and how far its clock is from ours. */
export interface DatabaseHealth {
  readonly writable: boolean;
  /** The database's clock minus ours. */
  readonly skewMs: number;
}

/**
 * Asks PostgreSQL how it is.
 *
 * Throws  what the driver throws when it is away
 */
export async function databaseHealth(database: Database, nowMs: number): Promise<DatabaseHealth> {
  const { rows } = await sql<{ standby: boolean; read_only: string; epoch_ms: string }>`
    select pg_is_in_recovery() as standby, current_setting('transaction_read_only') as read_only,
      (extract(epoch from clock_timestamp()) * 1000)::bigint::text as epoch_ms`.execute(database.relay);
  const row = rows[0];
  return {
    writable: row !== undefined && !row.standby && row.read_only === 'off',
    skewMs: row === undefined ? 0 : Number(row.epoch_ms) - nowMs,
  };
}
