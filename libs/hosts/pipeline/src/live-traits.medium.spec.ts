import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { TRAIT_LIBRARY, type FeatureDefinition } from '@kohort/features-domain';
import { computeFeaturesFlow, editFeatures, LiveTraits } from '@kohort/features-flow';
import { textReader } from '@kohort/hosts-runtime';
import { manualClock, systemClock } from '@kohort/kernel-clock-random';
import { batchIdSchema, profileIdSchema, runIdSchema, type BatchId, type Json } from '@kohort/kernel-contracts';
import { openColumnLoader, type OpenColumnLoader } from '@kohort/platform-columns';
import {
  featureStatisticsStore,
  featureStore,
  liveTraitStore,
  startTestDatabase,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';
import { IdentityWorld, type Draft } from '../test/identity-world';

const RULES = {
  regulars: { trait: { path: 'orders_made', op: 'gte', value: 2 } },
  grumblers: { trait: { path: 'mentions_delivery_score', op: 'lt', value: 0 } },
  tea: { trait: { path: 'favourite', op: 'eq', value: 'tea' } },
};
const own = { label: 'Own', unit: 'units', live: true };
const TRAITS = [
  { key: 'orders_made', ...own, formula: { aggregate: 'count' as const, event: 'Order Completed' } },
  {
    ...{ key: 'favourite', ...own },
    formula: { aggregate: 'mostFrequent' as const, of: 'kind', as: 'text' as const, event: 'Order Completed' },
  },
  { key: 'pages', ...own, live: false, formula: { aggregate: 'count' as const, event: 'Page Viewed' } },
];

describe('live traits', () => {
  let db: TestDatabase;
  let store: TestColumns;
  let loader: OpenColumnLoader;
  let world: IdentityWorld;
  let live: LiveTraits;
  const clock = manualClock(0);

  beforeAll(async () => {
    [db, store] = await Promise.all([startTestDatabase(), startTestColumns()]);
    loader = openColumnLoader({ database: db.database, columns: store.columns });
    world = await IdentityWorld.open({ db, store, loader }, null, RULES);
    const ports = { features: featureStore(db.database), statistics: featureStatisticsStore(db.database) };
    live = new LiveTraits({ ...ports, live: liveTraitStore(db.database), clock, texts: textReader });
  });

  afterAll(async () => {
    await loader.close();
    await store.stop();
    await db.stop();
  });

  let serial = 0;
  const bought = (userId: string, kind: string, name = 'Order Completed'): Draft => ({
    ...{ n: (serial += 1), type: 'track' as const, name, userId },
    ts: Date.UTC(2026, 0, 1) + serial,
    properties: { kind },
  });

  const batches = async (): Promise<readonly BatchId[]> => {
    const rows = await world.query(sql<{ batch: string }>`
      select payload->>'batchId' as batch from outbox where topic = 'ProfilesTouched' order by seq`);
    return [...new Set(rows.map(({ batch }) => batchIdSchema.parse(batch)))];
  };
  /** Accepts a batch and answers how many people's traits it changed, twice. */
  const accept = async (drafts: readonly Draft[]): Promise<readonly number[]> => {
    const before = await batches();
    await world.accept(drafts);
    const batchIds = (await batches()).filter((id) => !before.includes(id));
    const of = { workspaceId: world.workspaceId, batchIds };
    const told = [await live.touch(of), await live.touch(of)];
    const changed = told.map((one) => one.changed);
    await world.settle();
    return changed;
  };
  const traits = async (): Promise<readonly string[]> => {
    const rows = await world.query(sql<{ line: string }>`
      select distinct on (p.canonical_id, t.key) p.canonical_id || ' ' || t.key || ' ' || t.value::text as line
      from trait_value t join profile p on p.workspace_id = t.workspace_id and p.id = t.profile_id
      where t.kind = 'computed' and p.merged_into is null and t.sign = 1 and not exists (
        select 1 from trait_value g where g.workspace_id = t.workspace_id and g.profile_id = t.profile_id
          and g.key = t.key and g.valid_from = t.valid_from and g.message_id = t.message_id and g.sign = -1)
      order by p.canonical_id, t.key, t.valid_from desc, t.message_id desc`);
    return rows.map(({ line }) => line);
  };
  const members = async (): Promise<readonly string[]> => {
    const rows = await world.query(sql<{ line: string }>`
      select s.key || ' ' || p.canonical_id as line from membership m
      join segment s on s.workspace_id = m.workspace_id and s.id = m.segment_id
      join profile p on p.workspace_id = m.workspace_id and p.id = m.profile_id
      where m.member and p.merged_into is null order by 1`);
    return rows.map(({ line }) => line);
  };

  it('are none, and ask nothing, until a set has some', async () => {
    expect(await accept([bought('ada', 'tea')])).toEqual([0, 0]);
    expect(await traits()).toEqual([]);
    await editFeatures(featureStore(db.database), world.workspaceId, { set: TRAITS, remove: [], afterVersion: 1 });
    // Known for five seconds; the clock stands still, so that it is asked again when it is moved on.
    expect(await accept([bought('ada', 'tea')])).toEqual([0, 0]);
    clock.advance(5_000);
  });

  it('follow the events that they look at, and rules follow them, in the same step', async () => {
    expect(await accept([bought('ada', 'cake'), bought('bob', 'tea'), bought('bob', 'x', 'Page Viewed')])).toEqual([
      2, 0,
    ]);
    expect(await traits()).toEqual([
      'ada favourite "tea"',
      'ada orders_made 3',
      'bob favourite "tea"',
      'bob orders_made 1',
    ]);
    expect(await members()).toEqual(['regulars ada', 'tea ada', 'tea bob']);
    // What no live trait looks at touches nobody.
    expect(await accept([bought('bob', 'x', 'Page Viewed'), bought('eve', 'x', 'Page Viewed')])).toEqual([0, 0]);
  });

  it('are of all events of people who become one', async () => {
    expect(await accept([{ ...bought('ada', 'cake'), anonymousId: 'phone' }])).toEqual([1, 0]);
    await accept([{ ...bought('bob', 'cake'), userId: null, anonymousId: 'tablet' }]);
    const merge: Draft = { ...bought('ada', '-', 'Signed In'), anonymousId: 'tablet' };
    expect(await accept([merge])).toEqual([1, 0]);
    expect((await traits()).filter((line) => line.startsWith('ada'))).toEqual([
      'ada favourite "cake"',
      'ada orders_made 5',
    ]);
    expect(await members()).toEqual(['regulars ada', 'tea bob']);
  });

  it('are not computed of people who are profiled no longer', async () => {
    await accept([bought('tom', 'tea')]);
    await world.query(sql`update profile set suppressed_at = now() where canonical_id = 'tom'`);
    expect(await accept([bought('tom', 'tea')])).toEqual([0, 0]);
    expect(await traits()).toContain('tom orders_made 1');
  });

  it('are taken over from a pass over everybody, but for who has been computed since', async () => {
    const { workspaceId } = world;
    const runId = runIdSchema.parse(randomUUID());
    await world.query(sql`insert into run (workspace_id, id, job, params, status, fence)
      values (${workspaceId}, ${runId}, 'features.compute', '{}', 'running', 1)`);
    const people = await world.query(
      sql<{ id: string }>`select id from profile where canonical_id in ('bob', 'eve') order by canonical_id`,
    );
    const rows = (n: number) =>
      people.map(({ id }) => ({ profileId: profileIdSchema.parse(id), values: { orders_made: n } }));
    const fence = { workspaceId, runId, fence: 1 };
    const adapter = liveTraitStore(db.database);
    const [bob, eve] = people.map(({ id }) => id);
    expect(await adapter.write(fence, { definitionVersion: 1_000, asOf: Date.UTC(2026, 0, 1) }, rows(7))).toEqual([
      eve,
    ]);
    const asOf = systemClock.now() + 60_000;
    expect([...(await adapter.write(fence, { definitionVersion: 1_000, asOf }, rows(8)))].sort()).toEqual(
      [bob, eve].sort(),
    );
    // Whoever changed them may not have come to ask the rules; of another instant or version they are as they were.
    expect([...(await adapter.write(fence, { definitionVersion: 1_000, asOf }, rows(8)))].sort()).toEqual(
      [bob, eve].sort(),
    );
    expect(await adapter.write(fence, { definitionVersion: 1_000, asOf: asOf + 1 }, rows(8))).toEqual([]);
    expect(await adapter.write(fence, { definitionVersion: 1_001, asOf }, rows(8))).toEqual([]);
    expect([...(await adapter.write(fence, { definitionVersion: 1_000, asOf }, rows(9)))].sort()).toEqual(
      [bob, eve].sort(),
    );
    await expect(
      adapter.write({ ...fence, fence: 0 }, { definitionVersion: 1_000, asOf }, rows(1)),
    ).rejects.toMatchObject({
      code: 'POSTGRES_FENCE_LOST',
    });
    await loader.load(workspaceId);
    const found = await store.columns.store.query(
      `SELECT profile_id, argMax(value, (valid_from, message_id)) AS value FROM traits
       WHERE workspace_id = {workspaceId:UUID} AND key = 'orders_made' GROUP BY profile_id`,
      { workspaceId },
      (row) => Object.values(Object(row)).join(' '),
    );
    expect(found).toEqual(expect.arrayContaining([`${bob} 9`, `${eve} 9`]));
  });

  it('are read out of texts, and are those of the pass over everybody', async () => {
    const { workspaceId } = world;
    const features = featureStore(db.database);
    const library = TRAIT_LIBRARY.filter(({ group }) => group === 'texts').map(
      ({ key, label, unit, formula }): FeatureDefinition => ({ key, label, unit, formula, live: true }),
    );
    const version = (await features.set(workspaceId, null))?.version ?? 0;
    await editFeatures(features, workspaceId, { set: library, remove: [], afterVersion: version });
    clock.advance(5_000);
    const wrote = (userId: string, review_body: Json): Draft => ({
      ...bought(userId, '-', 'Product Reviewed'),
      properties: { review_body },
    });
    const said = async (person: string): Promise<Record<string, unknown>> => {
      const lines = (await traits()).filter((line) => line.startsWith(`${person} `)).map((line) => line.split(' '));
      const own = lines.filter(([, key = '']) => /^(mentions|review)_/.test(key));
      return Object.fromEntries(own.map(([, key = '', ...value]) => [key, JSON.parse(value.join(' ')) as unknown]));
    };
    expect(
      await accept([
        wrote('gus', 'A lovely dress, great quality. The delivery was terribly late, awful.'),
        wrote('gus', 'The courier lost my parcel. Horrible.'),
        wrote('may', 'Shipping was fast and wonderful!'),
        wrote('max', 7),
      ]),
    ).toEqual([3, 0]);
    expect(await said('gus')).toMatchObject({
      mentions_delivery: 2,
      mentions_delivery_sentiment: 'negative',
      mentions_quality: 1,
      mentions_quality_sentiment: 'positive',
      mentions_price: 0,
    });
    expect((await members()).filter((line) => line.startsWith('grumblers'))).toEqual(['grumblers gus']);
    expect(await accept([wrote('may', 'Awful, terrible, horrible delivery: the parcel was broken.')])).toEqual([1, 0]);
    expect((await members()).filter((line) => line.startsWith('grumblers'))).toEqual([
      'grumblers gus',
      'grumblers may',
    ]);

    const runId = runIdSchema.parse(randomUUID());
    await world.query(sql`insert into run (workspace_id, id, job, params, status, fence)
      values (${workspaceId}, ${runId}, 'features.compute', '{}', 'running', 1)`);
    const saved = new Map<string, Readonly<Record<string, unknown>>>();
    const asOf = new Date(Date.UTC(2026, 0, 1) + serial).toISOString();
    const result = await computeFeaturesFlow(
      {
        ...{ columns: store.columns.store, loader, statistics: featureStatisticsStore(db.database), texts: textReader },
        features: {
          ...features,
          save: async (fence, point, rows) => {
            for (const { profileId, values } of rows) saved.set(profileId, values);
            return features.save(fence, point, rows);
          },
        },
        live: {
          store: liveTraitStore(db.database),
          changed: async () => undefined,
        },
      },
      {
        run: {
          ...{ workspaceId, id: runId, job: 'features.compute', status: 'running', params: {}, progress: null },
          ...{ checkpoint: null, result: null, error: null, cancelRequested: false, createdAt: 0, startedAt: 0 },
          finishedAt: null,
        },
        fence: { workspaceId, runId, fence: 1 },
        signal: new AbortController().signal,
        onProgress: () => undefined,
      },
      { asOf },
    );
    expect(result).toMatchObject({ asOf });
    const people = await world.query(
      sql<{
        id: string;
        name: string;
      }>`select id, canonical_id as name from profile where canonical_id in ('gus', 'may', 'max')`,
    );
    for (const { id, name } of people) {
      const kept = Object.entries(saved.get(id) ?? {}).filter(
        ([key, value]) => /^(mentions|review)_/.test(key) && value !== null,
      );
      expect({ name, values: Object.fromEntries(kept) }).toEqual({ name, values: await said(name) });
    }
    expect(people).toHaveLength(3);
  });
});
