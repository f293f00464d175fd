import { randomUUID } from 'node:crypto';
import { manualClock, seededRandom } from '@kohort/kernel-clock-random';
import { runIdSchema, type Fence, type ModelId, type WorkspaceId } from '@kohort/kernel-contracts';
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

  /** Writes a version and serves it from a day on. */
  async function serve(modelId: ModelId, day: number, of: ReadonlyMap<string, Key>): Promise<number> {
    const fence = await startedRun();
    const version = await write(modelId, fence, of);
    await store().goLive(fence, modelId, version);
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .updateTable('model_version')
        .set({ served_at: new Date(START + day * DAY) })
        .where('model_id', '=', modelId)
        .where('version', '=', version)
        .execute(),
    );
    return version;
  }

  const reader = () =>
    readAdapter({ database: db.database, clock: manualClock(START) }).forWorkspace(workspaceId, START + 60_000);

  it('is what a replay of the served versions tells, between any two days, and adds up', async () => {
    const random = seededRandom(21);
    for (let model = 0; model < 4; model += 1) {
      const modelId = await modelOf(`replay_${model}`);
      const versions: { day: number; of: ReadonlyMap<string, Key> }[] = [];
      let now = new Map<string, Key>();
      for (let day = 1; day <= 6; day += 1) {
        // People come, go, change, and stay; some are in no cluster.
        const known = people.filter(() => random.next() < 0.8);
        now = new Map(
          known.map((id) => [
            id,
            now.has(id) && random.next() < 0.6 ? (now.get(id) ?? null) : (KEYS[random.int(4)] ?? null),
          ]),
        );
        versions.push({ day, of: now });
        await serve(modelId, day, now);
      }
      const at = (day: number) => versions.filter((one) => one.day < day).at(-1)?.of ?? new Map<string, Key>();
      for (let pair = 0; pair < 6; pair += 1) {
        const [from, to] = [random.int(9), random.int(9)];
        const between = { fromMs: START + from * DAY, toMs: START + to * DAY };
        const { flows, before, after } = await reader().clusterLife.migration(modelId, between);
        const wanted = new Map<string, number>();
        for (const id of people) {
          const flow = `${at(from).get(id) ?? null}>${at(to).get(id) ?? null}`;
          if (flow !== 'null>null') wanted.set(flow, (wanted.get(flow) ?? 0) + 1);
        }
        expect(new Map(flows.map((flow) => [`${flow.from}>${flow.to}`, flow.people]))).toEqual(wanted);
        expect([before?.version ?? 0, after?.version ?? 0]).toEqual([
          Math.max(0, Math.min(6, from - 1)),
          Math.max(0, Math.min(6, to - 1)),
        ]);
        const sum = (side: 'from' | 'to', key: Key) =>
          flows.reduce((total, flow) => total + (flow[side] === key ? flow.people : 0), 0);
        for (const key of KEYS.filter((one) => one !== null)) {
          expect(sum('from', key)).toBe([...at(from).values()].filter((one) => one === key).length);
          expect(sum('to', key)).toBe([...at(to).values()].filter((one) => one === key).length);
        }
      }
    }
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
