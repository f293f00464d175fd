import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres, type RunningPostgres } from '@kohort/platform-embedded';
import { start, type Program } from './program';
import { startReceiver, type Receiver } from './receiver';
import { startRedis, type RedisProgram } from './redis';

/** The login of the processes: it may take the two roles of the product, and owns nothing. */
const CLERK = 'kohort_clerk';

/** Where the built apps lie, and where a cluster keeps its files. */
export interface ClusterPlace {
  /** The root of the repository. */
  readonly root: string;
  readonly home: string;
}

/** The built bundle of an app. */
const bundleOf = (root: string, app: string): string => join(root, 'apps', app, 'dist/main.cjs');

/** A cluster on one machine. */
export interface Cluster {
  readonly home: string;
  readonly postgres: RunningPostgres;
  readonly redis: RedisProgram;
  readonly door: Program;
  /** Where the door's owner is asked, with the key. */
  readonly columnsUrl: string;
  /** Takes the webhooks. */
  readonly receiver: Receiver;
  /** The gateway and the workers that should be running now. */
  readonly apps: readonly Program[];
  /** Starts an app that was ended once more, with the settings it had. */
  startAgain(name: string): Promise<Program>;
  readonly url: string;
  readonly apiKey: string;
  readonly writeKey: string;
}

/** What an operator does once: the two roles, and a login that may take them. */
async function makeLogin(ownerUrl: string): Promise<string> {
  const password = randomBytes(16).toString('hex');
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query(`create role kohort_app nologin; create role kohort_relay nologin;
    create role ${CLERK} login password '${password}'; grant kohort_app, kohort_relay to ${CLERK}`);
  await owner.end();
  const url = new URL(ownerUrl);
  Object.assign(url, { username: CLERK, password });
  return url.href;
}

/** How many connections the processes hold. */
export async function connectionsOf({ postgres }: Cluster): Promise<number> {
  const owner = new Client({ connectionString: postgres.url });
  await owner.connect();
  const { rows } = await owner.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where usename = '${CLERK}'`,
  );
  await owner.end();
  return rows[0]?.n ?? -1;
}

const jsonLine = (line: string): Record<string, string | number> => JSON.parse(line);

async function startDoor(
  { root, home }: ClusterPlace,
  keys: { admin: string; query: string },
): Promise<[Program, string, string]> {
  const door = start({
    name: 'door',
    command: process.execPath,
    args: [bundleOf(root, 'kohort'), 'door', '--data', join(home, 'columns'), '--port', '0'],
    cwd: home,
    env: { KOHORT_DOOR_ADMIN_KEY: keys.admin, KOHORT_DOOR_QUERY_KEY: keys.query },
  });
  const { port } = jsonLine(await door.line(/^\{"port"/));
  return [door, `http://admin:${keys.admin}@127.0.0.1:${port}`, `http://query:${keys.query}@127.0.0.1:${port}`];
}

/** The first workspace, by the command line. */
function bootstrap(
  { root, home }: ClusterPlace,
  env: Readonly<Record<string, string>>,
): { apiKey: string; writeKey: string } {
  const ran = spawnSync(process.execPath, [bundleOf(root, 'kohort'), 'bootstrap', '--json'], {
    cwd: home,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env, KOHORT_HOME: join(home, 'keys') },
  });
  if (ran.status !== 0) throw new Error(`bootstrap: ${ran.stderr}`);
  return JSON.parse(ran.stdout);
}

/** Starts everything, each a process of its own. What was started before a failure is handed to `started`. */
export async function startCluster(
  place: ClusterPlace,
  started: (name: string, end: () => unknown) => void,
): Promise<Cluster> {
  const { root, home } = place;
  mkdirSync(home, { recursive: true });
  const keep = (program: Program): Program => {
    started(program.name, () => program.end(10_000));
    return program;
  };
  const keys = { admin: randomBytes(16).toString('hex'), query: randomBytes(16).toString('hex') };
  const [postgres, redis, [door, columnsUrl, columnsQueryUrl]] = await Promise.all([
    startPostgres({ dataDir: join(home, 'postgres') }),
    startRedis(join(home, 'redis')),
    startDoor(place, keys),
  ]);
  started('postgres', () => postgres.stop());
  keep(redis.program);
  keep(door);
  const receiver = await startReceiver();
  started('receiver', () => receiver.stop());
  const databaseUrl = await makeLogin(postgres.url);
  const pepper = randomBytes(32).toString('hex');
  const suppression = { KOHORT_SUPPRESSION_KEY: randomBytes(32).toString('hex') };
  const common = { DATABASE_URL: databaseUrl, KOHORT_ARTIFACTS: join(home, 'artifacts') };
  const queues = { ...common, REDIS_URL: redis.url };
  const columns = { CLICKHOUSE_URL: columnsUrl, CLICKHOUSE_QUERY_URL: columnsQueryUrl };
  const apps: Program[] = [];
  const settings = new Map<string, Readonly<Record<string, string>>>();
  const app = (name: string, env: Readonly<Record<string, string>>): Program => {
    const program = keep(start({ name, command: process.execPath, args: [bundleOf(root, name)], cwd: home, env }));
    settings.set(name, env);
    const at = apps.findIndex((one) => one.name === name);
    apps.splice(at < 0 ? apps.length : at, 1, program);
    return program;
  };
  const isUp = (program: Program): Promise<string> => program.line(new RegExp(`"${program.name} is up"`));

  // This one migrates; the others want a migrated database.
  const pipeline = app('pipeline-worker', {
    ...queues,
    ...columns,
    ...suppression,
    MIGRATIONS_DATABASE_URL: postgres.url,
    KOHORT_MAPPINGS: join(root, 'apps/kohort/mappings'),
  });
  await isUp(pipeline);
  const gateway = app('gateway', { ...common, ...suppression, KOHORT_KEY_PEPPER: pepper, KOHORT_PORT: '0' });
  app('clustering-worker', { ...queues, ...columns });
  app('propensity-worker', { ...queues, ...columns });
  app('sync-worker', { ...queues, KOHORT_KEY_PEPPER: pepper, KOHORT_EGRESS_ALLOW: receiver.pair });
  await Promise.all(apps.map(isUp));
  const { port } = jsonLine(await gateway.line(/"gateway is up"/));
  const made = bootstrap(place, { ...common, KOHORT_KEY_PEPPER: pepper });
  const startAgain = async (name: string): Promise<Program> => {
    const program = app(name, settings.get(name) ?? {});
    await isUp(program);
    return program;
  };
  return {
    home,
    postgres,
    redis,
    door,
    columnsUrl,
    receiver,
    apps,
    startAgain,
    url: `http://127.0.0.1:${port}`,
    ...made,
  };
}
