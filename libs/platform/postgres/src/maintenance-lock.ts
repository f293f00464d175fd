import { Client } from 'pg';

/** "kohort" in ASCII: the advisory lock under which schema work is done, by one process at a time. */
const MAINTENANCE_LOCK = '118092690944116';

/**
 * Runs schema work on a connection of its own while no other process does any. The lock goes with the connection, so a
 * killed process leaves none behind.
 */
export async function withMaintenanceLock<T>(ownerUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: ownerUrl,
    application_name: 'kohort:maintenance',
    options: '-c search_path=kohort -c client_min_messages=warning -c timezone=UTC',
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MAINTENANCE_LOCK]);
    await client.query('set lock_timeout = 2000');
    return await work(client);
  } finally {
    await client.end();
  }
}
