import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { CONNECTIONS, makeBatches, median, ms, timed, withDoor } from '../door-bench.mjs';

/** As many clients as the door has: what they write one by one PostgreSQL flushes together, so fewer would be slower. */
const BARE_CONNECTIONS = Number(process.env.KOHORT_BENCH_BARE ?? CONNECTIONS);
/** Events a round and batch size: some seconds each. */
const EVENTS = { 1: 4_000, 20: 20_000, 100: 40_000, 500: 50_000 };
const SIZES = (process.env.KOHORT_BENCH_SIZES ?? '1,20,100,500').split(',').map(Number);
const ROUNDS = Number(process.env.KOHORT_BENCH_ROUNDS ?? 3);
const GOAL_RATE = 0.7;

export const title =
  `events acknowledged after commit by a gateway of its own over HTTP, ${CONNECTIONS} calls at a time, beside bare ` +
  `inserts of the same rows (event and unique key, ${BARE_CONNECTIONS} clients, a transaction a batch), same ` +
  'PostgreSQL, fsync on, wall seconds';

const INSERT_KEYS = `insert into bare_key (workspace_id, source_id, message_id, event_id, body_hash, expires_at)
  select $1, $2, m, i, h, $6 from unnest($3::text[], $4::uuid[], $5::bytea[]) as x (m, i, h) on conflict do nothing`;
const INSERT_EVENTS = `insert into bare_event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name,
    user_id, ts, original_ts, sent_at, properties, context)
  select $1, x.id, $10, $2, $3, x.message_id, x.type, x.name, x.user_id, x.ts, x.ts, $11, x.properties, x.context
  from unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $12::jsonb[], $13::jsonb[])
    as x (id, message_id, type, name, user_id, ts, properties, context)`;

/** The same rows into tables of the same shape, a transaction a batch, and nothing else. */
function inserter(pool, { workspaceId, sourceId }) {
  return async (batch) => {
    const client = await pool.connect();
    const column = (value) => batch.map(value);
    try {
      const ids = column(() => randomUUID());
      const messageIds = column((event) => event.messageId);
      const hashes = column((event) => createHash('sha256').update(JSON.stringify(event.properties)).digest());
      const now = new Date();
      await client.query('begin');
      const expiresAt = new Date(now.getTime() + 7 * 86_400_000);
      await client.query(INSERT_KEYS, [workspaceId, sourceId, messageIds, ids, hashes, expiresAt]);
      await client.query(INSERT_EVENTS, [
        ...[workspaceId, randomUUID(), sourceId, ids, messageIds, column(({ type }) => type)],
        ...[column(({ event }) => event), column(({ userId }) => userId), column(({ timestamp }) => timestamp)],
        ...[now, '2026-11-01T12:00:00.500Z', column(({ properties }) => JSON.stringify(properties))],
        column(({ context }) => JSON.stringify(context)),
      ]);
      await client.query('commit');
    } finally {
      client.release();
    }
  };
}

/** Runs it and says also what CPU each process spent on it. */
async function metered(cpu, events, work) {
  const before = cpu();
  const run = await work();
  const after = cpu();
  const us = (name) => ((after[name] - before[name]) * 1e6) / events;
  return { ...run, cpu: { gateway: us('gateway'), postgres: us('postgres'), client: us('client') } };
}

async function compare(report, { send, insert, size, cpu }) {
  const events = EVENTS[size];
  const own = [];
  const bare = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [first, second] = [makeBatches(events, size), makeBatches(events, size)];
    bare.push(await metered(cpu, events, () => timed(first, BARE_CONNECTIONS, insert)));
    own.push(await metered(cpu, events, () => timed(second, CONNECTIONS, send)));
  }
  const seconds = (runs) => median(runs.map((run) => run.seconds));
  const rate = (runs) => Math.round(events / seconds(runs)).toLocaleString('en');
  const us = (runs, name) => median(runs.map((run) => run.cpu[name])).toFixed(0);
  const whole = (runs) => median(runs.map(({ cpu: { gateway, postgres, client } }) => gateway + postgres + client));
  report({
    name: `${events.toLocaleString('en')} events in batches of ${size}`,
    own: seconds(own),
    reference: seconds(bare),
    ...(size === 100 ? { goal: 1 / GOAL_RATE } : {}),
    note:
      `${rate(own)} events/s beside ${rate(bare)} bare, rate ratio ${(seconds(bare) / seconds(own)).toFixed(2)}; ` +
      `acknowledged p50 ${ms(median(own.map((run) => run.p50)))}, p99 ${ms(median(own.map((run) => run.p99)))}; CPU µs ` +
      `an event: gateway ${us(own, 'gateway')}, PostgreSQL ${us(own, 'postgres')}, client ${us(own, 'client')}; ` +
      `bare PostgreSQL ${us(bare, 'postgres')}, client ${us(bare, 'client')}; CPU ratio ${(whole(bare) / whole(own)).toFixed(2)}`,
  });
}

/** Statistics of one side's tables would be taken while the other side is measured, so neither has them taken. */
const WITHOUT_VACUUM = ['public.bare_event', 'public.bare_key', 'kohort.event_default'].concat(
  [0, 1, 2, 3].map((part) => `kohort.event_key_${part}`),
);

export async function run(report) {
  await withDoor(async ({ database, send, cpu }) => {
    const bare = new pg.Pool({ connectionString: database.url, max: BARE_CONNECTIONS });
    try {
      await database.query(`create table public.bare_event (like kohort.event including all);
        create table public.bare_key (like kohort.event_key including all);
        grant insert on public.bare_event, public.bare_key to public`);
      for (const table of WITHOUT_VACUUM) {
        await database.query(`alter table ${table} set (autovacuum_enabled = off)`);
      }
      const insert = inserter(bare, database);
      for (const size of SIZES) await compare(report, { send, insert, size, cpu });
    } finally {
      await bare.end();
    }
  });
}
