import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@kohort/kernel-clock-random';
import { hasRedis, jobResult, startCluster, until, type Cluster } from '@kohort/testing-cluster';
import { Client } from 'pg';
import { endsOf, importShoppers, trainGroups } from '../test/shoppers';

const root = join(__dirname, '../../..');
const SHOPPERS = 400;
const KILLS = 100;
/** For hanging, not for speed. */
const LIMIT_MS = 240_000;
/** The longest time between two kills, and at least twice what a training takes: about half of them end well in between. */
const LONGEST_MS = 2_500;

/** What readers are served at one instant, read by one statement. */
interface Served {
  readonly version: number;
  readonly artifact: string;
  readonly people: number;
  readonly versions: number;
}

async function served(owner: Client): Promise<Served | undefined> {
  const { rows } = await owner.query<Served>(
    `select m.live_version as version, v.artifact_key as artifact, count(s.*)::int as people,
       count(distinct s.version)::int as versions
     from model m
     join model_version v on v.workspace_id = m.workspace_id and v.model_id = m.id and v.version = m.live_version
     left join live_score s on s.workspace_id = m.workspace_id and s.model_id = m.id
     where m.key = 'groups' group by 1, 2`,
  );
  return rows[0];
}

const digestOf = (home: string, key: string): string =>
  createHash('sha256')
    .update(readFileSync(join(home, 'artifacts', key.slice(0, 2), key)))
    .digest('hex');

const train = (cluster: Cluster, seed: number): Promise<string> => trainGroups(cluster, { k: 2 + (seed % 5), seed });

async function killed(cluster: Cluster, afterMs: number): Promise<void> {
  const worker = cluster.apps.find((app) => app.name === 'clustering-worker');
  if (!worker) throw new Error('no clustering worker');
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  process.kill(-worker.pid, 'SIGKILL');
  await until(async () => worker.isGone(), Boolean, LIMIT_MS);
  await cluster.startAgain('clustering-worker');
}

(hasRedis() ? describe : describe.skip)('a worker that is killed while it trains', () => {
  const home = mkdtempSync(join(tmpdir(), 'kohort-model-kill-'));
  const ends: (() => unknown)[] = [];
  let cluster: Cluster;
  let owner: Client;

  beforeAll(async () => {
    cluster = await startCluster({ root, home }, (_name, end) => ends.push(end));
    owner = new Client({ connectionString: cluster.postgres.url, options: '-c search_path=kohort' });
    await owner.connect();
  });
  afterAll(async () => {
    await owner?.end();
    cluster?.redis.disconnect();
    for (const end of ends.reverse()) await end();
    rmSync(home, { recursive: true, force: true });
  });

  it(`leaves a whole model served, through ${KILLS} kills`, async () => {
    const random = seededRandom(20);
    const artifactKey = await importShoppers(cluster, SHOPPERS, random);
    const started = performance.now();
    await jobResult(cluster, await train(cluster, 1));
    const longestMs = Math.max(LONGEST_MS, 2 * (performance.now() - started));
    const seen: Served[] = [];
    const jobs: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      jobs.push(await train(cluster, kill + 2));
      await killed(cluster, random.next() * longestMs);
      const now = await served(owner);
      expect(now).toMatchObject({ people: SHOPPERS, versions: 1 });
      if (now) {
        expect(digestOf(home, now.artifact)).toBe(now.artifact);
        seen.push(now);
      }
    }
    const versions = seen.map(({ version }) => version);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    // Some were killed in the middle of a training, some after its end: both are worth nothing alone.
    expect(new Set(versions).size).toBeGreaterThan(1);
    const ended = await endsOf(cluster, jobs);
    const failed = jobs.flatMap((_, i) => (ended[i] === 'FAILED' ? [i + 2] : []));
    const again: string[] = [];
    for (const seed of failed) again.push(await train(cluster, seed));
    expect((await endsOf(cluster, again)).filter((status) => status !== 'SUCCEEDED')).toEqual([]);
    process.stdout.write(
      `${KILLS} kills within ${Math.round(longestMs)} ms: ${new Set(versions).size} versions served in between; ` +
        `${jobs.length - failed.length} of ${jobs.length} trainings ended well, ${failed.length} when asked for again\n`,
    );
    expect(await served(owner)).toMatchObject({ people: SHOPPERS, versions: 1 });
    // Every file under a name is whole; nothing is under a name that no row knows.
    const { rows } = await owner.query<{ key: string }>(
      'select artifact_key as key from model_version where artifact_key is not null',
    );
    const known = new Set([artifactKey, ...rows.map(({ key }) => key)]);
    const named = readdirSync(join(home, 'artifacts'), { recursive: true, encoding: 'utf8' })
      .map((name) => name.split('/').pop() ?? '')
      .filter((name) => /^[0-9a-f]{64}$/.test(name));
    expect(named.filter((key) => digestOf(home, key) !== key)).toEqual([]);
    expect(named.filter((key) => !known.has(key))).toEqual([]);
  }, 3_600_000);
});
