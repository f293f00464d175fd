import { sql } from 'kysely';
import type { RunId } from '@kohort/kernel-contracts';
import { CUSTOMERS, PullWorld } from './pull-world';

describe('pulling a PostgreSQL table', () => {
  let world: PullWorld;
  beforeAll(async () => {
    world = await PullWorld.start();
  });
  afterAll(() => world.stop());
  beforeEach(() => world.reset());

  const stored = async (): Promise<{ events: number; people: number }> => {
    const [row] = await world.query(
      sql<{ events: number; people: number }>`
        select count(*)::int as events, count(distinct user_id)::int as people from event`,
    );
    return row ?? { events: 0, people: 0 };
  };
  const position = async (): Promise<unknown> =>
    (await world.query(sql<{ position: unknown }>`select position from source_connection`))[0]?.position;
  const residual = async (): Promise<number> => {
    const [row] = await world.query(sql<{ residual: number }>`
      select sum(received - stored - duplicate - rejected - suppressed - quarantined)::int as residual from ledger_minute`);
    return row?.residual ?? -1;
  };

  it('takes everything once, then what is new or changed, and moves its position with the rows', async () => {
    await world.fill(1, 5_000);
    const connection = await world.connect();
    const first = await world.pull(connection);
    expect(first).toMatchObject({ status: 'succeeded', result: { rows: 5_000, counts: { stored: 5_000 }, files: 0 } });
    const before = await position();
    expect(await world.pull(connection)).toMatchObject({ status: 'succeeded', result: { rows: 0 } });
    expect(await position()).toEqual(before);
    await world.fill(5_001, 5_003);
    await world.warehouse.query(`update customer set plan = 'gone', changed = now() where id in ('c1', 'c2')`);
    expect(await world.pull(connection)).toMatchObject({ result: { rows: 5, counts: { stored: 5, duplicate: 0 } } });
    // From the beginning: what is known is a duplicate, and nothing is stored twice.
    const full = await world.pull(connection, true);
    expect(full).toMatchObject({ result: { rows: 5_003, counts: { stored: 0, duplicate: 5_003 } } });
    expect(await stored()).toEqual({ events: 5_005, people: 5_003 });
    expect(await residual()).toBe(0);
    const [kept] = await world.query(sql<{ row: string }>`select c::text || r.all as row from source_connection c,
      (select string_agg(run::text, '') as all from run) r`);
    expect(kept?.row).not.toContain('reader-secret-1');
  });

  it('loses and doubles nothing when its worker is stopped between pages, over and over', async () => {
    await world.fill(1, 9_000);
    const connection = await world.connect();
    const runId = await world.request(connection);
    let starts = 1;
    for (; await world.workUntil('page', runId); starts += 1) expect(starts).toBeLessThan(20);
    // Each start settles the page of 2,000 that it has begun, and is stopped before the next.
    expect(starts).toBe(6);
    expect(await stored()).toEqual({ events: 9_000, people: 9_000 });
    expect((await world.job(runId)).result).toMatchObject({ rows: 9_000, counts: { stored: 9_000, duplicate: 0 } });
    expect(await residual()).toBe(0);
  });

  it('makes nobody unless asked to, and lists what it left out', async () => {
    await world.fill(1, 20);
    const result = await world.pull(await world.connect({}, { mapping: { ...CUSTOMERS, createProfiles: false } }));
    expect(result).toMatchObject({
      status: 'succeeded',
      result: { createProfiles: false, rows: 20, counts: { stored: 0, rejected: 20 }, reasons: { person_unknown: 20 } },
    });
    expect((result.result as { rejectFileKey: string | null }).rejectFileKey).not.toBeNull();
  });

  it('is held by one run at a time, and goes on after a cancel from where it was', async () => {
    await world.fill(1, 4_500);
    const connection = await world.connect();
    const [one, two] = [await world.request(connection), await world.request(connection)];
    await world.query(sql`update source_connection set run_id = ${one}`);
    await world.work('ingest.pull', two);
    expect(await world.job(two)).toMatchObject({ status: 'failed', error: { code: 'SOURCE_BUSY' } });
    await world.commands.cancelRun(one);
    await world.work('ingest.pull', one);
    expect(await world.job(one)).toMatchObject({ status: 'cancelled' });
    expect(await world.pull(connection)).toMatchObject({ status: 'succeeded', result: { rows: 4_500 } });
  });

  it('fails with the reason when it may not or cannot, and says what the reason is not', async () => {
    const away = await world.pull(await world.connect({ host: '10.0.0.1' }));
    expect(away).toMatchObject({ status: 'failed', error: { code: 'HTTP_EGRESS_REFUSED' } });
    const grouped = { ...CUSTOMERS, group: { by: ['id'] } };
    expect(await world.pull(await world.connect({}, { mapping: grouped }))).toMatchObject({
      error: { code: 'INGEST_PULL_MAPPING' },
    });
    const drifted = { ...CUSTOMERS, match: { columns: ['id', 'left_long_ago'] } };
    await world.fill(1, 1);
    expect(await world.pull(await world.connect({}, { mapping: drifted }))).toMatchObject({
      error: { code: 'INGEST_COLUMNS_MISSING' },
    });
  });

  it('looks without storing: checks, discovers, previews', async () => {
    await world.fill(1, 30);
    const connection = await world.connect();
    const look = async (params: { look: 'check' | 'discover' | 'preview'; limit?: number }) => {
      const asked = { connectionId: connection.id, ...params };
      const run = await world.commands.requestRun({ job: 'ingest.inspect', params: asked, idempotencyKey: null });
      await world.work('ingest.inspect', run.id as RunId);
      return (await world.job(run.id as RunId)).result;
    };
    expect(await look({ look: 'check' })).toMatchObject({ ok: true });
    expect(await look({ look: 'discover' })).toMatchObject({
      tables: [
        { name: 'public.customer', key: ['id'], columns: [{ name: 'id', type: 'text', nullable: false }, {}, {}, {}] },
      ],
    });
    expect(await look({ look: 'preview', limit: 10 })).toMatchObject({ rows: 10, messages: 10, rejectedRows: 0 });
    expect(await stored()).toEqual({ events: 0, people: 0 });
    expect(await position()).toBeNull();
  });

  describe('a table whose records go away', () => {
    const removal = { event: 'Record Deleted', traits: ['plan', 'spent'] };
    const mapping = { ...CUSTOMERS, removal };
    const said = async (): Promise<string[]> => {
      const rows = await world.query(sql<{
        text: string;
      }>`select user_id || ' ' || type || ' ' || coalesce(name, '') || ' '
        || (traits ->> 'plan' is null)::text as text from event order by received_at, user_id, type`);
      return rows.map(({ text }) => text);
    };
    const mirror = () => world.connect({ mirror: true }, { mapping });
    const remove = (ids: string) => world.warehouse.query(`delete from customer where id in (${ids})`);

    it('takes back what is marked as deleted, and makes nobody of it', async () => {
      await world.warehouse.query('alter table customer add column if not exists deleted_at timestamptz');
      await world.fill(1, 3);
      const connection = await world.connect(
        {},
        { mapping: { ...mapping, removal: { ...removal, deletedColumn: 'deleted_at' } } },
      );
      expect(await world.pull(connection)).toMatchObject({ result: { counts: { stored: 3 } } });
      await world.warehouse.query(`update customer set deleted_at = now(), changed = now() where id = 'c2'`);
      expect(await world.pull(connection)).toMatchObject({ result: { rows: 1, counts: { stored: 1 } } });
      expect((await said()).filter((one) => one.includes('track'))).toEqual(['c2 track Record Deleted true']);
      const [event] = await world.query(sql<{ flags: string[] }>`select flags from event where type = 'track'`);
      expect(event?.flags).toEqual(['known_people_only', 'record_removed']);
      await world.warehouse.query('alter table customer drop column deleted_at');
    });

    it('says of a mirror what no longer comes, once, and takes a record that comes back for new', async () => {
      await world.fill(1, 5);
      const connection = await mirror();
      expect(await world.pull(connection)).toMatchObject({ status: 'succeeded', result: { rows: 5, removed: 0 } });
      await remove(`'c2', 'c4'`);
      expect(await world.pull(connection)).toMatchObject({
        status: 'succeeded',
        result: { rows: 3, removed: 2, counts: { stored: 2, duplicate: 3, rejected: 0 } },
      });
      expect((await said()).filter((one) => one.includes('Deleted'))).toEqual([
        'c2 track Record Deleted true',
        'c4 track Record Deleted true',
      ]);
      expect(await world.pull(connection)).toMatchObject({ result: { rows: 3, removed: 0, counts: { stored: 0 } } });
      // The same content as before: without the memory of its going it would count as known.
      await world.fill(2, 2);
      expect(await world.pull(connection)).toMatchObject({ result: { rows: 4, removed: 0, counts: { stored: 1 } } });
      await remove(`'c2'`);
      expect(await world.pull(connection)).toMatchObject({ result: { removed: 1 } });
      expect(await residual()).toBe(0);
      await world.resolve();
      const plans = await world.query(sql<{ person: string; plan: unknown }>`
        select p.canonical_id as person, (select t.value from trait_value t where t.profile_id = p.id and t.key = 'plan'
          order by t.valid_from desc, t.message_id desc limit 1) as plan
        from profile p order by 1`);
      // Everybody is still somebody; who is gone has no plan.
      expect(plans.map(({ plan }) => plan)).toEqual(['basic', null, 'basic', null, 'basic']);
    });

    it('believes no more to be gone at once than its settings allow', async () => {
      await world.fill(1, 4);
      const connection = await mirror();
      await world.pull(connection);
      await world.warehouse.query('truncate customer');
      const refused = await world.pull(connection);
      expect(refused).toMatchObject({ status: 'failed', error: { code: 'INGEST_PULL_GONE', kind: 'configuration' } });
      expect(await said()).toHaveLength(4);
      await world.query(sql`update source_connection set settings = settings || '{"mirrorMaxGoneShare": 1}'`);
      expect(await world.pull(connection)).toMatchObject({ status: 'succeeded', result: { rows: 0, removed: 4 } });
      expect(await said()).toHaveLength(8);
    });

    it.each([
      ['behind its first page', 'page'],
      ['when it has taken back what is gone', 'gone'],
    ] as const)('takes nothing for gone that a run has not read which was cut short %s', async (_when, point) => {
      await world.fill(1, 5_000);
      const connection = await mirror();
      await world.pull(connection);
      // An earlier run left its position in the middle of the table.
      await world.query(sql`update source_connection set position = '{"v": 1, "columns": ["id"], "at": ["c3"]}'`);
      await remove(`'c7'`);
      const runId = await world.request(connection);
      expect(await world.workUntil(point, runId)).toBe(true);
      expect(await world.job(runId)).toMatchObject({ status: 'queued' });
      await world.work('ingest.pull', runId);
      expect(await world.job(runId)).toMatchObject({ status: 'succeeded', result: { rows: 4_999, removed: 1 } });
      expect((await said()).filter((one) => one.includes('Deleted'))).toEqual(['c7 track Record Deleted true']);
    });

    it('needs to be told what a record that is gone says', async () => {
      const silent = await world.connect({ mirror: true });
      expect(await world.pull(silent)).toMatchObject({ status: 'failed', error: { code: 'INGEST_PULL_NO_REMOVAL' } });
    });
  });

  it('asks for each slot once, makes up for missed ones with one pull, and waits for one that runs', async () => {
    const connection = await world.connect({}, { everyMinutes: 10 });
    const { connections } = world.sources;
    const due = () => Promise.all([connections.startDue(10), connections.startDue(10), connections.startDue(10)]);
    const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
    expect(sum(await due())).toBe(1);
    expect(sum(await due())).toBe(0);
    const [{ ahead } = { ahead: false }] = await world.query(
      sql<{
        ahead: boolean;
      }>`select next_at > now() and next_at <= now() + interval '10 minutes' as ahead from source_connection`,
    );
    expect(ahead).toBe(true);
    const overdue = sql`update source_connection set next_at = now() - interval '3 days'`;
    await world.query(overdue);
    expect(sum(await due())).toBe(0);
    const [run] = await world.query(sql<{ id: RunId }>`select id from run`);
    await world.work('ingest.pull', run?.id as RunId);
    await world.query(overdue);
    expect(sum(await due())).toBe(1);
    await world.commands.scheduleSourceConnection(connection.key, null);
    expect(await world.query(sql`select next_at from source_connection`)).toEqual([{ next_at: null }]);
  });
});
