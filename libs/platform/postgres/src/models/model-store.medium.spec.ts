import { randomUUID } from 'node:crypto';
import {
  runIdSchema,
  type WorkspaceId,
  type Fence,
  type ModelId,
  type NewModelVersion,
  type ScoreRow,
} from '@kohort/kernel-contracts';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { modelStore } from './model-store.adapter';

const version: NewModelVersion = {
  status: 'ready',
  grade: 'good',
  seed: 1,
  asOf: Date.UTC(2026, 0, 1),
  artifactKey: 'a',
  artifactSha256: 'ab'.repeat(32),
  card: { metrics: { auc: 0.8 } },
};

describe('the model registry', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;
  beforeAll(async () => {
    db = await startTestDatabase();
    workspaceId = await db.addWorkspace();
  });
  afterAll(() => db.stop());

  async function startedRun(): Promise<Fence> {
    const runId = runIdSchema.parse(randomUUID());
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('run')
        .values({
          workspace_id: workspaceId,
          id: runId,
          job: 'models.fitClusters',
          params: '{}',
          status: 'running',
          fence: 1,
        })
        .execute(),
    );
    return { workspaceId, runId, fence: 1 };
  }

  async function people(n: number): Promise<string[]> {
    const ids = Array.from({ length: n }, () => randomUUID());
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('profile')
        .values(
          ids.map((id) => ({
            workspace_id: workspaceId,
            id,
            canonical_id: id,
            first_seen_at: new Date(0),
            last_seen_at: new Date(0),
          })),
        )
        .execute(),
    );
    return ids;
  }

  const row = (profileId: string, clusterKey: string): ScoreRow => ({
    profileId,
    clusterKey,
    distance: 0.5,
    confidence: 0.9,
    probability: null,
    percentile: null,
  });

  const visible = (modelId: ModelId): Promise<string[]> =>
    db.database.inWorkspace(workspaceId, async (tx) => {
      const rows = await tx.selectFrom('live_score').select('cluster_key').where('model_id', '=', modelId).execute();
      return rows.map((r) => r.cluster_key ?? '').sort();
    });

  it('shows a version whole and only after its pointer flipped', async () => {
    const store = modelStore(db.database);
    const modelId = await store.ensureModel(workspaceId, { key: 'value', name: 'Value', kind: 'clustering' });
    const [a = '', b = ''] = await people(2);
    const first = await startedRun();
    const v1 = await store.openVersion(first, modelId, version);
    await store.saveScores(first, { modelId, version: v1, asOf: version.asOf }, [row(a, 'loyal'), row(b, 'new')]);
    expect(await visible(modelId)).toEqual([]);
    await store.goLive(first, modelId, v1);
    expect(await visible(modelId)).toEqual(['loyal', 'new']);

    const second = await startedRun();
    const v2 = await store.openVersion(second, modelId, version);
    await store.saveScores(second, { modelId, version: v2, asOf: version.asOf }, [row(a, 'lapsed')]);
    expect(v2).toBe(v1 + 1);
    expect(await visible(modelId)).toEqual(['loyal', 'new']);
    await store.goLive(second, modelId, v2);
    expect(await visible(modelId)).toEqual(['lapsed']);
    const announced = await db.database.inWorkspace(workspaceId, (tx) =>
      tx.selectFrom('outbox').select('payload').where('topic', '=', 'ScoresChanged').execute(),
    );
    expect(announced.map((r) => (r.payload as { runId: string }).runId)).toEqual([first.runId, second.runId]);
  });

  it('gives a repeated run its own version again, and overwrites its rows', async () => {
    const store = modelStore(db.database);
    const modelId = await store.ensureModel(workspaceId, { key: 'repeat', name: 'Repeat', kind: 'clustering' });
    const [a = ''] = await people(1);
    const run = await startedRun();
    const v1 = await store.openVersion(run, modelId, version);
    await store.saveScores(run, { modelId, version: v1, asOf: version.asOf }, [row(a, 'x')]);
    const again = await store.openVersion(run, modelId, version);
    await store.saveScores(run, { modelId, version: again, asOf: version.asOf }, [row(a, 'y')]);
    await store.goLive(run, modelId, again);
    expect(again).toBe(v1);
    expect(await visible(modelId)).toEqual(['y']);
  });

  it('serves no version that was retired while it was written, until it is written again', async () => {
    const store = modelStore(db.database);
    const modelId = await store.ensureModel(workspaceId, { key: 'slow', name: 'Slow', kind: 'propensity' });
    const [a = '', b = ''] = await people(2);
    const scored = (profileId: string, name: string) => ({ ...row(profileId, name), clusterKey: name });
    const slow = await startedRun();
    const open = await store.openVersion(slow, modelId, version);
    const at = { modelId, version: open, asOf: version.asOf };
    await store.saveScores(slow, at, [scored(a, 'first page')]);
    for (const name of ['one', 'two', 'three']) {
      const quick = await startedRun();
      const other = await store.openVersion(quick, modelId, version);
      await store.saveScores(quick, { ...at, version: other }, [scored(a, name)]);
      await store.goLive(quick, modelId, other);
    }
    await store.saveScores(slow, at, [scored(b, 'second page')]);
    await expect(store.goLive(slow, modelId, open)).rejects.toMatchObject({
      ...{ code: 'MODELS_OVERTAKEN', kind: 'transient' },
    });
    expect(await visible(modelId)).toEqual(['three']);
    // Tried again it is opened anew, and whole.
    expect(await store.openVersion(slow, modelId, version)).toBe(open);
    await store.saveScores(slow, at, [scored(a, 'first page'), scored(b, 'second page')]);
    await store.goLive(slow, modelId, open);
    expect(await visible(modelId)).toEqual(['first page', 'second page']);
  });

  it('keeps one alert about a file that is not what was fitted, until a version goes live', async () => {
    const store = modelStore(db.database);
    const modelId = await store.ensureModel(workspaceId, { key: 'damaged', name: 'Damaged', kind: 'propensity' });
    const alerts = () =>
      db.database.inWorkspace(workspaceId, (tx) =>
        tx
          .selectFrom('volume_alert')
          .select(['kind', 'state', 'observed', 'expected'])
          .where('model_id', '=', modelId)
          .execute(),
      );
    const run = await startedRun();
    await store.raiseDamage(run, modelId, 3);
    await store.raiseDamage(run, modelId, 100);
    expect(await alerts()).toEqual([{ kind: 'damage', state: 'open', observed: 100, expected: 0 }]);
    await store.goLive(run, modelId, await store.openVersion(run, modelId, version));
    expect(await alerts()).toMatchObject([{ state: 'resolved' }]);
  });

  it('refuses a worker that lost its fence, and a key of another kind', async () => {
    const store = modelStore(db.database);
    const modelId = await store.ensureModel(workspaceId, { key: 'fenced', name: 'Fenced', kind: 'clustering' });
    const run = await startedRun();
    const stale = { ...run, fence: 0 };
    await expect(store.openVersion(stale, modelId, version)).rejects.toMatchObject({ code: 'POSTGRES_FENCE_LOST' });
    await expect(
      store.ensureModel(workspaceId, { key: 'fenced', name: 'x', kind: 'propensity' }),
    ).rejects.toMatchObject({
      code: 'MODELS_KIND_DIFFERS',
    });
  });
});
