import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { hashKey, mintKey } from '@kohort/access-domain';
import { workspaceIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import { startPostgres, type RunningPostgres } from '@kohort/platform-embedded';
import { migrate } from '@kohort/platform-postgres';

/** A workspace with one source, and what its SDKs would send. */
export interface DoorTenant {
  readonly workspaceId: WorkspaceId;
  readonly sourceId: string;
  readonly writeKey: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A migrated PostgreSQL with a tenant; it may be stopped and started again on the same port. */
export interface DoorDatabase extends DoorTenant {
  /** The gateway's connection string: a login that may take the product's roles. */
  readonly url: string;
  readonly pepper: string;
  readonly suppressionKey: string;
  addTenant(): Promise<DoorTenant>;
  /** A key of the first tenant that may read over GraphQL. */
  addApiKey(): Promise<string>;
  /** Asks as the owner, past row-level security. */
  query<R extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<R[]>;
  stop(): Promise<void>;
  /** Ends it as `-m immediate` does: connections are cut in the middle, and nothing is written down for the next start. */
  crash(): Promise<void>;
  startAgain(): Promise<void>;
}

const LOGIN = 'kohort_clerk';

async function asOwner<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function makeTenant(ownerUrl: string, pepper: string): Promise<DoorTenant> {
  const workspaceId = workspaceIdSchema.parse(randomUUID());
  const sourceId = randomUUID();
  const writeKey = mintKey('write', workspaceId, randomBytes(32));
  const digest = Buffer.from(hashKey(writeKey, Buffer.from(pepper, 'hex')));
  await asOwner(ownerUrl, async (owner) => {
    await owner.query('set search_path = kohort');
    await owner.query('insert into workspace (workspace_id, name) values ($1, $2)', [workspaceId, 'Door']);
    await owner.query(
      `insert into source (workspace_id, id, key, name, kind, write_key_hash) values ($1, $2, 'web', 'Web', 'http', $3)`,
      [workspaceId, sourceId, digest],
    );
  });
  const headers = {
    authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
    'content-type': 'application/json',
  };
  return { workspaceId, sourceId, writeKey, headers };
}

async function makeApiKey(ownerUrl: string, of: { pepper: string; workspaceId: WorkspaceId }): Promise<string> {
  const key = mintKey('api', of.workspaceId, randomBytes(32));
  const digest = Buffer.from(hashKey(key, Buffer.from(of.pepper, 'hex')));
  await asOwner(ownerUrl, (owner) =>
    owner.query(
      `insert into kohort.api_key (workspace_id, id, name, secret_hash, scopes)
       values ($1, gen_random_uuid(), 'door', $2, '{graphql:read}')`,
      [of.workspaceId, digest],
    ),
  );
  return key;
}

/** Starts a PostgreSQL in `folder/postgres`, with fsync unless told otherwise, and makes the first tenant. */
export async function startDoorDatabase(folder: string, options: { fsync?: boolean } = {}): Promise<DoorDatabase> {
  const start = (port?: number): Promise<RunningPostgres> =>
    startPostgres({
      dataDir: join(folder, 'postgres'),
      fsync: options.fsync ?? true,
      ...(port === undefined ? {} : { port }),
    });
  let running = await start();
  const { url: ownerUrl, port } = running;
  const password = randomBytes(16).toString('hex');
  await asOwner(ownerUrl, (owner) =>
    owner.query(`create role kohort_app nologin; create role kohort_relay nologin;
      create role ${LOGIN} login password '${password}'; grant kohort_app, kohort_relay to ${LOGIN}`),
  );
  await migrate(ownerUrl);
  const url = Object.assign(new URL(ownerUrl), { username: LOGIN, password }).href;
  const pepper = randomBytes(32).toString('hex');
  const first = await makeTenant(ownerUrl, pepper);
  const query = <R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
    asOwner(ownerUrl, async (owner) => {
      await owner.query('set search_path = kohort');
      return (await owner.query<R>(text, [...values])).rows;
    });
  return {
    url,
    pepper,
    suppressionKey: randomBytes(32).toString('hex'),
    ...first,
    addApiKey: () => makeApiKey(ownerUrl, { pepper, workspaceId: first.workspaceId }),
    addTenant: () => makeTenant(ownerUrl, pepper),
    query,
    stop: () => running.stop(),
    async crash() {
      const [row] = await query<{ pid: number }>(
        `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid`,
      );
      if (row) process.kill(row.pid, 'SIGQUIT');
      await running.ended;
    },
    async startAgain() {
      running = await start(port);
    },
  };
}
