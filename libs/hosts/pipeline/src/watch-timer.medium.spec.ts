import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { sourceIdSchema, type SourceId, type WorkspaceId } from '@kohort/kernel-contracts';
import { systemClock } from '@kohort/kernel-clock-random';
import { silentLogger } from '@kohort/kernel-telemetry';
import {
  expireKeys,
  quarantineStore,
  readAdapter,
  startTestDatabase,
  watchStore,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { watchVolumes } from '@kohort/quality-flow';
import { startWatch } from './watch-timer';

const WEEKS = 4;

describe('the watch over volumes', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;
  let sourceId: SourceId;
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());
  beforeEach(async () => {
    workspaceId = await db.addWorkspace();
    sourceId = sourceIdSchema.parse(randomUUID());
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('source')
        .values({ workspace_id: workspaceId, id: sourceId, key: 's', name: 'S', kind: 'http' })
        .execute(),
    );
  });

  /** Forty an hour, a little more or less, up to the last whole hour but one by the database's clock. */
  const fill = (event: string) =>
    db.database.inWorkspace(workspaceId, (tx) =>
      sql`insert into event_hour (workspace_id, source_id, event, hour, stored, last_at)
        select ${workspaceId}::uuid, ${sourceId}::uuid, ${event}, h, 37 + (extract(epoch from h)::bigint / 3600 * 7919) % 8,
          h + interval '59 minutes'
        from generate_series(date_trunc('hour', now() - interval '2 minutes') - ${WEEKS * 168} * interval '1 hour',
          date_trunc('hour', now() - interval '2 minutes') - interval '2 hours', interval '1 hour') as h`.execute(tx),
    );
  const lastHour = (event: string, stored: number) =>
    db.database.inWorkspace(workspaceId, (tx) =>
      sql`insert into event_hour (workspace_id, source_id, event, hour, stored, last_at)
        select ${workspaceId}::uuid, ${sourceId}::uuid, ${event},
          date_trunc('hour', now() - interval '2 minutes') - interval '1 hour', ${stored}, now()
        on conflict (workspace_id, source_id, event, hour) do update set stored = excluded.stored`.execute(tx),
    );
  const store = () => watchStore(db.database);
  const look = () => watchVolumes(store(), workspaceId, 0);
  const reader = () =>
    readAdapter({ database: db.database, clock: systemClock }).forWorkspace(workspaceId, systemClock.now() + 10_000);
  const alerts = async () =>
    (await reader().tracking.alerts({}, { first: 50, after: null })).items
      .map(({ node }) => `${node.event} ${node.kind} ${node.state}`)
      .sort();
  /** As if hours had gone by: what is known moves into the past. `away`: nobody looked meanwhile. */
  const later = (hours: number, { away = false } = {}) =>
    db.database.inWorkspace(workspaceId, async (tx) => {
      const by = sql`${hours} * interval '1 hour'`;
      await sql`create temp table moved on commit drop as select * from event_hour`.execute(tx);
      await sql`delete from event_hour`.execute(tx);
      await sql`insert into event_hour select workspace_id, source_id, event, hour - ${by}, stored, quarantined,
        last_at - ${by} from moved`.execute(tx);
      await sql`update watch_turn set hour_done = hour_done - ${by}`.execute(tx);
      if (away) await sql`update watch_turn set looked_at = looked_at - ${by}`.execute(tx);
      await sql`update volume_alert set hour = hour - ${by}`.execute(tx);
    });
  const anHourLater = () => later(1);
  /** So many events in each of the whole hours from `from` to `to` before now, where 1 is the last one. */
  const hoursAgo = (event: string, [from, to]: readonly [number, number], stored: number) =>
    db.database.inWorkspace(workspaceId, (tx) =>
      sql`insert into event_hour (workspace_id, source_id, event, hour, stored, last_at)
        select ${workspaceId}::uuid, ${sourceId}::uuid, ${event}, h, ${stored}, h + interval '59 minutes'
        from generate_series(${from}::int, ${to}::int, -1) as n
        cross join lateral (select date_trunc('hour', now() - interval '2 minutes') - n * interval '1 hour' as h) as at
        on conflict (workspace_id, source_id, event, hour) do update set stored = excluded.stored`.execute(tx),
    );

  it('opens one alert a fault, goes on with it, and resolves it after two calm hours', async () => {
    for (const event of ['Steady', 'Dropped', 'Spiked', 'Silent']) await fill(event);
    await lastHour('Steady', 40);
    await lastHour('Dropped', 2);
    await lastHour('Spiked', 400);
    const first = await look();
    expect(first).toMatchObject({ judged: 4, opened: 4 });
    expect(await alerts()).toEqual([
      'Dropped drop open',
      'Silent drop open',
      'Silent silence open',
      'Spiked spike open',
    ]);
    expect(await look()).toMatchObject({ judged: 0, opened: 0, resolved: 0 });
    for (let hour = 0; hour < 2; hour += 1) {
      await anHourLater();
      for (const event of ['Steady', 'Dropped', 'Spiked', 'Silent']) await lastHour(event, 40);
      await look();
      if (hour === 0) {
        expect(await alerts()).toEqual([
          'Dropped drop open',
          'Silent drop open',
          'Silent silence resolved',
          'Spiked spike open',
        ]);
      }
    }
    expect(await alerts()).toEqual([
      'Dropped drop resolved',
      'Silent drop resolved',
      'Silent silence resolved',
      'Spiked spike resolved',
    ]);
  });

  it('judges once the hours that it missed while the door was open', async () => {
    const events = ['Steady', 'Blip', 'Broken', 'Other', 'Another', 'Third'];
    for (const event of events) await fill(event);
    for (const event of events) await lastHour(event, 40);
    expect(await look()).toMatchObject({ judged: 6, opened: 0 });
    await later(30, { away: true });
    for (const event of events) await hoursAgo(event, [30, 1], 40);
    await hoursAgo('Blip', [20, 20], 1);
    await hoursAgo('Broken', [10, 1], 1);
    expect(await look()).toMatchObject({ judged: 6, opened: 2, resolved: 1 });
    expect(await alerts()).toEqual(['Blip drop resolved', 'Broken drop open']);
    expect(await look()).toEqual({ judged: 0, opened: 0, resolved: 0 });
  });

  it('looks back two days and no further', async () => {
    for (const event of ['Steady', 'Lately', 'Long ago']) await fill(event);
    for (const event of ['Steady', 'Lately', 'Long ago']) await lastHour(event, 40);
    await look();
    await later(80, { away: true });
    for (const event of ['Steady', 'Lately', 'Long ago']) await hoursAgo(event, [80, 1], 40);
    await hoursAgo('Lately', [48, 48], 1);
    await hoursAgo('Long ago', [49, 49], 1);
    expect(await look()).toMatchObject({ opened: 1, resolved: 1 });
    expect(await alerts()).toEqual(['Lately drop resolved']);
  });

  it('opens no alert for the time in which everything was down, nor for what comes at once afterwards', async () => {
    const events = ['One', 'Two', 'Three', 'Four', 'Five'];
    for (const event of events) await fill(event);
    for (const event of events) await lastHour(event, 40);
    await look();
    await later(9, { away: true });
    // Down from a quarter past, nine hours ago; up again in the last whole hour, and the senders try again.
    for (const event of events) await hoursAgo(event, [9, 9], 9);
    for (const event of events) await hoursAgo(event, [1, 1], 300);
    expect(await look()).toMatchObject({ judged: 5, opened: 0 });
    for (let hour = 0; hour < 3; hour += 1) {
      await anHourLater();
      for (const event of events) await hoursAgo(event, [1, 1], event === 'Two' ? 0 : 40);
      await look();
    }
    expect(await alerts()).toEqual(['Two drop open']);
  });

  it('looks once when two processes do, and never at a workspace that is not its own', async () => {
    await fill('Steady');
    await lastHour('Steady', 0);
    const other = await db.addWorkspace();
    const outcomes = await Promise.all([
      watchVolumes(store(), workspaceId, 60_000),
      watchVolumes(store(), workspaceId, 60_000),
    ]);
    expect(outcomes.filter((outcome) => outcome !== null)).toHaveLength(1);
    expect(await watchVolumes(store(), other, 60_000)).toEqual({ judged: 0, opened: 0, resolved: 0 });
  });

  it('says nothing while there is too little to know', async () => {
    await lastHour('New', 500);
    expect(await look()).toEqual({ judged: 0, opened: 0, resolved: 0 });
  });

  it('runs as a timer, forgets what quarantine has kept for long enough, and ends when told to', async () => {
    const keep = (days: number) =>
      db.database.inWorkspace(workspaceId, (tx) =>
        sql`insert into refused_event (workspace_id, id, source_id, received_at, verdict, code, field)
          select ${workspaceId}::uuid, gen_random_uuid(), ${sourceId}::uuid, now() - ${days} * interval '1 day', 'quarantined', 'x', ''
          from generate_series(1, 1500)`.execute(tx),
      );
    await keep(29);
    await keep(31);
    const quarantine = quarantineStore(db.database);
    await db.database.inWorkspace(workspaceId, (tx) =>
      sql`insert into event_key (workspace_id, source_id, message_id, event_id, expires_at)
        select ${workspaceId}::uuid, ${sourceId}::uuid, 'm' || n, gen_random_uuid(),
          now() + interval '23 days' + (n - 1500) * interval '1 hour'
        from generate_series(1, 3000) n`.execute(tx),
    );
    const watch = startWatch({
      ...{ store: store(), quarantine, quarantineDays: 30, logger: silentLogger },
      sealHours: async () => false,
      expireKeys: (id, limit) => expireKeys(db.database, id, { limit, usualDays: 7 }),
    });
    const left = () => quarantine.count(workspaceId, {}, systemClock.now() + 60_000);
    while ((await left()) > 1500) await new Promise((done) => setTimeout(done, 20));
    const keys = async () => {
      const rows = await db.database.inWorkspace(workspaceId, (tx) =>
        sql<{ n: number }>`select count(*)::int as n from event_key`.execute(tx),
      );
      return rows.rows[0]?.n ?? 0;
    };
    while ((await keys()) > 1500) await new Promise((done) => setTimeout(done, 20));
    await watch.stop();
    expect([await left(), await keys()]).toEqual([1500, 1500]);
  });

  it('leaves a quiet workspace alone until something comes in, an hour ends or an event has been silent too long', async () => {
    const wanted = async () => (await store().due(60_000)).includes(workspaceId);
    const change = (statement: ReturnType<typeof sql>) =>
      db.database.inWorkspace(workspaceId, (tx) => statement.execute(tx));
    const aMinuteLater = () => change(sql`update watch_turn set looked_at = looked_at - interval '61 seconds'`);
    expect(await wanted()).toBe(true);
    const turn = async () => {
      await watchVolumes(store(), workspaceId, 0);
      await store().rest(workspaceId);
    };
    await turn();
    await aMinuteLater();
    // Booked as done without a look: nobody will take the minutes for ones in which we were away.
    expect(await wanted()).toBe(false);
    const booked = await change(sql`select looked_at > now() - interval '50 seconds' as done, next_at > now() as rests
      from watch_turn`);
    expect(booked.rows).toEqual([{ done: true, rests: true }]);
    await aMinuteLater();
    await change(sql`insert into ledger_minute (workspace_id, source_id, minute, received, stored)
      values (${workspaceId}::uuid, ${sourceId}::uuid, date_trunc('minute', now()), 1, 1)`);
    expect(await wanted()).toBe(true);
    await change(sql`delete from ledger_minute`);
    await change(sql`update watch_turn set looked_at = now() - interval '11 minutes'`);
    expect(await wanted()).toBe(true);
    await change(sql`delete from watch_turn`);
    await fill('Steady');
    await lastHour('Steady', 40);
    await turn();
    const until = await change(sql`select next_at <= now() + interval '63 minutes' as hour,
      next_at <= (select min(last_at + quiet_ms * interval '1 millisecond') from event_baseline
        join (select max(last_at) as last_at from event_hour) as e on true) as silence from watch_turn`);
    expect(until.rows).toEqual([{ hour: true, silence: true }]);
    await change(sql`update watch_turn set looked_at = now() - interval '61 seconds', next_at = now()`);
    expect(await wanted()).toBe(true);
  });
});
