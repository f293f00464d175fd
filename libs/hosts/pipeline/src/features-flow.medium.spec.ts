import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { columnDataset, computeFeaturesFlow, editFeatures, personFeatures } from '@kohort/features-flow';
import { systemClock } from '@kohort/kernel-clock-random';
import { runIdSchema, type ProfileId, type RunContext, type WorkspaceId } from '@kohort/kernel-contracts';
import type { DatasetPort } from '@kohort/models-flow';
import { openColumnLoader, type OpenColumnLoader } from '@kohort/platform-columns';
import {
  featureStatisticsStore,
  featureStore,
  liveTraitStore,
  personHistory,
  startTestDatabase,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';

const PEOPLE = 7;
const ASOF = '2026-02-01T00:00:00.000Z';

describe('computing features from PostgreSQL to PostgreSQL', () => {
  let db: TestDatabase;
  let test: TestColumns;
  let loader: OpenColumnLoader;
  let ws: WorkspaceId;
  let context: RunContext;

  beforeAll(async () => {
    [db, test] = await Promise.all([startTestDatabase(), startTestColumns()]);
    loader = openColumnLoader({ database: db.database, columns: test.columns });
    ws = await db.addWorkspace();
    const runId = runIdSchema.parse(randomUUID());
    const [source, batch] = [randomUUID(), randomUUID()];
    await db.database.inWorkspace(ws, async (tx) => {
      await sql`update workspace set time_zone = 'Europe/Berlin'`.execute(tx);
      await sql`insert into source (workspace_id, id, key, name, kind) values (${ws}, ${source}, 's', 's', 'http')`.execute(
        tx,
      );
      await sql`insert into batch (workspace_id, id, kind) values (${ws}, ${batch}, 'events')`.execute(tx);
      await sql`insert into run (workspace_id, id, job, params, status, fence)
        values (${ws}, ${runId}, 'features.compute', '{}', 'running', 1)`.execute(tx);
      await sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        select ${ws}, gen_random_uuid(), 'u' || i, now(), now() from generate_series(1, ${PEOPLE}) i`.execute(tx);
      // Person i has i orders, one a day from the first of January on, each of i.5; person 7 only later.
      await sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, ts, properties)
        select ${ws}, gen_random_uuid(), now(), ${batch}, ${source}, 'm' || i || '-' || k, 'track', 'Order Completed',
          timestamptz '2026-01-01 12:00Z' + (k - 1 + case when i = 7 then 40 else 0 end) * interval '1 day',
          jsonb_build_object('order_id', i * 100 + k, 'revenue', i + 0.5)
        from generate_series(1, ${PEOPLE}) i, generate_series(1, i) k`.execute(tx);
      await sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
        select e.workspace_id, e.id, p.id, e.batch_id, e.received_at, e.ts, 1 from event e
        join profile p on p.canonical_id = 'u' || substr(split_part(e.message_id, '-', 1), 2)`.execute(tx);
    });
    const run = { workspaceId: ws, id: runId, job: 'features.compute', status: 'running' as const, params: {} };
    const rest = { progress: null, checkpoint: null, result: null, error: null, cancelRequested: false };
    context = {
      run: { ...run, ...rest, createdAt: 0, startedAt: 0, finishedAt: null },
      fence: { workspaceId: ws, runId, fence: 1 },
      signal: new AbortController().signal,
      onProgress: () => undefined,
    };
  });

  afterAll(async () => {
    await loader.close();
    await test.stop();
    await db.stop();
  });

  const ports = () => ({
    columns: test.columns.store,
    loader,
    features: featureStore(db.database),
    statistics: featureStatisticsStore(db.database),
    live: { store: liveTraitStore(db.database), changed: async () => undefined },
  });

  it('keeps a row for each person with an order before asOf', async () => {
    const result = await computeFeaturesFlow(ports(), context, { asOf: ASOF });
    expect(result).toMatchObject({ profiles: PEOPLE - 1 });
    const rows = await db.database.inWorkspace(ws, (tx) =>
      sql<{ who: string; recency: number; frequency: number; monetary: number }>`
        select p.canonical_id as who, (f.feature_values->>'recency_days')::float8 as recency,
          (f.feature_values->>'frequency')::float8 as frequency, (f.feature_values->>'monetary')::float8 as monetary
        from profile_feature f join profile p on p.id = f.profile_id order by 1`.execute(tx),
    );
    const expected = [1, 2, 3, 4, 5, 6].map((i) => ({
      who: `u${i}`,
      recency: 31 - (i - 1),
      frequency: i,
      monetary: i * (i + 0.5),
    }));
    expect(rows.rows).toEqual(expected);
  });

  it('is the data set that models ask for', async () => {
    const port: DatasetPort = columnDataset({
      columns: test.columns.store,
      loader,
      features: featureStore(db.database),
    });
    const extent = await port.extent({ workspaceId: ws, event: 'Order Completed' });
    expect(extent).toEqual({ first: Date.UTC(2026, 0, 1, 12), last: Date.UTC(2026, 0, 47, 12) });
    const asOf = Date.UTC(2026, 0, 4, 11);
    const matrix = await port.features({ workspaceId: ws, asOf, features: ['frequency'] }, {});
    expect([...matrix.data].sort()).toEqual([1, 2, 3, 3, 3, 3]);
    expect([...matrix.profileIds]).toEqual([...matrix.profileIds].sort());
    const doers = await port.doers({ workspaceId: ws, asOf, horizonDays: 2, event: 'Order Completed' });
    expect(doers.size).toBe(3);
  });

  it('gives rows of their own instants what was known by then', async () => {
    const people = await db.database.inWorkspace(ws, (tx) =>
      sql<{ id: ProfileId }>`select id from profile order by canonical_id`.execute(tx),
    );
    const day = (n: number): number => Date.UTC(2026, 0, n, 12);
    const rows = people.rows.flatMap(({ id }) => [0, 3, 50].map((n) => ({ profileId: id, asOf: day(n) })));
    const set = await columnDataset(ports()).rows(
      { workspaceId: ws, rows, features: ['frequency', 'recency_days'] },
      {},
    );
    // Person i orders on the first i days; the seventh forty days later.
    const orders = (i: number, n: number): number => Math.min(i, Math.max(0, i === 7 ? n - 40 : n));
    const last = (i: number): number => (i === 7 ? 47 : i);
    const expected = people.rows.flatMap((_, row) =>
      [0, 3, 50].flatMap((n) => {
        const made = orders(row + 1, n);
        return [made, made === 0 ? NaN : n - Math.min(n, last(row + 1))];
      }),
    );
    expect([...set.data]).toEqual(expected);
  });

  it('keeps texts, scores among everybody and what the values are like, by version', async () => {
    const { features, statistics } = ports();
    const own = { label: 'Own', unit: 'units' };
    const set = await editFeatures(features, ws, {
      set: [
        { key: 'last_event', ...own, formula: { aggregate: 'mostFrequent', of: 'order_id', as: 'text' } },
        { key: 'order_tercile', ...own, formula: { score: { measure: 'orders' }, above: 0, quantiles: 3 } },
      ],
      ...{ remove: [], afterVersion: 1 },
    });
    const result = await computeFeaturesFlow(ports(), context, { asOf: ASOF });
    expect(result).toMatchObject({ definitionVersion: set.version, profiles: PEOPLE - 1 });
    const found = await statistics.list(ws, { definitionVersion: set.version, first: 9 });
    expect(
      found.filter(({ key }) => key === 'order_tercile').map(({ asOf, statistics: kept }) => [asOf, kept]),
    ).toEqual([
      [Date.parse(ASOF), expect.objectContaining({ kind: 'number', people: PEOPLE - 1, missing: 0, mean: 2 })],
    ]);
    const text = found.find(({ key }) => key === 'last_event');
    expect(text?.statistics).toMatchObject({ kind: 'text', people: PEOPLE - 1, distinct: PEOPLE - 1, top: [] });
    const population = await statistics.population(ws, set.version);
    expect(Object.values(population)).toEqual([[expect.closeTo(8 / 3, 9), expect.closeTo(13 / 3, 9)]]);
    // Between two passes a person's score is told by what everybody had.
    const person = personFeatures({
      history: personHistory({ database: db.database, clock: systemClock, timeoutMs: 30_000 }),
      features,
      statistics,
    });
    const scores = await db.database.inWorkspace(ws, (tx) =>
      sql<{ id: ProfileId; score: number }>`select profile_id as id, (feature_values->>'order_tercile')::float8 as score
        from profile_feature where definition_version = ${set.version} order by 1`.execute(tx),
    );
    expect(scores.rows.map(({ score }) => score).sort()).toEqual([1, 1, 2, 2, 3, 3]);
    for (const { id, score } of scores.rows) {
      const asked = { profileId: id, asOf: Date.parse(ASOF) - 1, features: ['order_tercile'] };
      expect(await person.at(ws, asked)).toEqual([score]);
    }
  });
});
