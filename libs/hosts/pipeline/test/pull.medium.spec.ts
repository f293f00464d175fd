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
    let starts = 0;
    for (; (await world.job(runId)).status !== 'succeeded'; starts += 1) {
      expect(starts).toBeLessThan(20);
      const controller = new AbortController();
      const before = (await stored()).events;
      const working = world.work('ingest.pull', runId, { signal: controller.signal }).catch(() => undefined);
      // Stopped as soon as another page is committed.
      const watch = (async () => {
        for (let looks = 0; looks < 400 && (await stored()).events <= before; looks += 1);
        controller.abort();
      })();
      await Promise.all([working, watch]);
    }
    expect(starts).toBeGreaterThan(1);
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
