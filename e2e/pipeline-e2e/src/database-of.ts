import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

/** Asks the database of a solo home itself, as its owner. */
export async function askDatabase<T extends object>(home: string, statement: string): Promise<readonly T[]> {
  const folder = join(home, 'postgres');
  const port = readFileSync(join(folder, 'pgdata', 'postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(join(folder, 'owner-password'), 'utf8').trim();
  const client = new Client({ connectionString: `postgres://postgres:${password}@127.0.0.1:${port}/kohort` });
  await client.connect();
  try {
    return (await client.query<T>(statement)).rows;
  } finally {
    await client.end();
  }
}
