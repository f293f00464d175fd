import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@kohort/kernel-clock-random';
import {
  ask,
  connectionsOf,
  hasRedis,
  jobResult,
  postEvents,
  startCluster,
  startJob,
  until,
  upload,
  watchEntries,
  type Cluster,
} from '@kohort/testing-cluster';

const root = join(__dirname, '../../..');

const DAY = 86_400_000;
/** For hanging, not for speed. */
const LIMIT_MS = 240_000;
const AS_OF = Date.UTC(2026, 5, 1);
const ORDER = 'Order Completed';
const SHOPPERS = 300;
const LIVE = 200;

/** Many orders of few people, for a job that takes a while. */
function longCsv(): { readonly text: string; readonly rows: number } {
  const rows = 25_000;
  const lines = Array.from(
    { length: rows },
    (_, n) => `l-${n},regular-${n % 50},${new Date(AS_OF - (n % 900) * DAY).toISOString()},9.90`,
  );
  return { text: `order_id,customer_id,ordered_at,revenue\n${lines.join('\n')}\n`, rows };
}

/** Orders of three kinds of people, whom any clustering tells apart: how often, how much, how long ago. */
function ordersCsv(): { readonly text: string; readonly rows: number } {
  const random = seededRandom(11);
  const kinds = [
    { orders: 1, revenue: 15, lastDays: 300 },
    { orders: 8, revenue: 60, lastDays: 60 },
    { orders: 24, revenue: 250, lastDays: 3 },
  ];
  const lines = ['order_id,customer_id,ordered_at,revenue'];
  for (let person = 0; person < SHOPPERS; person += 1) {
    const { orders, revenue, lastDays } = kinds[person % 3] ?? { orders: 1, revenue: 1, lastDays: 1 };
    for (let n = 0; n < orders; n += 1) {
      const at = new Date(AS_OF - (lastDays + n * 10 + random.next() * 5) * DAY).toISOString();
      lines.push(`o-${person}-${n},shopper-${person},${at},${(revenue * (0.8 + 0.4 * random.next())).toFixed(2)}`);
    }
  }
  return { text: `${lines.join('\n')}\n`, rows: lines.length - 1 };
}

const order = (userId: string): object => ({
  type: 'track',
  userId,
  event: ORDER,
  messageId: `live-${userId}`,
  timestamp: new Date().toISOString(),
  properties: { order_id: `live-${userId}`, revenue: 20 },
});

async function publish(cluster: Cluster, key: string, where: object): Promise<void> {
  const input = { key, name: key, kind: 'RULE', rule: { version: 1, entity: 'profile', where } };
  const { createSegment } = await ask<{ createSegment: { __typename: string } }>(
    cluster,
    'mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { __typename } }',
    { input },
  );
  expect(createSegment.__typename).toBe('Segment');
  const job = await startJob(
    cluster,
    'mutation ($key: String!) { publishSegment(key: $key) { __typename ... on Job { id } } }',
    { key },
  );
  await jobResult(cluster, job);
}

const sizeOf = async (cluster: Cluster, key: string): Promise<number> =>
  (await ask<{ segment: { size: number } }>(cluster, 'query ($key: String!) { segment(key: $key) { size } }', { key }))
    .segment.size;

const startImport = async (cluster: Cluster, text: string, fileName: string): Promise<string> =>
  startJob(
    cluster,
    'mutation ($input: ImportRecordsInput!) { importRecords(input: $input) { __typename ... on Job { id } } }',
    { input: { artifactKey: await upload(cluster, text), fileName, source: 'app', mapping: 'orders' } },
  );

/** Events that were stored, by the ledger, which must balance. */
async function storedIn(cluster: Cluster): Promise<number> {
  const { ledger } = await ask<{ ledger: { nodes: { stored: number; residual: number }[] } }>(
    cluster,
    '{ ledger(first: 10) { nodes { stored residual } } }',
  );
  expect(ledger.nodes.filter((entry) => entry.residual !== 0)).toEqual([]);
  return ledger.nodes.reduce((sum, entry) => sum + entry.stored, 0);
}

const settled = (cluster: Cluster): Promise<unknown> =>
  until(
    () => ask<{ workspace: { backlog: number } }>(cluster, '{ workspace { backlog } }'),
    ({ workspace }) => workspace.backlog === 0,
    LIMIT_MS,
  );

(hasRedis() ? describe : describe.skip)('a cluster of processes', () => {
  const home = mkdtempSync(join(tmpdir(), 'kohort-cluster-'));
  const ends: (() => unknown)[] = [];
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ root, home }, (_name, end) => ends.push(end));
  });
  afterAll(async () => {
    cluster?.redis.disconnect();
    for (const end of ends.reverse()) await end();
    rmSync(home, { recursive: true, force: true });
  });

  it('tells a subscriber who enters a segment', async () => {
    await publish(cluster, 'ordered_lately', { event: { name: ORDER, window: { last: { n: 1, unit: 'hour' } } } });
    await publish(cluster, 'ordered_ever', { event: { name: ORDER } });
    const watch = await watchEntries(cluster, 'ordered_lately');
    await postEvents(cluster, [order('ada')]);
    await until(
      async () => [...watch.entered],
      (people) => people.includes('ada'),
      LIMIT_MS,
    );
    await watch.close();
    expect(await sizeOf(cluster, 'ordered_lately')).toBe(1);
  });

  it('loses nothing when Redis is emptied while records are under way', async () => {
    const { text, rows } = ordersCsv();
    const watch = await watchEntries(cluster, 'ordered_lately');
    const job = await startImport(cluster, text, 'orders.csv');
    // Held still, so that jobs for it certainly wait in Redis when that is emptied.
    const sync = cluster.apps.find((app) => app.name === 'sync-worker');
    sync?.pause();
    for (let batch = 0; batch < 10; batch += 1) {
      const people = Array.from({ length: LIVE / 10 }, (_, n) => order(`live-${batch}-${n}`));
      await postEvents(cluster, people);
      await cluster.redis.flush();
    }
    await until(cluster.redis.jobs, (jobs) => jobs > 0, LIMIT_MS);
    await cluster.redis.flush();
    sync?.resume();
    const { counts } = await jobResult(cluster, job);
    expect(counts).toMatchObject({ stored: rows });
    await settled(cluster);
    await until(
      async () => watch.entered.size,
      (size) => size === LIVE,
      LIMIT_MS,
    );
    await watch.close();
    expect(await sizeOf(cluster, 'ordered_lately')).toBe(LIVE + 1);
    expect(await sizeOf(cluster, 'ordered_ever')).toBe(SHOPPERS + LIVE + 1);
    expect(await storedIn(cluster)).toBe(rows + LIVE + 1);
  });

  it('finds the groups that were put in', async () => {
    const job = await startJob(
      cluster,
      'mutation ($input: TrainClustersInput!) { trainClusters(input: $input) { __typename ... on Job { id } } }',
      { input: { key: 'value', asOf: new Date(AS_OF).toISOString(), k: 3, seed: 1 } },
    );
    await jobResult(cluster, job);
    const { model } = await ask<{ model: { clusters: { size: number }[] } }>(
      cluster,
      '{ model(key: "value") { clusters { size } } }',
    );
    expect(model.clusters.map(({ size }) => size)).toEqual([100, 100, 100]);
  });

  it('delivers to a destination whose secret one process sealed and another opened', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const made = await ask<Record<string, { __typename: string }>>(
      cluster,
      'mutation ($input: CreateDestinationInput!) { createDestination(input: $input) { __typename } }',
      { input: { key: 'hook', name: 'Hook', plugin: 'webhook', settings: { url: cluster.receiver.url, secret } } },
    );
    expect(made).toEqual({ createDestination: { __typename: 'Destination' } });
    await ask(
      cluster,
      'mutation ($input: CreateSyncInput!) { createSync(input: $input) { __typename ... on Sync { id } } }',
      { input: { destination: 'hook', segment: 'ordered_lately' } },
    );
    await until(
      async () => cluster.receiver.added.size,
      (size) => size === LIVE + 1,
      LIMIT_MS,
    );
    await postEvents(cluster, [order('grace')]);
    await until(
      async () => cluster.receiver.added.size,
      (size) => size === LIVE + 2,
      LIMIT_MS,
    );
    expect(cluster.receiver.unsigned).toBe(0);
  });

  it('judges a propensity on what came later', async () => {
    const job = await startJob(
      cluster,
      'mutation ($input: TrainPropensityInput!) { trainPropensity(input: $input) { __typename ... on Job { id } } }',
      { input: { key: 'orders_90d', asOf: new Date(AS_OF).toISOString(), event: ORDER, horizonDays: 90, seed: 1 } },
    );
    await jobResult(cluster, job);
    const { model } = await ask<{ model: { kind: string; card: { testRows: number; baseRate: number } } }>(
      cluster,
      '{ model(key: "orders_90d") { kind card } }',
    );
    expect(model.kind).toBe('PROPENSITY');
    expect(model.card.testRows).toBeGreaterThan(100);
    expect(model.card.baseRate).toBeGreaterThan(0.1);
    expect(model.card.baseRate).toBeLessThan(0.9);
  });

  it('goes on with a job whose worker was stopped in the middle, and writes nothing twice', async () => {
    const before = await storedIn(cluster);
    const { text, rows } = longCsv();
    const job = await startImport(cluster, text, 'long.csv');
    const document = 'query ($id: ID!) { job(id: $id) { status progress { done } } }';
    await until(
      () => ask<{ job: { status: string; progress: { done: number } | null } }>(cluster, document, { id: job }),
      ({ job: now }) => (now.progress?.done ?? 0) > 0,
      LIMIT_MS,
    );
    const pipeline = cluster.apps.find((app) => app.name === 'pipeline-worker');
    expect(await pipeline?.end()).toBe(0);
    expect(pipeline?.isGone()).toBe(true);
    const halfWay = await storedIn(cluster);
    expect(halfWay).toBeLessThan(before + rows);
    await cluster.startAgain('pipeline-worker');
    const { counts } = await jobResult(cluster, job);
    expect(counts).toMatchObject({ stored: rows });
    await settled(cluster);
    expect(await storedIn(cluster)).toBe(before + rows);
    expect(await sizeOf(cluster, 'ordered_ever')).toBe(SHOPPERS + LIVE + 2 + 50);
  });

  it('ends on SIGTERM, every process, and leaves nothing', async () => {
    const codes = await Promise.all(cluster.apps.map((app) => app.end()));
    expect(cluster.apps.map((app, i) => [app.name, codes[i]])).toEqual(cluster.apps.map((app) => [app.name, 0]));
    expect(await connectionsOf(cluster)).toBe(0);
    cluster.redis.disconnect();
    expect([await cluster.door.end(), await cluster.redis.program.end()]).toEqual([0, 0]);
    await cluster.postgres.stop();
    const programs = [...cluster.apps, cluster.door, cluster.redis.program];
    expect(programs.filter((program) => !program.isGone()).map((program) => program.name)).toEqual([]);
    const complaints = cluster.apps.flatMap((app) =>
      app
        .said()
        .split('\n')
        .filter((line) => line.includes('"level":"error"')),
    );
    expect(complaints).toEqual([]);
  });
});
