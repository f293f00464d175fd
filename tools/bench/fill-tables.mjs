import { randomUUID } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** The part of a batch's names: three views, a checkout and an order, in turn. */
const NAMES = ['Product Viewed', 'Product Viewed', 'Product Viewed', 'Checkout Started', 'Order Completed'];
/** One of so many people has each plan. */
export const PLANS = 400;
/** One of so many people looked, went to the checkout and ordered within a minute. */
export const BUYERS = 200;
const SPAN_SECONDS = 180 * 86_400;
const REVENUES = 1_010;

/** Event `i` of so many people, as the statements below write it: whose, its name and revenue, seconds before `until`. */
export function eventOf(i, people) {
  const [p, k] = [i % people, Math.floor(i / people)];
  const isBuying = p % BUYERS === 0 && k < 3;
  const ago = isBuying ? ((p * 7919) % SPAN_SECONDS) - 20 * k : (i * 7919) % SPAN_SECONDS;
  return { p, name: NAMES[isBuying ? 2 + k : (k + p) % 5], revenue: (i * 31) % REVENUES, agoSeconds: ago };
}

/**
 * What is told of event `i` of `people`, in SQL. Ids rise with the number and lie over the whole space, as random ones do,
 * so that trees are built without sorting; a person's events lie as far apart as they would.
 */
function columnsOf({ people, events, until }) {
  const [p, k] = [`(i % ${people})`, `(i / ${people})`];
  const spread = (n, of, salt) =>
    `(lpad(to_hex(${n}::bigint * ${Math.floor(2 ** 32 / of)}), 8, '0') || '-0000-4000-8000-' || substr(md5('${salt}' || ${n}), 1, 12))::uuid`;
  const isBuying = `(${p} % ${BUYERS} = 0 and ${k} < 3)`;
  const seconds = `case when ${isBuying} then (${p}::bigint * 7919) % ${SPAN_SECONDS} - 20 * ${k} else (i::bigint * 7919) % ${SPAN_SECONDS} end`;
  const name = `(array['${NAMES.join("', '")}'])[case when ${isBuying} then 3 + ${k} else 1 + (${k} + ${p}) % 5 end]`;
  return {
    person: spread('p', people, 'p'),
    ofEvent: { id: spread('i', events, 'e'), person: `(select id from public.bench_person where p = ${p})` },
    p,
    name,
    ts: `'${new Date(until).toISOString()}'::timestamptz - (${seconds}) * interval '1 second'`,
    properties: `('{"revenue": ' || (i::bigint * 31) % ${REVENUES} || ', "product_id": "p' || i % 500 || '"}')::jsonb`,
  };
}

/** Runs statements by the column store's owner. */
async function inColumns(columnsUrl, statements) {
  const { username, password, origin } = new URL(columnsUrl);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  for (const body of statements) {
    const response = await fetch(`${origin}/?max_insert_block_size=1048576`, {
      method: 'POST',
      headers: { authorization },
      body,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${text.slice(0, 500)}`);
  }
}

/** The same people and events in the column store, as the loader brings them there, with how far it would be. */
async function fillColumns(client, columnsUrl, { ws, people, events, until }) {
  const place = async (table) =>
    (await client.query(`select xid::text, min(seq)::text as first, max(seq)::text as last from ${table} group by xid`))
      .rows[0];
  const [ofEvents, ofTraits] = [await place('event_assignment'), await place('trait_value')];
  const id = (n, of, salt) =>
    `toUUID(concat(leftPad(lower(hex(toUInt32((${n}) * ${Math.floor(2 ** 32 / of)}))), 8, '0'), '-0000-4000-8000-', substring(lower(hex(MD5(concat('${salt}', toString(${n}))))), 1, 12)))`;
  const [p, k] = [`(number % ${people})`, `intDiv(number, ${people})`];
  const isBuying = `(${p} % ${BUYERS} = 0 AND ${k} < 3)`;
  const ago = `if(${isBuying}, toInt64((${p} * 7919) % ${SPAN_SECONDS}) - 20 * toInt64(${k}), toInt64((number * 7919) % ${SPAN_SECONDS}))`;
  const name = `['${NAMES.join("', '")}'][if(${isBuying}, 3 + ${k}, 1 + (${k} + ${p}) % 5)]`;
  const at = (ms) => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`;
  const store = '(SELECT min(id) FROM kohort.store_identity)';
  const mark = (log, { xid, last }, n) =>
    `INSERT INTO kohort.watermarks SELECT '${ws}', '${log}', ${xid}, ${last}, ${n}, ${store}`;
  await inColumns(columnsUrl, [
    `INSERT INTO kohort.events SELECT '${ws}', ${id(p, people, 'p')}, ${id('number', events, 'e')}, ${name}, ${at(`${until} - 1000 * ${ago}`)},
      concat('{"revenue": ', toString((number * 31) % ${REVENUES}), ', "product_id": "p', toString(number % 500), '"}'),
      ${ofEvents.xid}, ${ofEvents.first} + number, 1, '' FROM numbers(${events})`,
    `INSERT INTO kohort.trait_rows SELECT '${ws}', ${id('number', people, 'p')}, 'plan', concat('"plan-', toString(number % ${PLANS}), '"'),
      ${at(until - SPAN_SECONDS * 1000)}, concat('seed-', toString(number)), ${ofTraits.xid}, ${ofTraits.first} + number, 1 FROM numbers(${people})`,
    mark('events', ofEvents, 1),
    mark('traits', ofTraits, 2),
    // As they are once it has been quiet.
    ...['events', 'trait_rows', 'profile_marks'].map((table) => `OPTIMIZE TABLE kohort.${table} FINAL`),
  ]);
}

async function connect(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // Rows are laid down as they would be, without asking each for its parents.
  await client.query(`set search_path = kohort, public; set synchronous_commit = off; set session_replication_role = replica;
    set maintenance_work_mem = '400MB'; set max_parallel_maintenance_workers = 1`);
  return client;
}

/** The statements that take a table's indexes away, and those that make them again. */
async function indexesOf(client, table) {
  const { rows } = await client.query(
    `select c.relname as name, n.conname as key, pg_get_constraintdef(n.oid) as key_text, replace(pg_get_indexdef(c.oid), ' ON ONLY ', ' ON ') as text
     from pg_index x join pg_class c on c.oid = x.indexrelid left join pg_constraint n on n.conindid = x.indexrelid and n.contype = 'p'
     where x.indrelid = $1::regclass order by c.relname`,
    [`kohort.${table}`],
  );
  return {
    drop: rows.map(({ name, key }) => (key ? `alter table ${table} drop constraint ${key}` : `drop index ${name}`)),
    make: rows.map(({ key, key_text, text }) =>
      key ? `alter table ${table} add constraint ${key} ${key_text}` : text,
    ),
  };
}

/** Lays rows down frozen, as they are once a table has stood for a while. */
async function lay([reader, writer], { table, part = table, columns, rows }) {
  await writer.query(`begin; truncate ${part}`);
  const into = writer.query(copyFrom(`copy ${part} (${columns}) from stdin (format binary, freeze)`));
  await pipeline(reader.query(copyTo(`copy (${rows}) to stdout (format binary)`)), into);
  await writer.query('commit');
}

/**
 * Puts people, their plans, identifiers and events, with assignments, straight into the tables of PostgreSQL and into the
 * column store, in the shapes in which the product writes them, for the one workspace. The last event is at `until` (epoch milliseconds).
 * Person `p` is known as `u<p>` and has plan `plan-<p % 400>`; every 200th looked, went to the checkout and ordered within
 * a minute.
 */
export async function fillTables({ postgres, columnsUrl }, { people, events, until }) {
  const clients = await Promise.all(Array.from({ length: 4 }, () => connect(postgres.url)));
  const [client] = clients;
  try {
    const ws = (await client.query('select workspace_id as id from workspace')).rows[0].id;
    const [source, batch] = [randomUUID(), randomUUID()];
    const own = `'${ws}'::uuid`;
    const { person, ofEvent, p, name, ts, properties } = columnsOf({ people, events, until });
    const since = `'${new Date(until - SPAN_SECONDS * 1000).toISOString()}'::timestamptz`;
    await client.query(`
      create table public.bench_person (p int primary key, id uuid not null);
      insert into public.bench_person select p, ${person} from generate_series(0, ${people - 1}) p;
      analyze public.bench_person;
      insert into source (workspace_id, id, key, name, kind) values (${own}, '${source}', 'seed', 'Seed', 'import');
      insert into batch (workspace_id, id, kind, row_count) values (${own}, '${batch}', 'events', ${events});
      insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at, created_at)
        select ${own}, id, 'u' || p, ${since}, now(), ${since} from public.bench_person;
      insert into identifier (workspace_id, type, value, profile_id, first_seen_at)
        select ${own}, 'user_id', 'u' || p, id, ${since} from public.bench_person;
      insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
        select ${own}, id, 'plan', ${since}, 'seed-' || p, 'custom', to_jsonb('plan-' || p % ${PLANS}) from public.bench_person`);
    const part = (
      await client.query(`select to_regclass('event_' || to_char(now() at time zone 'UTC', 'YYYY_MM'))::text as name`)
    ).rows[0].name;
    const numbers = `generate_series(0, ${events - 1}) i`;
    const received = `date_trunc('hour', now())`;
    const [ofEvents, ofAssignments] = await Promise.all(
      ['event', 'event_assignment'].map((table) => indexesOf(client, table)),
    );
    for (const statement of [...ofEvents.drop, ...ofAssignments.drop]) await client.query(statement);
    // One lays down while the other does; each then makes its trees.
    const eventsDown = async () => {
      await lay([clients[0], clients[1]], {
        table: 'event',
        part,
        columns: 'workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, ts, properties',
        rows: `select ${own}, ${ofEvent.id}, ${received}, '${batch}'::uuid, '${source}'::uuid, 'seed-' || i, 'track'::text, ${name},
          'u' || ${p}, ${ts}, ${properties} from ${numbers}`,
      });
      for (const statement of ofEvents.make) await clients[1].query(statement);
    };
    const assignmentsDown = async () => {
      await lay([clients[2], clients[3]], {
        table: 'event_assignment',
        columns: 'workspace_id, event_id, profile_id, batch_id, received_at, ts, sign, event_name',
        rows: `select ${own}, ${ofEvent.id}, ${ofEvent.person}, '${batch}'::uuid, ${received}, ${ts}, 1::smallint, ${name} from ${numbers}`,
      });
      for (const statement of ofAssignments.make) await clients[3].query(statement);
    };
    await Promise.all([eventsDown(), assignmentsDown()]);
    await fillColumns(client, columnsUrl, { ws, people, events, until });
    await Promise.all([client.query('analyze event'), clients[2].query('analyze event_assignment')]);
    await client.query('vacuum analyze profile, identifier, trait_value');
  } finally {
    await Promise.all(clients.map((one) => one.end()));
  }
}
