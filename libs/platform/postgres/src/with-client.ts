import { Client, type ClientConfig } from 'pg';

/**
 * Works on a connection of its own, outside the pools, and ends it. A connection that drops fails the query on it; the
 * driver's event about it must not end the process.
 */
export async function withClient<T>(config: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(config);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
