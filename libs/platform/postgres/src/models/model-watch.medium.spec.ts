import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { manualClock } from '@kohort/kernel-clock-random';
import {
  runIdSchema,
  type DriftLevel,
  type Fence,
  type ModelDrift,
  type ModelId,
  type RefitSetting,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { commandAdapter } from '../commands/command.adapter';
import { readAdapter } from '../read/read.adapter';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { requestDueModels } from './due-models';
import { modelStore } from './model-store.adapter';
import { modelWatchStore } from './model-watch.adapter';

const DAY = 86_400_000;
/** A Wednesday. */
const FITTED = Date.UTC(2026, 0, 7, 9);
const day = (n: number): number => FITTED + n * DAY;
const fitParams = { modelKey: 'value', asOf: '2026-01-07T00:00:00Z', k: 3, seed: 1 };

const driftOf = (level: DriftLevel, value: number, shareAfter = 0.5): ModelDrift => ({
  level,
  reasons: [],
  strongest: { what: 'recency_days: PSI', value, limit: 0.25 },
  peopleBefore: 100,
  peopleAfter: 100,
  features: [],
  clusters: [{ key: 'loyal', level, shareBefore: 0.5, shareAfter, upper: 0, lower: 0, centroidShift: null }],
  sizePsi: 0,
  mmd: null,
});

describe('looks at models', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());

  async function startedRun(workspaceId: WorkspaceId, job: string, params: object): Promise<Fence> {
    const runId = runIdSchema.parse(randomUUID());
    const run = { workspace_id: workspaceId, id: runId, job, params: JSON.stringify(params), fence: 1 };
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('run')
        .values({ ...run, status: 'running' })
        .execute(),
    );
    return { workspaceId, runId, fence: 1 };
  }

  /** A workspace whose clustering `value` went live on the first day. */
  async function served(refit?: RefitSetting) {
    const workspaceId = await db.addWorkspace();
    const modelId = await serve(workspaceId, FITTED);
    if (refit) await commands(workspaceId).setModelRefit('value', refit);
    return { workspaceId, modelId };
  }

  async function serve(workspaceId: WorkspaceId, at: number): Promise<ModelId> {
    const store = modelStore(db.database);
    const fence = await startedRun(workspaceId, 'models.fitClusters', fitParams);
    const modelId = await store.ensureModel(workspaceId, { key: 'value', name: 'Value', kind: 'clustering' });
    const none = { status: 'ready', grade: null, seed: 1, artifactKey: 'a', artifactSha256: null } as const;
    const version = await store.openVersion(fence, modelId, { ...none, asOf: FITTED, card: {} });
    await store.goLive(fence, modelId, version);
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .updateTable('model_serving')
        .set({ served_at: new Date(at) })
        .where('version', '=', version)
        .execute(),
    );
    return modelId;
  }

  const scope = (workspaceId: WorkspaceId, now: number) =>
    readAdapter({ database: db.database, clock: manualClock(now) }).forWorkspace(workspaceId, now + 60_000);
  const commands = (workspaceId: WorkspaceId) =>
    commandAdapter({ database: db.database, clock: manualClock(FITTED) }).forWorkspace(workspaceId, FITTED + 60_000);
  const asked = (workspaceId: WorkspaceId, job: string) =>
    db.database.inWorkspace(workspaceId, async (tx) => {
      const { rows } = await sql<{ as_of: string }>`select params ->> 'asOf' as as_of from run
        where job = ${job} and idempotency_key is not null order by as_of`.execute(tx);
      return rows.map((row) => row.as_of.slice(0, 10));
    });

  it('are asked for once a week, or once a day where drift leads to a fit, however often and by whomever', async () => {
    const weekly = await served();
    const daily = await served({ kind: 'on_drift', everyDays: null });
    for (let n = 0; n < 14; n += 1) {
      const one = [weekly.workspaceId, daily.workspaceId].map((id) => requestDueModels(db.database, id, day(n)));
      await Promise.all([...one, requestDueModels(db.database, daily.workspaceId, day(n) + 3_600_000)]);
    }
    expect(await asked(weekly.workspaceId, 'models.watch')).toEqual(['2026-01-12', '2026-01-19']);
    expect(await asked(daily.workspaceId, 'models.watch')).toHaveLength(13);
    expect(await asked(daily.workspaceId, 'models.fitClusters')).toEqual([]);
  });

  it('are followed by fits of a schedule, one a slot, counted from the version that is served', async () => {
    const { workspaceId } = await served({ kind: 'schedule', everyDays: 5 });
    for (let n = 0; n <= 11; n += 1) await requestDueModels(db.database, workspaceId, day(n));
    // The first was asked for after five days; it failed, as it were, and the next slot asks again.
    expect(await asked(workspaceId, 'models.fitClusters')).toEqual(['2026-01-12', '2026-01-17']);
    await serve(workspaceId, day(11));
    for (let n = 12; n <= 16; n += 1) await requestDueModels(db.database, workspaceId, day(n));
    expect(await asked(workspaceId, 'models.fitClusters')).toEqual(['2026-01-12', '2026-01-17', '2026-01-23']);
    // A return counts anew too: of this version the first two slots were asked for when it was served before.
    await commands(workspaceId).rollbackModel({ modelKey: 'value', version: 1, askedBy: 'k' }, null);
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .updateTable('model_serving')
        .set({ served_at: new Date(day(17)) })
        .where('place', '=', 3)
        .execute(),
    );
    for (let n = 17; n <= 22; n += 1) await requestDueModels(db.database, workspaceId, day(n));
    expect((await asked(workspaceId, 'models.fitClusters')).slice(3)).toEqual(['2026-01-29']);
    await commands(workspaceId).setModelRefit('value', { kind: 'never', everyDays: null });
    expect(await requestDueModels(db.database, workspaceId, day(40))).toEqual({ looks: 1, fits: 0 });
  });

  it('open one alert, go on with it and resolve it; each asks for one fit a day', async () => {
    const { workspaceId, modelId } = await served({ kind: 'on_drift', everyDays: null });
    const store = modelWatchStore(db.database);
    const fence = await startedRun(workspaceId, 'models.watch', {});
    const look = (of: string, drift: ModelDrift, refit: object | null = null) =>
      store.saveLook(fence, { modelId, version: 1, day: of, drift, refit: refit ? { ...fitParams } : null });
    const alerts = async () => (await scope(workspaceId, FITTED).tracking.alerts({}, { first: 10, after: null })).items;
    expect(await look('2026-01-08', driftOf('steady', 0.1))).toEqual({ alert: null, refit: false });
    expect(await look('2026-01-09', driftOf('moved', 0.5, 0.4), {})).toEqual({ alert: 'opened', refit: true });
    // Repeated after a kill: the same look, the same alert, the same fit.
    expect(await look('2026-01-09', driftOf('moved', 0.5, 0.4), {})).toEqual({ alert: null, refit: false });
    expect(await look('2026-01-10', driftOf('shifting', 0.2))).toEqual({ alert: null, refit: false });
    expect(await look('2026-01-11', driftOf('moved', 0.75))).toEqual({ alert: null, refit: false });
    const [standing, ...others] = await alerts();
    expect(others).toEqual([]);
    expect(standing?.node).toMatchObject({ modelId, sourceId: null, kind: 'drift', state: 'open', score: 3 });
    expect(standing?.node.event).toBe('recency_days: PSI');
    expect(await look('2026-01-12', driftOf('steady', 0))).toEqual({ alert: 'resolved', refit: false });
    expect((await alerts())[0]?.node.state).toBe('resolved');
    expect(await asked(workspaceId, 'models.fitClusters')).toHaveLength(1);

    const { clusterLife } = scope(workspaceId, FITTED);
    const first = await clusterLife.looks(modelId, { first: 3, after: null });
    const rest = await clusterLife.looks(modelId, { first: 3, after: first.items.at(-1)?.cursor ?? null });
    const told = [...first.items, ...rest.items].map(({ node }) => [node.day.slice(8), node.drift.level]);
    expect(told).toEqual([
      ['12', 'steady'],
      ['11', 'moved'],
      ['10', 'shifting'],
      ['09', 'moved'],
      ['08', 'steady'],
    ]);
    const watched = await store.watched(workspaceId, 'value', '2026-01-11');
    expect(watched).toMatchObject({ modelId, version: 1, asOf: FITTED, refit: { kind: 'on_drift', everyDays: null } });
    expect(watched?.earlier).toEqual([{ loyal: 0.5 }, { loyal: 0.4 }, { loyal: 0.5 }]);
    expect(watched?.fitted).toEqual(fitParams);
    const stale = { ...fence, fence: 0 };
    await expect(
      store.saveLook(stale, { modelId, version: 1, day: '2026-01-13', drift: driftOf('moved', 1), refit: null }),
    ).rejects.toMatchObject({ code: 'POSTGRES_FENCE_LOST' });
  });

  it('are of clusterings that are served', async () => {
    const { workspaceId } = await served();
    const store = modelWatchStore(db.database);
    expect(await store.watched(workspaceId, 'unknown', '2026-01-08')).toBeNull();
    await expect(
      commands(workspaceId).setModelRefit('unknown', { kind: 'never', everyDays: null }),
    ).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
  });
});
