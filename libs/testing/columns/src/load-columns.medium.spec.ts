import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Client } from 'pg';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { openColumnLoader, type OpenColumnLoader } from '@kohort/platform-columns';
import { startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { startTestColumns, type TestColumns } from './test-columns';

const EVENTS = 3_000;
const PEOPLE = 40;

describe('loading the column store from PostgreSQL', () => {
  let db: TestDatabase;
  let test: TestColumns;
  let loader: OpenColumnLoader;

  beforeAll(async () => {
    [db, test] = await Promise.all([startTestDatabase(), startTestColumns()]);
    loader = openColumnLoader({ database: db.database, columns: test.columns, batchRows: 500 });
  });

  afterAll(async () => {
    await loader.close();
    await test.stop();
    await db.stop();
  });

  /** A workspace with people, events over three years with awkward properties, and traits. */
  async function fill(events = EVENTS): Promise<WorkspaceId> {
    const ws = await db.addWorkspace();
    const [source, batch] = [randomUUID(), randomUUID()];
    await db.database.inWorkspace(ws, async (tx) => {
      await sql`insert into source (workspace_id, id, key, name, kind) values (${ws}, ${source}, 's', 's', 'http')`.execute(
        tx,
      );
      await sql`insert into batch (workspace_id, id, kind) values (${ws}, ${batch}, 'events')`.execute(tx);
      await sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        select ${ws}, gen_random_uuid(), 'u' || i, now(), now() from generate_series(1, ${PEOPLE}) i`.execute(tx);
      await sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, ts, properties)
        select ${ws}, gen_random_uuid(), now(), ${batch}, ${source}, 'm' || i,
          case when i % 10 = 0 then 'identify' else 'track' end, case when i % 10 = 0 then null else 'Order Completed' end,
          timestamptz '2009-01-01' + i * interval '8 hours' + interval '1 ms' * i,
          jsonb_build_object('order_id', i, 'revenue', i * 0.01, 'note', E'tab\t line\n quote" back\\\\ ü')
        from generate_series(1, ${events}) i`.execute(tx);
      await sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
        select e.workspace_id, e.id, p.id, e.batch_id, e.received_at, e.ts, 1 from event e
        join profile p on p.workspace_id = e.workspace_id
          and p.canonical_id = 'u' || (substr(e.message_id, 2)::int % ${PEOPLE} + 1)`.execute(tx);
      await sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
        select ${ws}, id, 'plan', now(), 'm1', 'custom', '"pro"' from profile`.execute(tx);
    });
    return ws;
  }

  it('knows accounts, who belongs to them and the events that name them, under the ids of PostgreSQL', async () => {
    const ws = await fill(30);
    const group = 'acmé "1"';
    await db.database.inWorkspace(ws, async (tx) => {
      const id = sql`account_id(${ws}::uuid, ${group}::text)`;
      await sql`insert into profile (workspace_id, id, canonical_id, kind, first_seen_at, last_seen_at)
        values (${ws}, ${id}, ${group}, 'account', now(), now())`.execute(tx);
      await sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
        values (${ws}, ${id}, '$account', 'epoch', '', 'custom', to_jsonb(${group}::text))`.execute(tx);
      await sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
        select ${ws}, id, '$group', now(), 'g', 'custom', to_jsonb(${group}::text) from profile
        where canonical_id in ('u1', 'u2')`.execute(tx);
      await sql`update event set group_id = ${group} where message_id in ('m2', 'm3', 'm10')`.execute(tx);
    });
    await loader.load(ws);
    const ask = async (query: string): Promise<unknown> => {
      const [row] = await test.columns.select(`SELECT ${query} WHERE workspace_id = {ws:UUID}`, { ws });
      return row;
    };
    const [account] = await db.database.inWorkspace(
      ws,
      async (tx) => (await sql<{ id: string }>`select account_id(${ws}::uuid, ${group}::text) as id`.execute(tx)).rows,
    );
    expect(await ask('groupArray(toString(profile_id)) AS ids FROM kohort.accounts')).toEqual({ ids: [account?.id] });
    expect(
      await ask('toUInt32(count()) AS n, groupUniqArray(toString(account_id)) AS ids FROM kohort.account_people'),
    ).toEqual({ n: 2, ids: [account?.id] });
    expect(
      await ask('toUInt32(count()) AS n, groupUniqArray(toString(profile_id)) AS ids FROM kohort.account_events'),
    ).toEqual({ n: 2, ids: [account?.id] });
    expect(await ask('toUInt32(count()) AS n FROM kohort.profiles')).toEqual({ n: 30 });
  });

  const orders = (ws: WorkspaceId): Promise<number> =>
    test.columns.store.count('SELECT event_id FROM live_events WHERE workspace_id = {workspaceId:UUID}', {
      workspaceId: ws,
    });
  const people = async (ws: WorkspaceId): Promise<readonly string[]> =>
    test.columns.store.members('SELECT profile_id FROM profiles WHERE workspace_id = {workspaceId:UUID}', {
      workspaceId: ws,
    });

  it('brings every live event over, byte for byte, and then has nothing to do', async () => {
    const ws = await fill();
    const report = await loader.load(ws);
    expect(report).toMatchObject({ events: EVENTS, traits: PEOPLE, rebuilt: true });
    expect(await orders(ws)).toBe(EVENTS * 0.9);
    expect((await people(ws)).length).toBe(PEOPLE);
    const [stored] = await test.columns.select(
      `SELECT toString(event_id) AS id, toString(profile_id) AS profile, properties, toString(ts) AS ts
       FROM kohort.live_events WHERE workspace_id = {ws:UUID} AND JSONExtractInt(properties, 'order_id') = 17`,
      { ws },
    );
    const truth = await db.database.inWorkspace(ws, (tx) =>
      sql<{ id: string; profile: string; properties: string; ts: string }>`
        select e.id, a.profile_id as profile, e.properties::text as properties,
          to_char(e.ts at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') as ts
        from event e join event_assignment a on a.workspace_id = e.workspace_id and a.event_id = e.id
        where e.properties->>'order_id' = '17'`.execute(tx),
    );
    expect(stored).toEqual(truth.rows[0]);
    expect(await loader.load(ws)).toMatchObject({ events: 0, traits: 0, rebuilt: false });
    expect(await loader.verify(ws)).toEqual({ equal: true });
  });

  it('follows a merge: −1 for the old profile, +1 for the new one', async () => {
    const ws = await fill(400);
    await loader.load(ws);
    const ids = await people(ws);
    const [from, to] = [ids[0] as string, ids[1] as string];
    await db.database.inWorkspace(ws, async (tx) => {
      await sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
        select workspace_id, event_id, profile_id, batch_id, received_at, ts, -1 from event_assignment
        where profile_id = ${from}`.execute(tx);
      await sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
        select workspace_id, event_id, ${to}, batch_id, received_at, ts, 1 from event_assignment
        where profile_id = ${from} and sign = 1`.execute(tx);
    });
    await loader.load(ws);
    expect(await orders(ws)).toBe(360);
    expect((await people(ws)).includes(from)).toBe(false);
    expect(await loader.verify(ws)).toEqual({ equal: true });
  });

  it('takes an event back that is gone itself by then', async () => {
    const ws = await fill(40);
    await loader.load(ws);
    const before = await orders(ws);
    await db.database.inWorkspace(ws, async (tx) => {
      await sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign, event_name)
        select a.workspace_id, a.event_id, a.profile_id, a.batch_id, a.received_at, a.ts, -1, e.name
        from event_assignment a join event e on e.workspace_id = a.workspace_id and e.id = a.event_id
        where e.message_id = 'm7'`.execute(tx);
      await sql`delete from event where workspace_id = ${ws} and message_id = 'm7'`.execute(tx);
    });
    await loader.load(ws);
    expect(await orders(ws)).toBe(before - 1);
    expect(await loader.verify(ws)).toEqual({ equal: true });
  });

  it('notices people whom it does not name although they have records, and names them again', async () => {
    const ws = await fill(400);
    await loader.load(ws);
    await asAdmin(`DELETE FROM kohort.profile_marks WHERE workspace_id = '${ws}'`);
    expect(await people(ws)).toEqual([]);
    expect(await loader.verify(ws)).toEqual({ equal: false });
    expect((await people(ws)).length).toBe(PEOPLE);
  });

  it('names somebody again whose records came back', async () => {
    const ws = await fill(400);
    await loader.load(ws);
    const [person] = await people(ws);
    const move = (sign: number): Promise<unknown> =>
      db.database.inWorkspace(ws, (tx) =>
        sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
          select distinct workspace_id, event_id, profile_id, batch_id, received_at, ts, ${sign}::int from event_assignment
          where profile_id = ${person}`.execute(tx),
      );
    await move(-1);
    await loader.load(ws);
    expect((await people(ws)).includes(person ?? '')).toBe(false);
    await move(1);
    await loader.load(ws);
    expect([...(await people(ws))].sort()).toEqual([...new Set(await people(ws))].sort());
    expect((await people(ws)).includes(person ?? '')).toBe(true);
    expect(await loader.verify(ws)).toEqual({ equal: true });
  });

  it('gives the same counts after it was cancelled half-way, and after the files were deleted', async () => {
    const ws = await fill();
    const stopper = new AbortController();
    const half = loader.load(ws, {
      signal: stopper.signal,
      onProgress: ({ done }) => done >= 1_500 && stopper.abort(),
    });
    await expect(half).rejects.toMatchObject({ kind: 'cancelled' });
    expect(await orders(ws)).toBeGreaterThan(0);
    expect(await orders(ws)).toBeLessThan(EVENTS * 0.9);
    await loader.load(ws);
    expect(await orders(ws)).toBe(EVENTS * 0.9);
    await test.lose();
    expect(await orders(ws)).toBe(0);
    expect(await loader.load(ws)).toMatchObject({ events: EVENTS, rebuilt: true });
    expect(await orders(ws)).toBe(EVENTS * 0.9);
  });

  it('goes on where the store is when the engine and its files went away in the middle', async () => {
    const ws = await fill();
    let lost: Promise<void> | undefined;
    const half = loader.load(ws, { onProgress: () => void (lost ??= test.lose()) });
    await Promise.allSettled([half]);
    await lost;
    expect(lost).toBeDefined();
    await loader.load(ws);
    expect(await orders(ws)).toBe(EVENTS * 0.9);
    expect(await loader.verify(ws)).toEqual({ equal: true });
  });

  it('counts nothing twice when the watermark was lost after the rows had been written', async () => {
    const ws = await fill(700);
    await loader.load(ws);
    // What a crash between an insert and its watermark leaves behind: rows, and an older place.
    await asAdmin(`DELETE FROM kohort.watermarks WHERE workspace_id = '${ws}'`);
    expect(await loader.load(ws)).toMatchObject({ events: 700 });
    expect(await orders(ws)).toBe(630);
    expect(await loader.verify(ws)).toEqual({ equal: true });
  });

  async function asAdmin(body: string): Promise<void> {
    const headers = { 'X-ClickHouse-User': 'admin', 'X-ClickHouse-Key': 'admin-key-for-tests-only' };
    const answer = await fetch(test.door.url, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  }

  it('two loads at once and one of them stopped still agree with PostgreSQL', async () => {
    const ws = await fill(2_000);
    const stopper = new AbortController();
    const results = await Promise.allSettled([
      loader.load(ws),
      loader.load(ws, { signal: stopper.signal, onProgress: () => stopper.abort() }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await loader.load(ws);
    expect(await orders(ws)).toBe(1_800);
    expect(await loader.verify(ws)).toEqual({ equal: true });
  });

  it('shows nothing of an open transaction, and does not pass it over', async () => {
    const ws = await fill(50);
    await loader.load(ws);
    const slow = new Client({ connectionString: db.url, options: '-c search_path=kohort -c role=kohort_app' });
    await slow.connect();
    await slow.query('begin');
    await slow.query(`select set_config('app.ws', $1, true)`, [ws]);
    const again = (sign: number): string => `insert into event_assignment
      (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
      select workspace_id, event_id, profile_id, batch_id, received_at, ts, ${sign} from event_assignment
      order by seq limit 1 offset ${sign > 0 ? 3 : 4}`;
    await slow.query(again(-1));
    // A later, faster writer.
    await db.database.inWorkspace(ws, async (tx) => {
      await sql.raw(again(-1).replace('offset 4', 'offset 5')).execute(tx);
    });
    expect(await loader.load(ws)).toMatchObject({ events: 0 });
    await slow.query('commit');
    await slow.end();
    expect(await loader.load(ws)).toMatchObject({ events: 2 });
    expect(await loader.verify(ws)).toEqual({ equal: true });
  });

  it('finds a store that has lost rows behind its watermark, and fills it anew', async () => {
    const ws = await fill(600);
    await loader.load(ws);
    await asAdmin('ALTER TABLE kohort.events DROP PARTITION 200902');
    expect(await orders(ws)).toBeLessThan(540);
    expect(await loader.verify(ws)).toEqual({ equal: false });
    expect(await orders(ws)).toBe(540);
    expect(await loader.verify(ws)).toEqual({ equal: true });
  });

  it('shows members and the scores of live versions', async () => {
    const ws = await fill(100);
    const segment = randomUUID();
    const model = randomUUID();
    await db.database.inWorkspace(ws, async (tx) => {
      await sql`insert into segment (workspace_id, id, key, name, kind) values (${ws}, ${segment}, 'vip', 'VIP', 'rule')`.execute(
        tx,
      );
      await sql`insert into membership_change (workspace_id, batch_id, segment_id, segment_key, profile_id, kind, change_version,
          segment_version, rule_hash, evaluated_at, cause)
        select ${ws}, gen_random_uuid(), ${segment}, 'vip', p.id, k.kind, k.v, 1, '\\x00', now(), 'event' from profile p
        cross join (values ('entered', 1), ('exited', 2)) k (kind, v)
        where k.v = 1 or p.canonical_id in ('u1', 'u2')`.execute(tx);
      await sql`insert into model (workspace_id, id, key, name, kind, live_version)
        values (${ws}, ${model}, 'value', 'Value', 'clustering', 2)`.execute(tx);
      await sql`insert into score (workspace_id, model_id, profile_id, version, as_of, probability, cluster_key)
        select ${ws}, ${model}, p.id, v, now(), case when v = 2 then 0.25 end, 'c' || v from profile p
        cross join generate_series(1, 3) v`.execute(tx);
    });
    const members = (): Promise<number> =>
      test.columns.store.count(
        `SELECT profile_id FROM memberships WHERE workspace_id = {workspaceId:UUID} AND segment_key = 'vip'`,
        { workspaceId: ws },
      );
    const clusters = (): Promise<readonly unknown[]> =>
      test.columns.store.query(
        `SELECT cluster_key, any(probability) AS p, toString(count()) AS n FROM scores
         WHERE workspace_id = {workspaceId:UUID} AND model_key = 'value' GROUP BY cluster_key`,
        { workspaceId: ws },
        (row) => row,
      );
    expect(await loader.load(ws)).toMatchObject({ memberships: PEOPLE + 2, scores: PEOPLE });
    expect(await members()).toBe(PEOPLE - 2);
    expect(await clusters()).toEqual([{ cluster_key: 'c2', p: 0.25, n: String(PEOPLE) }]);
    await db.database.inWorkspace(ws, (tx) => sql`update model set live_version = 3`.execute(tx));
    await loader.load(ws);
    expect(await clusters()).toEqual([{ cluster_key: 'c3', p: null, n: String(PEOPLE) }]);
    await db.database.inWorkspace(ws, (tx) => sql`update model set live_version = 2`.execute(tx));
    await loader.load(ws);
    expect(await clusters()).toEqual([{ cluster_key: 'c2', p: 0.25, n: String(PEOPLE) }]);
  });

  it('takes out what PostgreSQL does not have, and keeps workspaces apart', async () => {
    await test.lose();
    const [a, b] = [await fill(50), await fill(70)];
    await loader.load(a);
    await loader.load(b);
    expect([await orders(a), await orders(b)]).toEqual([45, 63]);
    const stray = { workspaceId: a, profileId: randomUUID(), eventId: randomUUID(), name: 'Order Completed' };
    await test.addEvents([{ ...stray, ts: Date.UTC(2009, 0, 5), properties: {} }]);
    expect(await orders(a)).toBe(46);
    expect(await loader.verify(a)).toEqual({ equal: false });
    expect([await orders(a), await orders(b)]).toEqual([45, 63]);
    await test.columns.clear(b);
    expect([await orders(a), await orders(b)]).toEqual([45, 0]);
  });

  it('fills a store anew that is ahead of PostgreSQL, as after a restore, whatever an earlier loader still writes', async () => {
    const ws = await fill(30);
    await loader.load(ws);
    const [row] = await test.columns.select('SELECT toString(min(id)) AS store FROM kohort.store_identity');
    await asAdmin(
      `INSERT INTO kohort.watermarks SELECT '${ws}', 'events', 9e15, 1, 1000, min(id) FROM kohort.store_identity`,
    );
    expect(await loader.load(ws)).toMatchObject({ events: 30, rebuilt: true });
    // A place of the dropped store, written late.
    const { store } = row as { store: string };
    await asAdmin(`INSERT INTO kohort.watermarks SELECT '${ws}', 'events', 1, 1, 2000, toUUID('${store}')`);
    expect(await loader.load(ws)).toMatchObject({ events: 30 });
    expect(await orders(ws)).toBe(27);
    expect(await loader.load(ws)).toMatchObject({ events: 0 });
  });
});
