import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { withClient } from './with-client';

/** "kohort" in ASCII: the advisory lock under which schema work is done, by one process at a time. */
const MAINTENANCE_LOCK = '118092690944116';

const LOCK_ATTEMPTS = 30;
/** Lock not available, and deadlock detected. */
const LOCK_CODES: readonly unknown[] = ['55P03', '40P01'];

/** Whether a statement ended because it did not get its lock: not in time, or never, for somebody waited for ours. */
export function isLockTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && LOCK_CODES.includes(thrown.code);
}

/** A lock not had within two seconds is let go, so that those who queue behind us are served, and tried again later. */
export async function withLockRetry<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (thrown) {
      if (!isLockTimeout(thrown) || attempt >= LOCK_ATTEMPTS) throw thrown;
      await pause(100 * attempt);
    }
  }
}

/**
 * Runs schema work on a connection of its own while no other process does any. The lock goes with the connection, so a
 * killed process leaves none behind.
 */
export async function withMaintenanceLock<T>(ownerUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const config = {
    connectionString: ownerUrl,
    application_name: 'kohort:maintenance',
    options: '-c search_path=kohort -c client_min_messages=warning -c timezone=UTC',
  };
  return withClient(config, async (client) => {
    await client.query('select pg_advisory_lock($1)', [MAINTENANCE_LOCK]);
    await client.query('set lock_timeout = 2000');
    return work(client);
  });
}
