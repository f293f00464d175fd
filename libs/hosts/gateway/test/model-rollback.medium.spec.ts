import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { runIdSchema, type Fence, type ModelId, type RunContext, type WorkspaceId } from '@kohort/kernel-contracts';
import {
  assignClusters,
  clusterTable,
  clusteringCard,
  parseClusterModel,
  serialiseClusterModel,
} from '@kohort/models-domain';
import { scoreModel, type FeatureMatrix, type ScoreModelPorts } from '@kohort/models-flow';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { modelStore } from '@kohort/platform-postgres';
import { GatewayRig } from './gateway-rig';

const PEOPLE = 90;
const FLIPS = 6;
const ASKED = `mutation ($to: Int!, $key: String) { rollbackModel(model: "value", toVersion: $to, idempotencyKey: $key) {
  __typename ... on Job { id job params } ... on Failure { code message } } }`;
const TOLD = `query ($id: ID!) { model(key: "value") { liveVersion
  servings(first: 3) { nodes { version cause askedBy } } versions(first: 1) { nodes { version fitOf } } }
  score(profile: $id, model: "value") { version clusterKey } }`;

interface Told {
  readonly model: { readonly liveVersion: number; readonly servings: object; readonly versions: object };
  readonly score: { readonly version: number; readonly clusterKey: string } | null;
}

describe('a return to an earlier version', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-rollback-'));
  const artifacts = openLocalArtifacts(dir);
  const ids: string[] = Array.from({ length: PEOPLE }, () => randomUUID()).sort();
  /** Who is there when everybody is scored anew: one has come. */
  const later = [...ids, randomUUID()].sort();
  let rig: GatewayRig;
  let workspaceId: WorkspaceId;
  let key: string;
  let keyId: string;
  let modelId: ModelId;
  let file: string;

  const matrixOf = (of: readonly string[]): FeatureMatrix => {
    const data = new Float64Array(new SharedArrayBuffer(of.length * 8));
    of.forEach((id, i) => (data[i] = (ids.indexOf(id) % 3) * 10 + (i % 7) / 10));
    return { profileIds: of, features: ['frequency'], definitionVersion: 1, data };
  };

  async function started(params: object): Promise<Fence> {
    const runId = runIdSchema.parse(randomUUID());
    await rig.db.database.inWorkspace(workspaceId, (tx) =>
      sql`insert into run (workspace_id, id, job, params, status, fence)
        values (${workspaceId}, ${runId}, 'models', ${JSON.stringify(params)}::jsonb, 'running', 1)`.execute(tx),
    );
    return { workspaceId, runId, fence: 1 };
  }

  async function contextOf(params: object): Promise<RunContext> {
    const fence = await started(params);
    const none = { params: {}, progress: null, checkpoint: null, result: null, error: null, cancelRequested: false };
    const run = { workspaceId, id: fence.runId, job: 'models.score', status: 'running' as const, ...none };
    return {
      ...{ fence, signal: new AbortController().signal, onProgress: () => undefined },
      run: { ...run, createdAt: Date.now(), startedAt: 0, finishedAt: null },
    };
  }

  /** A version that is served, in whose clusters everybody is under keys that no other one has. */
  async function serve(number: number): Promise<void> {
    const store = modelStore(rig.db.database);
    const { data, features, profileIds } = matrixOf(ids);
    const table = { ids: profileIds, featureNames: features, matrix: { data, rows: PEOPLE, cols: 1 } };
    const result = await clusterTable(table, { algorithm: 'kmeans', k: 3, seed: number, nInit: 2, scaling: 'auto' });
    async function* text() {
      yield Buffer.from(serialiseClusterModel(result.model));
    }
    const { key: artifactKey, sha256: artifactSha256 } = await artifacts.put(text());
    file = join(dir, artifactKey.slice(0, 2), artifactKey);
    const told = clusteringCard(table, result, 1);
    const clusters = told.clusters.map((one, i) => ({ ...one, key: `v${number}_${i}` }));
    const fence = await started({});
    const version = await store.openVersion(fence, modelId, {
      ...{ status: 'ready', grade: null, seed: 1, asOf: 0, artifactKey, artifactSha256, card: { ...told, clusters } },
    });
    const none = { distance: null, confidence: null, probability: null, percentile: null };
    const rows = ids.map((profileId, i) => {
      return { ...none, profileId, clusterKey: clusters[result.labels[i] ?? -1]?.key ?? null };
    });
    await store.saveScores(fence, { modelId, version, asOf: 0 }, rows);
    await store.saveClusterMoves(fence, { modelId, version }, null);
    await store.goLive(fence, modelId, version);
  }

  beforeAll(async () => {
    rig = await GatewayRig.start({ artifacts });
    workspaceId = await rig.db.addWorkspace();
    ({ id: keyId, text: key } = await rig.key(workspaceId));
    await rig.db.database.inWorkspace(workspaceId, (tx) =>
      sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        select ${workspaceId}, id, id, now(), now() from unnest(${later}::uuid[]) as id`.execute(tx),
    );
    const model = { key: 'value', name: 'Value', kind: 'clustering' } as const;
    modelId = await modelStore(rig.db.database).ensureModel(workspaceId, model);
    await serve(1);
    await serve(2);
  });
  afterAll(async () => {
    await rig.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  async function ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const answered = await rig.ask(key, query, variables);
    expect(answered.errors).toEqual([]);
    return answered.data as unknown as T;
  }
  const back = async (to: number, idempotencyKey: string | null = null) =>
    (await ask<{ rollbackModel: object }>(ASKED, { to, key: idempotencyKey })).rollbackModel;

  it('is whole at every instant, tells who asked, and is of one version for everybody', async () => {
    const seen = new Map<string, number>();
    let isOver = false;
    const look = async (): Promise<void> => {
      while (!isOver) {
        const { rows } = await rig.db.database.inWorkspace(workspaceId, (tx) =>
          sql<{ told: string }>`select m.live_version || ': ' || count(*) || ' of '
              || string_agg(distinct s.version || substr(s.cluster_key, 1, 3), ',') as told
            from model m join live_score s on s.model_id = m.id where m.id = ${modelId}
            group by m.live_version`.execute(tx),
        );
        for (const { told } of rows) seen.set(told, (seen.get(told) ?? 0) + 1);
      }
    };
    const looks = [look(), look()];
    for (let flip = 0; flip < FLIPS; flip += 1) {
      const to = 1 + (flip % 2);
      expect(await back(to)).toMatchObject({ __typename: 'Job', job: 'models.score', params: { version: to } });
      const told = await ask<Told>(TOLD, { id: ids[flip] });
      expect(told.model.liveVersion).toBe(to);
      expect(told.score).toMatchObject({ version: to, clusterKey: expect.stringMatching(`^v${to}_`) });
    }
    isOver = true;
    await Promise.all(looks);
    expect([...seen.keys()].sort()).toEqual(['1: 90 of 1v1_', '2: 90 of 2v2_']);
    const { model } = await ask<Told>(TOLD, { id: ids[0] });
    expect(model.servings).toMatchObject({ nodes: [{ version: 2, cause: 'ROLLBACK', askedBy: keyId }, {}, {}] });
    expect(await back(7)).toMatchObject({ __typename: 'NotFound' });
  });

  it('scores who has come since as a version that follows, under the same keys; which other fits follow then', async () => {
    await back(1);
    const ports: ScoreModelPorts = {
      ...{ artifacts, models: modelStore(rig.db.database), dataset: { features: async () => matrixOf(later) } },
      score: async ({ artifact, matrix: { data, profileIds } }) => {
        const people = { data, rows: profileIds.length, cols: 1 };
        return { kind: 'clustering', ...(await assignClusters(parseClusterModel(artifact), people)) };
      },
    };
    const params = { modelId, version: 1 };
    expect(await scoreModel(ports, await contextOf(params), params)).toEqual({ version: 3, fitOf: 1, people: 91 });
    // Asked for again, as it would be by a flip that was overtaken: another version serves by now.
    expect(await scoreModel(ports, await contextOf(params), params)).toEqual({ version: null, people: 0 });
    const { model, score } = await ask<Told>(TOLD, { id: later.find((id) => !ids.includes(id)) });
    expect(model).toMatchObject({ liveVersion: 3, versions: { nodes: [{ version: 3, fitOf: 1 }] } });
    expect(model.servings).toMatchObject({
      nodes: [{ version: 3, cause: 'SCORE', askedBy: null }, { version: 1 }, {}],
    });
    expect(score).toMatchObject({ version: 3, clusterKey: expect.stringMatching('^v1_') });
    const standing = await modelStore(rig.db.database).served(await started({}), modelId);
    expect(standing).toMatchObject({ version: 3, fitOf: 1, keys: expect.arrayContaining(['v1_0', 'v2_0']) });
  });

  it('is refused when the file of the version is not what was written', async () => {
    const asked = await back(2, 'once');
    await back(1);
    const before = (await ask<Told>(TOLD, { id: ids[0] })).model.liveVersion;
    writeFileSync(file, '{}');
    expect(await back(2)).toMatchObject({
      code: 'MODELS_FILE_UNREADABLE',
      message: expect.stringContaining('version 2'),
    });
    // A request that is sent again asks for no file: it answers its job.
    expect(asked).toMatchObject({ __typename: 'Job' });
    expect(await back(2, 'once')).toEqual(asked);
    expect((await ask<Told>(TOLD, { id: ids[0] })).model.liveVersion).toBe(before);
  });
});
