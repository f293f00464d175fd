import { Client } from 'pg';
import { sql } from 'kysely';
import { startTemporaryPostgres, type RunningPostgres } from '@kohort/platform-embedded';
import { seededRandom } from '@kohort/kernel-clock-random';
import { catalogueViolations } from './catalogue';
import { checkMigrated } from './check-migrated';
import { checkSafety } from './check-safety';
import { openDatabase } from './database';
import { migrate } from './migrate';
import { migrationList } from './migrations/list';
import { ensurePartitions } from './partitions';

describe('migrate and checkSafety', () => {
  let server: RunningPostgres;
  let owner: Client;

  beforeAll(async () => {
    server = await startTemporaryPostgres();
    owner = new Client({ connectionString: server.url });
    await owner.connect();
  });

  afterAll(async () => {
    await owner.end();
    await server.stop();
  });

  it('refuses a database that was never migrated', async () => {
    await expect(checkSafety(server.url, { allowUnsyncedForTests: true })).rejects.toMatchObject({
      code: 'POSTGRES_UNSAFE',
      details: { findings: expect.arrayContaining([expect.stringContaining('kohort_app is missing')]) },
    });
  });

  it('runs once when four processes migrate at the same time, and is harmless afterwards', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(server.url)));
    expect(runs.filter((ran) => ran.length > 0)).toHaveLength(1);
    expect(await migrate(server.url)).toEqual([]);
    await expect(checkSafety(server.url, { allowUnsyncedForTests: true })).resolves.toBeUndefined();
  });

  it('tells a login that is not the owner whether the database is of this release', async () => {
    await owner.query(`create role clerk login password 'clerk'; grant kohort_app, kohort_relay to clerk`);
    const clerk = new URL(server.url);
    Object.assign(clerk, { username: 'clerk', password: 'clerk' });
    await expect(checkMigrated(clerk.href)).resolves.toBeUndefined();
    await owner.query(`update kohort_meta.migration set name = '0005-later' where name = '0005-sync'`);
    await expect(checkMigrated(clerk.href)).rejects.toMatchObject({
      code: 'POSTGRES_NOT_MIGRATED',
      details: { missing: ['0005-sync'] },
    });
    await owner.query(`update kohort_meta.migration set name = '0005-sync' where name = '0005-later'`);
  });

  it('refuses fsync off where it is no test', async () => {
    await expect(checkSafety(server.url)).rejects.toMatchObject({
      details: { findings: ['fsync is off', 'full_page_writes is off'] },
    });
  });

  it.each([
    ['alter role kohort_app bypassrls', 'alter role kohort_app nobypassrls', 'bypasses row-level security'],
    ['alter role kohort_app superuser', 'alter role kohort_app nosuperuser', 'is a superuser'],
    [
      'alter table kohort.outbox owner to kohort_relay',
      'alter table kohort.outbox owner to postgres',
      'owns an object',
    ],
    ['alter system set synchronous_commit = off', 'alter system reset synchronous_commit', undefined],
  ])('finds: %s', async (plant, cure, finding) => {
    await owner.query(plant);
    try {
      if (finding) {
        await expect(checkSafety(server.url, { allowUnsyncedForTests: true })).rejects.toMatchObject({
          message: expect.stringContaining(finding),
        });
      } else {
        await expect(
          checkSafety(`${server.url}?options=-c%20synchronous_commit%3Doff`, { allowUnsyncedForTests: true }),
        ).rejects.toMatchObject({
          message: expect.stringContaining('synchronous_commit is off'),
        });
      }
    } finally {
      await owner.query(cure);
    }
  });

  it('gives each pool its role, which cannot be a superuser in disguise', async () => {
    const database = openDatabase({ url: server.url, maxConnections: 2, applicationName: 'spec' });
    try {
      const relay = await sql<{ role: string }>`select current_user as role`.execute(database.relay);
      expect(relay.rows).toEqual([{ role: 'kohort_relay' }]);
      await expect(sql`select * from event`.execute(database.relay)).rejects.toMatchObject({ code: '42501' });
    } finally {
      await database.close();
    }
  });

  it('makes this and the next month, moves what fell into the default partition, and protects the new tables', async () => {
    const later = Date.UTC(2031, 4, 20);
    await owner.query(`set search_path = kohort;
      insert into workspace (workspace_id, name) values ('00000000-0000-4000-8000-000000000001', 'w');
      insert into source (workspace_id, id, key, name, kind) values
        ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', 's', 's', 'http');
      insert into batch (workspace_id, id, kind) values ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000003', 'events');
      insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, ts) values
        ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000004', '2031-05-31T23:59:59Z',
         '00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000002', 'm', 'track', now());`);
    expect(await ensurePartitions(server.url, later)).toEqual(['event_2031_05', 'event_2031_06']);
    expect(await ensurePartitions(server.url, later)).toEqual([]);
    const rows = await owner.query(`select tableoid::regclass::text as part from kohort.event`);
    expect(rows.rows).toEqual([{ part: 'event_2031_05' }]);
    const protection = await owner.query(
      `select relrowsecurity and relforcerowsecurity as forced from pg_class where relname like 'event\\_2031%' and relkind = 'r'`,
    );
    expect(protection.rows).toEqual([{ forced: true }, { forced: true }]);
    const batches = await owner.query(
      `select count(*)::int as n from pg_attribute where attrelid in (
         select inhrelid from pg_inherits where inhparent = 'kohort.event'::regclass)
       and attname = 'batch_id' and not 'n_distinct=-0.02' = any(coalesce(attoptions, '{}'))`,
    );
    expect(batches.rows).toEqual([{ n: 0 }]);
  });

  it('is resumable when its connections are killed at any instant', async () => {
    await owner.query('create database killed');
    const url = server.url.replace(/\/kohort$/, '/killed');
    const random = seededRandom(7);
    let failures = 0;
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const delayMs = attempt === 0 ? 0 : random.int(120);
      let ended = false;
      const killConnected = async (): Promise<void> => {
        const connected = `from pg_stat_activity where datname = 'killed'`;
        while (!ended && (await owner.query(`select 1 ${connected}`)).rowCount === 0);
        await new Promise((done) => setTimeout(done, delayMs));
        await owner.query(`select pg_terminate_backend(pid) ${connected}`);
      };
      const kill = killConnected();
      const ran = await migrate(url).then(
        () => true,
        () => false,
      );
      ended = true;
      await kill;
      if (!ran) failures += 1;
    }
    expect(failures).toBeGreaterThan(0);
    await migrate(url);
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      expect(await catalogueViolations(client)).toEqual([]);
      const kept = await client.query('select count(*)::int as n from kohort_meta.migration');
      expect(kept.rows).toEqual([{ n: Object.keys(migrationList).length }]);
    } finally {
      await client.end();
    }
  });

  it('lets go of a lock that it does not get within two seconds, and gets it later', async () => {
    const blocker = new Client({ connectionString: server.url });
    await blocker.connect();
    await blocker.query('begin');
    await blocker.query('lock table kohort.event in access exclusive mode');
    const made = ensurePartitions(server.url, Date.UTC(2033, 0, 1));
    await blocker.query('select pg_sleep(2.6)');
    await blocker.query('commit');
    await blocker.end();
    expect(await made).toEqual(['event_2033_01', 'event_2033_02']);
  });
});
