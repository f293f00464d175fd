import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { manualClock } from '@kohort/kernel-clock-random';
import { runIdSchema, type RunContext, type WorkspaceId } from '@kohort/kernel-contracts';
import { qualityStore, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { profileQualityFlow } from '@kohort/quality-flow';
import { requestWeeklyProfile } from './quality-timer';

const FIRST = '2026-03-09T12:00:00.000Z';
const SECOND = '2026-03-16T12:00:00.000Z';

describe('profiles of what sources took in', () => {
  let db: TestDatabase;
  let ws: WorkspaceId;
  let abort: AbortController;
  const phases = new Set<string>();

  beforeAll(async () => {
    db = await startTestDatabase();
    ws = await db.addWorkspace();
    await db.database.inWorkspace(ws, async (tx) => {
      const [web, app] = [randomUUID(), randomUUID()];
      await sql`insert into source (workspace_id, id, key, name, kind)
        values (${ws}, ${web}, 'web', 'web', 'http'), (${ws}, ${app}, 'app', 'app', 'http')`.execute(tx);
      // 500 batches of 10 orders in each of two weeks: more than one page of batches. In the second week revenue doubles,
      // a coupon is new, and every tenth amount is written as N/A.
      await sql`insert into batch (workspace_id, id, kind, row_count, created_at)
        select ${ws}, gen_random_uuid(), 'events', 10, timestamptz '2026-03-04 10:00Z' + week * interval '7 days'
        from generate_series(0, 1) week, generate_series(1, 500) i`.execute(tx);
      await sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, ts, properties)
        select b.workspace_id, gen_random_uuid(), b.created_at, b.id, ${web}, b.id || '-' || k, 'track', 'Order Completed', 'u' || k,
          b.created_at - interval '3 seconds',
          jsonb_build_object('email', 'ann' || k || '@secret.example.org', 'plan', case when k < 5 then 'pro' else 'free' end)
          || case when extract(day from b.created_at) > 5
            then jsonb_build_object('revenue', case when k = 10 then '"N/A"'::jsonb else to_jsonb(2 * k) end, 'coupon', 'SPRING')
            else jsonb_build_object('revenue', k) end
        from batch b, generate_series(1, 10) k`.execute(tx);
      await sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        select ${ws}, gen_random_uuid(), 'u' || i, now(), now() from generate_series(1, 5000) i`.execute(tx);
      await sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
        select ${ws}, id, 'home', now() - interval '1 day', 'm', 'custom',
          jsonb_build_object('city', case when hashtext(id::text) % 2 = 0 then 'Paris' else 'PARIS' end, 'zip', '75001')
        from profile where right(canonical_id, 1) <> '0'`.execute(tx);
    });
  });
  afterAll(() => db.stop());

  async function contextOf(): Promise<RunContext> {
    const runId = runIdSchema.parse(randomUUID());
    await db.database.inWorkspace(ws, (tx) =>
      sql`insert into run (workspace_id, id, job, params, status, fence)
        values (${ws}, ${runId}, 'quality.profile', '{}', 'running', 1)`.execute(tx),
    );
    abort = new AbortController();
    const run = { workspaceId: ws, id: runId, job: 'quality.profile', status: 'running' as const, params: {} };
    const rest = { progress: null, checkpoint: null, result: null, error: null, cancelRequested: false };
    return {
      run: { ...run, ...rest, createdAt: 0, startedAt: 0, finishedAt: null },
      fence: { workspaceId: ws, runId, fence: 1 },
      signal: abort.signal,
      onProgress: ({ phase }) => void phases.add(phase),
    };
  }

  const profile = async (asOf: string, source?: string) =>
    profileQualityFlow({ store: qualityStore(db.database), keepWeeks: 26 }, await contextOf(), {
      ...{ asOf, traits: true, days: 7 },
      ...(source === undefined ? {} : { source }),
    });

  const fields = (week: string) =>
    db.database.inWorkspace(ws, async (tx) => {
      const { rows } = await sql<{
        subject_kind: string;
        field: string;
        rows: string;
        drift: { verdict: string; reasons: string[] } | null;
        profile: { type: string; missing: { rows: number } };
      }>`
        select subject_kind, field, rows, drift, profile from quality_snapshot where week = ${week}::date order by 1, 2`.execute(
        tx,
      );
      return new Map(rows.map((row) => [`${row.subject_kind} ${row.field}`, row]));
    });

  it('keep a snapshot a week and compare it with the one before', async () => {
    expect(await profile(FIRST)).toEqual({
      week: '2026-03-09',
      sources: 2,
      messages: 5_000,
      fields: 9,
      traits: 1,
      incompleteSources: 0,
    });
    expect(await profile(SECOND)).toMatchObject({ week: '2026-03-16', messages: 5_000, fields: 10 });
    expect(phases).toEqual(new Set(['reading source app', 'reading source web', 'reading traits']));
    const [first, second] = [await fields('2026-03-09'), await fields('2026-03-16')];
    expect([...first.values()].every(({ drift }) => drift === null)).toBe(true);
    expect(first.get('event revenue')).toMatchObject({
      rows: '5000',
      profile: { type: 'integer', missing: { rows: 0 } },
    });
    expect(second.get('event revenue')).toMatchObject({
      profile: { type: 'integer', missing: { rows: 500 } },
      drift: { verdict: 'moved', reasons: expect.arrayContaining(['missing 0.0 % → 10.0 %']) },
    });
    expect(second.get('event plan')?.drift).toMatchObject({ verdict: 'steady' });
    expect(second.get('event coupon')?.drift).toMatchObject({ verdict: 'added' });
    expect(second.get('source secondsUntilReceived')).toMatchObject({ profile: { numbers: { min: 3, max: 3 } } });
    expect(second.get('trait home.zip')).toMatchObject({
      rows: '5000',
      profile: { type: 'postal_code', missing: { rows: 500 } },
    });
    expect(second.get('trait home.city')).toMatchObject({ profile: { variants: [[{}, {}]] } });
  });

  it('hold no e-mail address and no user id', async () => {
    const { rows } = await db.database.inWorkspace(ws, (tx) =>
      sql<{
        text: string;
      }>`select string_agg(profile::text || coalesce(drift::text, ''), ' ') as text from quality_snapshot`.execute(tx),
    );
    expect(rows[0]?.text).toContain('a…@….org');
    expect(rows[0]?.text).not.toContain('secret');
    expect(rows[0]?.text).not.toMatch(/"u\d+"/);
  });

  it('overwrite on a repeat, drop what is too old, and stop when told', async () => {
    const before = await fields('2026-03-16');
    await profile(SECOND, 'web');
    expect(await fields('2026-03-16')).toEqual(before);
    await profileQualityFlow({ store: qualityStore(db.database), keepWeeks: 0 }, await contextOf(), {
      ...{ asOf: SECOND, traits: false, days: 7, source: 'app' },
    });
    expect((await fields('2026-03-09')).size).toBe(0);
    const context = await contextOf();
    abort.abort(new Error('stop'));
    const ports = { store: qualityStore(db.database), keepWeeks: 26 };
    await expect(profileQualityFlow(ports, context, { asOf: SECOND, traits: true, days: 7 })).rejects.toThrow('stop');
    await expect(profile(SECOND, 'nowhere')).rejects.toMatchObject({ code: 'QUALITY_SOURCE_UNKNOWN' });
  });

  it('are asked for once a week, of workspaces that are old enough', async () => {
    const other = await db.addWorkspace();
    await db.database.inWorkspace(other, (tx) => sql`update workspace set created_at = '2026-03-11'`.execute(tx));
    const ask = (day: string) =>
      requestWeeklyProfile({ database: db.database, clock: manualClock(Date.parse(day)) }, other);
    expect(await ask('2026-03-13T10:00:00Z')).toBe(false);
    expect([await ask('2026-03-16T00:00:00Z'), await ask('2026-03-22T23:59:59Z')]).toEqual([true, false]);
    expect(await ask('2026-03-23T00:00:01Z')).toBe(true);
    const runs = await db.database.inWorkspace(other, (tx) =>
      tx.selectFrom('run').select(['params', 'status']).execute(),
    );
    expect(runs.map(({ params }) => params)).toContainEqual({
      asOf: '2026-03-16T00:00:00.000Z',
      traits: true,
      days: 7,
    });
  });
});
