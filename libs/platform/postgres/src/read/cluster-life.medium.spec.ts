import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { manualClock, seededRandom } from '@kohort/kernel-clock-random';
import { runIdSchema, type Fence, type ModelId, type WorkspaceId } from '@kohort/kernel-contracts';
import { commandAdapter } from '../commands/command.adapter';
import { modelStore } from '../models/model-store.adapter';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { readAdapter } from './read.adapter';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const KEYS = ['loyal', 'new', 'at_risk', null] as const;
type Key = (typeof KEYS)[number];

describe('who went from which cluster to which', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;
  let people: readonly string[];
  beforeAll(async () => {
    db = await startTestDatabase();
    workspaceId = await db.addWorkspace();
    people = Array.from({ length: 120 }, () => randomUUID());
    const seen = { first_seen_at: new Date(0), last_seen_at: new Date(0) };
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('profile')
        .values(people.map((id) => ({ ...seen, workspace_id: workspaceId, id, canonical_id: id })))
        .execute(),
    );
  });
  afterAll(() => db.stop());

  async function startedRun(): Promise<Fence> {
    const runId = runIdSchema.parse(randomUUID());
    const run = { workspace_id: workspaceId, id: runId, job: 'models.fitClusters', params: '{}', fence: 1 };
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('run')
        .values({ ...run, status: 'running' })
        .execute(),
    );
    return { workspaceId, runId, fence: 1 };
  }

  const store = () => modelStore(db.database);
  const modelOf = (key: string) => store().ensureModel(workspaceId, { key, name: key, kind: 'clustering' });
  const card = { status: 'ready', grade: null, seed: 1, asOf: START, artifactKey: 'a', artifactSha256: null } as const;

  /** Writes a version as the fit does, up to its pointer. */
  async function write(modelId: ModelId, fence: Fence, of: ReadonlyMap<string, Key>): Promise<number> {
    const served = await store().served(fence, modelId);
    const version = await store().openVersion(fence, modelId, {
      ...card,
      card: { people: of.size },
      follows: served?.version ?? null,
    });
    const none = { distance: null, confidence: null, probability: null, percentile: null };
    const rows = [...of].map(([profileId, clusterKey]) => ({ ...none, profileId, clusterKey }));
    await store().saveScores(fence, { modelId, version, asOf: START }, rows);
    expect(await store().saveClusterMoves(fence, { modelId, version }, null)).toBeNull();
    return version;
  }

  /** The last version began to be served on a day. */
  const on = (modelId: ModelId, day: number) =>
    db.database.inWorkspace(workspaceId, (tx) =>
      sql`update model_serving set served_at = ${new Date(START + day * DAY)} where model_id = ${modelId}
        and place = (select max(place) from model_serving where model_id = ${modelId})`.execute(tx),
    );

  /** Writes a version and serves it from a day on. */
  async function serve(modelId: ModelId, day: number, of: ReadonlyMap<string, Key>): Promise<number> {
    const fence = await startedRun();
    const version = await write(modelId, fence, of);
    await store().goLive(fence, modelId, version);
    await on(modelId, day);
    return version;
  }

  const commands = () =>
    commandAdapter({ database: db.database, clock: manualClock(START) }).forWorkspace(workspaceId, START + 60_000);

  const reader = () =>
    readAdapter({ database: db.database, clock: manualClock(START) }).forWorkspace(workspaceId, START + 60_000);

  it('is what a replay of the served versions tells, between any two days and over returns to earlier ones', async () => {
    const random = seededRandom(21);
    for (let model = 0; model < 5; model += 1) {
      const key = `replay_${model}`;
      const modelId = await modelOf(key);
      const scores = new Map<number, ReadonlyMap<string, Key>>();
      const served: { day: number; version: number }[] = [];
      for (let day = 1; day <= 8; day += 1) {
        const now = scores.get(served.at(-1)?.version ?? 0) ?? new Map<string, Key>();
        // Those whose scores are kept, but for the live one.
        const kept = [...new Set(served.map(({ version }) => version).reverse())].slice(1, 3);
        const back = random.next() < 0.4 ? kept[random.int(Math.max(1, kept.length))] : undefined;
        if (back !== undefined) {
          await commands().rollbackModel({ modelKey: key, version: back, askedBy: 'k' }, null);
          await on(modelId, day);
          served.push({ day, version: back });
          continue;
        }
        // People come, go, change, and stay; some are in no cluster.
        const known = people.filter(() => random.next() < 0.8);
        const next = known.map((id): [string, Key] => [
          id,
          now.has(id) && random.next() < 0.6 ? (now.get(id) ?? null) : (KEYS[random.int(4)] ?? null),
        ]);
        const version = await serve(modelId, day, new Map(next));
        scores.set(version, new Map(next));
        served.push({ day, version });
      }
      const servedOn = (day: number) => served.filter((one) => one.day < day).at(-1)?.version ?? 0;
      const at = (day: number) => scores.get(servedOn(day)) ?? new Map<string, Key>();
      for (let pair = 0; pair < 8; pair += 1) {
        const [from, to] = [random.int(11), random.int(11)];
        const between = { fromMs: START + from * DAY, toMs: START + to * DAY };
        const { flows, before, after } = await reader().clusterLife.migration(modelId, between);
        const wanted = new Map<string, number>();
        for (const id of people) {
          const flow = `${at(from).get(id) ?? null}>${at(to).get(id) ?? null}`;
          if (flow !== 'null>null') wanted.set(flow, (wanted.get(flow) ?? 0) + 1);
        }
        expect(new Map(flows.map((flow) => [`${flow.from}>${flow.to}`, flow.people]))).toEqual(wanted);
        expect([before?.version ?? 0, after?.version ?? 0]).toEqual([servedOn(from), servedOn(to)]);
      }
    }
  });

  it('follows, after a return, the version that serves; a key of the one that was left is not used again', async () => {
    const modelId = await modelOf('returned');
    const [a = ''] = people;
    const first = await serve(modelId, 1, new Map([[a, 'loyal']]));
    const second = await serve(modelId, 2, new Map([[a, 'new']]));
    const slow = await startedRun();
    const third = await write(modelId, slow, new Map([[a, 'at_risk']]));
    const target = { modelKey: 'returned', version: first, askedBy: 'key-1' };
    const asked = await commands().rollbackModel(target, 'once');
    expect(asked).toMatchObject({ job: 'models.score', status: 'queued', params: { modelId, version: first } });
    // The request that is sent again is the same one, also after somebody has gone back.
    await commands().rollbackModel({ ...target, version: second }, null);
    expect((await commands().rollbackModel(target, 'once')).id).toBe(asked.id);
    expect((await reader().models.byIds([modelId]))[0]?.liveVersion).toBe(second);
    await commands().rollbackModel(target, null);
    await expect(store().goLive(slow, modelId, third)).rejects.toMatchObject({ code: 'MODELS_OVERTAKEN' });
    expect(await store().served(slow, modelId)).toMatchObject({ version: first, keys: [] });
    const { items } = await reader().models.servings(modelId, { first: 10, after: null });
    expect(items.map(({ node }) => [node.version, node.cause, node.askedBy])).toEqual([
      [first, 'rollback', 'key-1'],
      [second, 'rollback', 'key-1'],
      [first, 'rollback', 'key-1'],
      [second, 'fit', null],
      [first, 'fit', null],
    ]);
  });

  it('answers a request that is sent again with its job, also when the version is kept no longer', async () => {
    const modelId = await modelOf('replayed');
    const [a = ''] = people;
    const jobs = () =>
      db.database.inWorkspace(workspaceId, async (tx) => {
        const { rows } = await sql`select id from run
          where job = 'models.score' and params ->> 'modelId' = ${modelId}`.execute(tx);
        return rows.length;
      });
    for (const day of [1, 2]) await serve(modelId, day, new Map([[a, 'loyal']]));
    const target = { modelKey: 'replayed', version: 1, askedBy: 'k' };
    const ready = jest.fn(() => Promise.resolve());
    const asked = await commands().rollbackModel(target, 'replayed', ready);
    for (const day of [3, 4, 5]) await serve(modelId, day, new Map([[a, 'new']]));
    await expect(commands().rollbackModel(target, 'other')).rejects.toMatchObject({
      code: 'COMMAND_MODEL_SCORES_GONE',
    });
    expect((await commands().rollbackModel(target, 'replayed', ready)).id).toBe(asked.id);
    expect(ready).toHaveBeenCalledTimes(1);
    // What was refused has left no job, and its key is free.
    expect(await jobs()).toBe(1);
    const kept = { ...target, version: 4 };
    await expect(commands().rollbackModel(kept, 'replayed')).rejects.toMatchObject({
      code: 'COMMAND_IDEMPOTENCY_REUSED',
    });
    const refused = () => Promise.reject(new Error('no file'));
    await expect(commands().rollbackModel(kept, 'other', refused)).rejects.toThrow('no file');
    expect((await commands().rollbackModel(kept, 'other')).params).toMatchObject({ version: 4 });
  });

  it('does not return to a version that was let go of while the return waited', async () => {
    const modelId = await modelOf('waiting');
    const [a = ''] = people;
    for (const day of [1, 2]) await serve(modelId, day, new Map([[a, 'loyal']]));
    const back = await db.database.inWorkspace(workspaceId, async (tx) => {
      await sql`select 1 from model where id = ${modelId} for update`.execute(tx);
      const asked = commands()
        .rollbackModel({ modelKey: 'waiting', version: 1, askedBy: 'k' }, null)
        .catch((thrown: unknown) => thrown);
      let waits = 0;
      while (waits === 0) {
        const { rows } = await sql`select 1 from pg_locks
          where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))`.execute(tx);
        waits = rows.length;
      }
      await sql`update model_version set status = 'retired' where model_id = ${modelId} and version = 1`.execute(tx);
      await sql`delete from score where model_id = ${modelId} and version = 1`.execute(tx);
      return { asked };
    });
    expect(await back.asked).toMatchObject({ code: 'COMMAND_MODEL_SCORES_GONE' });
    expect((await reader().models.byIds([modelId]))[0]?.liveVersion).toBe(2);
  });

  it('returns to what was served and is kept alone; a run that is repeated behind its end does not undo a return', async () => {
    const modelId = await modelOf('kept');
    const [a = ''] = people;
    const back = (version: number) => commands().rollbackModel({ modelKey: 'kept', version, askedBy: 'k' }, null);
    for (const day of [1, 2, 3]) await serve(modelId, day, new Map([[a, 'loyal']]));
    const fence = await startedRun();
    const last = await write(modelId, fence, new Map([[a, 'new']]));
    await expect(back(last)).rejects.toMatchObject({ code: 'COMMAND_MODEL_NEVER_SERVED', kind: 'conflict' });
    await store().goLive(fence, modelId, last);
    await expect(back(1)).rejects.toThrow(/one can return to: 2, 3$/);
    for (const unknown of [99, 0]) await expect(back(unknown)).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    await expect(
      commands().rollbackModel({ modelKey: 'unknown', version: 1, askedBy: 'k' }, null),
    ).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    await back(3);
    await store().goLive(fence, modelId, last);
    expect((await reader().models.byIds([modelId]))[0]?.liveVersion).toBe(3);
    // A fit that follows keeps the one that it follows, whatever its number.
    await serve(modelId, 5, new Map([[a, 'at_risk']]));
    await serve(modelId, 6, new Map([[a, 'at_risk']]));
    await back(3);
    const { flows } = await reader().clusterLife.migration(modelId, {
      fromMs: START + 6.5 * DAY,
      toMs: Date.now() + DAY,
    });
    expect(flows).toEqual([{ from: 'at_risk', to: 'loyal', people: 1 }]);
  });

  it('knows nothing of a version that never went live, and keeps one move a person however often a run is repeated', async () => {
    const modelId = await modelOf('repeated');
    const [a = '', b = '', c = ''] = people;
    await serve(
      modelId,
      1,
      new Map([
        [a, 'loyal'],
        [b, 'new'],
      ]),
    );
    const fence = await startedRun();
    await write(
      modelId,
      fence,
      new Map([
        [a, 'new'],
        [c, 'loyal'],
      ]),
    );
    const later = { fromMs: START + 2 * DAY, toMs: Date.now() + DAY };
    const stayed = [
      { from: 'loyal', to: 'loyal', people: 1 },
      { from: 'new', to: 'new', people: 1 },
    ];
    expect((await reader().clusterLife.migration(modelId, later)).flows).toEqual(stayed);
    const version = await write(
      modelId,
      fence,
      new Map([
        [a, 'loyal'],
        [c, 'new'],
      ]),
    );
    await store().goLive(fence, modelId, version);
    // After its own pointer has flipped the run still follows the version that it followed.
    expect((await store().served(fence, modelId))?.version).toBe(version - 1);
    expect(
      await write(
        modelId,
        fence,
        new Map([
          [a, 'loyal'],
          [c, 'new'],
        ]),
      ),
    ).toBe(version);
    await store().goLive(fence, modelId, version);
    expect((await reader().clusterLife.migration(modelId, later)).flows).toEqual([
      { from: 'loyal', to: 'loyal', people: 1 },
      { from: 'new', to: null, people: 1 },
      { from: null, to: 'new', people: 1 },
    ]);
  });

  it('refuses a version that was matched with one that is served no longer; tried again it follows the new one', async () => {
    const modelId = await modelOf('overtaken');
    const [a = ''] = people;
    await serve(modelId, 1, new Map([[a, 'loyal']]));
    const slow = await startedRun();
    const version = await write(modelId, slow, new Map([[a, 'new']]));
    const quick = await serve(modelId, 2, new Map([[a, 'at_risk']]));
    await expect(store().goLive(slow, modelId, version)).rejects.toMatchObject({
      code: 'MODELS_OVERTAKEN',
      kind: 'transient',
    });
    expect((await store().served(slow, modelId))?.version).toBe(quick);
    expect(await write(modelId, slow, new Map([[a, 'new']]))).toBe(version);
    await store().goLive(slow, modelId, version);
    const { flows } = await reader().clusterLife.migration(modelId, {
      fromMs: START + 3 * DAY,
      toMs: Date.now() + DAY,
    });
    expect(flows).toEqual([{ from: 'at_risk', to: 'new', people: 1 }]);
  });

  it('tells the clusters of people before, of those who are unknown to it nothing', async () => {
    const modelId = await modelOf('keys');
    const [a = '', b = '', c = ''] = people;
    const version = await serve(
      modelId,
      1,
      new Map<string, Key>([
        [a, 'loyal'],
        [b, null],
      ]),
    );
    expect(await store().clusterKeys(workspaceId, { modelId, version }, [c, b, a])).toEqual([undefined, null, 'loyal']);
  });
});
