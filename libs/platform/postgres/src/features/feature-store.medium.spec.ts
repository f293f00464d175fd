import { randomUUID } from 'node:crypto';
import { profileIdSchema, runIdSchema, type Fence, type ProfileId, type WorkspaceId } from '@kohort/kernel-contracts';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { featureStore } from './feature-store.adapter';

describe('computed features of people', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;
  let fence: Fence;
  let ids: readonly ProfileId[];

  beforeAll(async () => {
    db = await startTestDatabase();
    workspaceId = await db.addWorkspace();
    fence = { workspaceId, runId: runIdSchema.parse(randomUUID()), fence: 2 };
    ids = Array.from({ length: 5_000 }, () => profileIdSchema.parse(randomUUID()));
    await db.database.inWorkspace(workspaceId, async (tx) => {
      const run = { workspace_id: workspaceId, id: fence.runId, job: 'features.compute', params: '{}' };
      await tx
        .insertInto('run')
        .values({ ...run, status: 'running', fence: 2 })
        .execute();
      const seen = { workspace_id: workspaceId, first_seen_at: new Date(0), last_seen_at: new Date(0) };
      await tx
        .insertInto('profile')
        .values(ids.map((id) => ({ ...seen, id, canonical_id: id })))
        .execute();
    });
  });

  afterAll(() => db.stop());

  const stored = () =>
    db.database.inWorkspace(workspaceId, (tx) => tx.selectFrom('profile_feature').selectAll().execute());

  it('writes a page, overwrites it on a repeat, and leaves out people that are gone', async () => {
    const store = featureStore(db.database);
    const rows = ids.map((profileId, i) => ({ profileId, values: { monetary: i + 0.1, revenue_trend: null } }));
    const gone = { profileId: profileIdSchema.parse(randomUUID()), values: { monetary: 1, revenue_trend: null } };
    expect(await store.save(fence, { definitionVersion: 1, asOf: 5 }, rows.slice(0, -1).concat(gone))).toBe(4_999);
    expect(await store.save(fence, { definitionVersion: 1, asOf: 7 }, rows)).toBe(5_000);
    const found = await stored();
    expect(found.length).toBe(5_000);
    const first = found.find((row) => row.profile_id === ids[0]);
    expect(first).toMatchObject({ as_of: new Date(7), feature_values: { monetary: 0.1, revenue_trend: null } });
  });

  it('writes nothing for a run that another worker has taken over', async () => {
    const store = featureStore(db.database);
    const row = { profileId: ids[0] as ProfileId, values: { monetary: 9 } };
    const late = store.save({ ...fence, fence: 1 }, { definitionVersion: 2, asOf: 9 }, [row]);
    await expect(late).rejects.toMatchObject({ code: 'POSTGRES_FENCE_LOST' });
    expect((await stored()).some(({ definition_version }) => definition_version === 2)).toBe(false);
  });

  it('keeps every set of a workspace by its version, and takes a new one behind the latest alone', async () => {
    const store = featureStore(db.database);
    const other = await db.addWorkspace();
    expect(await store.set(workspaceId, null)).toBeNull();
    expect(await store.addSet(workspaceId, null, [{ key: 'a' }])).toEqual({
      version: 1_000,
      definitions: [{ key: 'a' }],
    });
    expect(await store.addSet(workspaceId, null, [{ key: 'b' }])).toBeNull();
    expect(await store.addSet(workspaceId, 1_000, [])).toEqual({ version: 1_001, definitions: [] });
    const late = await Promise.all([1, 2].map(() => store.addSet(workspaceId, 1_001, [])));
    expect(late.filter((added) => added !== null)).toHaveLength(1);
    expect(await store.set(workspaceId, 1_000)).toEqual({ version: 1_000, definitions: [{ key: 'a' }] });
    expect(await store.set(workspaceId, null)).toEqual({ version: 1_002, definitions: [] });
    expect(await store.set(workspaceId, 7)).toBeNull();
    expect(await store.set(other, null)).toBeNull();
  });

  it('knows the time zone of the workspace', async () => {
    const store = featureStore(db.database);
    expect(await store.timeZone(workspaceId)).toBe('UTC');
    const change = { time_zone: 'Europe/London' };
    await db.database.inWorkspace(workspaceId, (tx) => tx.updateTable('workspace').set(change).execute());
    expect(await store.timeZone(workspaceId)).toBe('Europe/London');
  });
});
