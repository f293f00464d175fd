import type { Client } from 'pg';
import { withClient } from './with-client';

/** "kohort" in ASCII: the advisory lock under which schema work is done, by one process at a time. */
const MAINTENANCE_LOCK = '118092690944116';

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
