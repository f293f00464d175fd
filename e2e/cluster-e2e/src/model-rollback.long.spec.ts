import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@kohort/kernel-clock-random';
import {
  ask,
  hasRedis,
  jobResult,
  postEvents,
  startCluster,
  startJob,
  until,
  type Cluster,
} from '@kohort/testing-cluster';
import { Client } from 'pg';
import { endsOf, importShoppers, trainGroups } from '../test/shoppers';

const root = join(__dirname, '../../..');
const SHOPPERS = 300;
const FLIPS = 50;
const READERS = 2;
/** For hanging, not for speed. */
const LIMIT_MS = 240_000;

/** Everything that is served of the model at one instant, by one statement. */
const SERVED = `select m.live_version as live, count(distinct s.version)::int as versions, min(s.version) as version,
    count(*)::int as people, count(*) filter (where not (v.card -> 'clusters') @> jsonb_build_array(
      jsonb_build_object('key', s.cluster_key)))::int as strangers
  from model m
  join model_version v on v.workspace_id = m.workspace_id and v.model_id = m.id and v.version = m.live_version
  join live_score s on s.workspace_id = m.workspace_id and s.model_id = m.id
  where m.key = 'groups' group by 1`;
const KEPT = `select version from model_version v join model m on m.workspace_id = v.workspace_id and m.id = v.model_id
  where m.key = 'groups' and v.status = 'ready' and v.version <> m.live_version
    and exists (select 1 from model_serving s where s.model_id = m.id and s.version = v.version) order by version`;
const BACK = `mutation ($to: Int!) { rollbackModel(model: "groups", toVersion: $to) {
  __typename ... on Job { id } ... on Failure { code } } }`;

interface Seen {
  readonly live: number;
  readonly versions: number;
  readonly version: number;
  readonly people: number;
  readonly strangers: number;
}

const newcomer = (n: number): object => ({
  ...{ type: 'track', userId: `newcomer-${n}`, event: 'Order Completed', messageId: `n-${n}` },
  ...{ timestamp: new Date().toISOString(), properties: { order_id: `n-${n}`, revenue: 20 + (n % 4) * 40 } },
});

(hasRedis() ? describe : describe.skip)('a model that is returned to again and again', () => {
  const home = mkdtempSync(join(tmpdir(), 'kohort-rollback-'));
  const ends: (() => unknown)[] = [];
  const clients: Client[] = [];
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ root, home }, (_name, end) => ends.push(end));
    for (let n = 0; n <= READERS; n += 1) {
      const client = new Client({ connectionString: cluster.postgres.url, options: '-c search_path=kohort' });
      await client.connect();
      clients.push(client);
    }
  });
  afterAll(async () => {
    for (const client of clients) await client.end();
    cluster?.redis.disconnect();
    for (const end of ends.reverse()) await end();
    rmSync(home, { recursive: true, force: true });
  });

  it(`is of one version for everybody, through ${FLIPS} returns while people come`, async () => {
    const random = seededRandom(50);
    await importShoppers(cluster, SHOPPERS, random);
    for (const k of [2, 3, 4]) await jobResult(cluster, await trainGroups(cluster, { k, seed: k }));
    const [asking, ...readers] = clients;
    if (!asking) throw new Error('no client');
    const mixtures: Seen[] = [];
    const served = new Set<number>();
    let isOver = false;
    let [reads, posted] = [0, 0];
    const looks = readers.map(async (reader) => {
      while (!isOver) {
        const { rows } = await reader.query<Seen>(SERVED);
        reads += 1;
        const [now] = rows;
        if (now) served.add(now.live);
        if (rows.length !== 1 || !now || now.versions !== 1 || now.version !== now.live || now.strangers > 0) {
          mixtures.push(...rows);
        }
      }
    });
    const load = (async () => {
      for (; !isOver; posted += 5)
        await postEvents(
          cluster,
          [0, 1, 2, 3, 4].map((n) => newcomer(posted + n)),
        );
    })();
    const jobs: string[] = [];
    const took: number[] = [];
    try {
      for (let flip = 0; flip < FLIPS; flip += 1) {
        const kept = (await asking.query<{ version: number }>(KEPT)).rows;
        const to = kept[random.int(kept.length)]?.version;
        const started = performance.now();
        const { rollbackModel } = await ask<{ rollbackModel: { __typename: string; id: string } }>(cluster, BACK, {
          to,
        });
        took.push(performance.now() - started);
        // A version that was let go of between the two questions: the next flip asks for another.
        if (rollbackModel.__typename === 'Job') jobs.push(rollbackModel.id);
        // Half of them are overtaken before everybody is scored anew, half are not.
        if (flip % 2 === 0) await endsOf(cluster, jobs.slice(-1));
      }
    } finally {
      isOver = true;
      await Promise.all([...looks, load]);
    }
    const ended = await endsOf(cluster, jobs);
    took.sort((a, b) => a - b);
    process.stdout.write(
      `${jobs.length} returns, ${posted} people who came, ${reads} looks at ${served.size} versions; a return took ` +
        `${Math.round(took[took.length >> 1] ?? 0)} ms at the median, ${Math.round(took.at(-1) ?? 0)} ms at most\n`,
    );
    expect(mixtures).toEqual([]);
    expect(jobs.length).toBeGreaterThan(FLIPS / 2);
    expect(ended.filter((status) => status !== 'SUCCEEDED')).toEqual([]);
    expect(served.size).toBeGreaterThan(FLIPS / 5);
    await until(
      () => ask<{ workspace: { backlog: number } }>(cluster, '{ workspace { backlog } }'),
      ({ workspace }) => workspace.backlog === 0,
      LIMIT_MS,
    );
    // Who has come since is in a cluster after the last return, and the past adds up.
    const [kept] = (await asking.query<{ version: number }>(KEPT)).rows;
    await jobResult(cluster, await startJob(cluster, BACK, { to: kept?.version }));
    const { rows } = await asking.query<Seen>(SERVED);
    expect(rows[0]).toMatchObject({ versions: 1, strangers: 0, people: SHOPPERS + posted });
    const { model } = await ask<{
      model: { migration: { people: number; after: { key: string | null; people: number }[] } };
    }>(
      cluster,
      'query ($at: DateTime!, $now: DateTime!) { model(key: "groups") { migration(at1: $at, at2: $now) { people after { key people } } } }',
      { at: new Date(0).toISOString(), now: new Date(Date.now() + 60_000).toISOString() },
    );
    expect(model.migration.people).toBe(SHOPPERS + posted);
  }, 3_600_000);
});
