import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { seededRandom } from '@kohort/kernel-clock-random';
import { runIdSchema, type Json, type RunContext, type WorkspaceId } from '@kohort/kernel-contracts';
import {
  assignClusters,
  clusterTable,
  clusteringCard,
  matchVersions,
  modelDrift,
  parseClusterModel,
  serialiseClusterModel,
} from '@kohort/models-domain';
import { fitClusters, goldenPeople, watchModel, type FeatureMatrix, type PeopleToScore } from '@kohort/models-flow';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { modelStore, modelWatchStore, segmentStore } from '@kohort/platform-postgres';
import { RuleSets, rescoreSegments } from '@kohort/segments-flow';
import { GatewayRig } from './gateway-rig';

const PEOPLE = 120;
const FEATURES = ['recency_days', 'frequency', 'monetary'];
const JANUARY = Date.UTC(2026, 0, 5);
const FEBRUARY = Date.UTC(2026, 1, 2);
/** Groups of people: who buys much and lately, who bought long ago, who has just come. */
const GROUPS = [
  [5, 12, 900],
  [200, 4, 150],
  [8, 1, 40],
] as const;
/** In February ten of the first group have become like the second. */
const groupOf = (person: number, asOf: number): number => (asOf === FEBRUARY && person < 10 ? 1 : person % 3);

interface Verdict {
  readonly kind: string;
  readonly before: readonly { readonly key: string; readonly name: string }[];
}
interface Told {
  readonly model: {
    readonly clusters: readonly { readonly key: string; readonly colour: string; readonly size: number }[];
    readonly currentVersion: { readonly identity: { readonly people: number; readonly verdicts: Verdict[] } | null };
  };
}

describe('the life of clusters', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-life-'));
  const artifacts = openLocalArtifacts(dir);
  const ids = Array.from({ length: PEOPLE }, () => randomUUID()).sort();
  let rig: GatewayRig;
  let workspaceId: WorkspaceId;
  let key: string;

  beforeAll(async () => {
    rig = await GatewayRig.start({ artifacts });
    workspaceId = await rig.db.addWorkspace();
    key = (await rig.key(workspaceId)).text;
    await rig.db.database.inWorkspace(workspaceId, async (tx) => {
      await sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        select ${workspaceId}, id, id, now(), now() from unnest(${ids}::uuid[]) as id`.execute(tx);
      // Six of seven people said in which country they live; the first group alone is mostly of one.
      await sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
        select ${workspaceId}, id, 'country', now() - interval '1 hour', 'm', 'custom',
          to_jsonb(case when n % 3 = 1 and n % 4 <> 0 or n % 5 = 0 then 'NL' else 'DE' end)
        from unnest(${ids}::uuid[]) with ordinality as p (id, n) where n % 7 <> 0`.execute(tx);
    });
  });
  afterAll(async () => {
    await rig.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  function matrixAt(asOf: number): FeatureMatrix {
    const random = seededRandom(asOf === JANUARY ? 1 : 2);
    const data = new Float64Array(new SharedArrayBuffer(PEOPLE * 3 * 8));
    ids.forEach((_, person) =>
      GROUPS[groupOf(person, asOf)]?.forEach(
        (value, at) => (data[person * 3 + at] = value * (1 + 0.1 * random.normal())),
      ),
    );
    return { profileIds: ids, features: FEATURES, definitionVersion: 1, data };
  }
  const tableOf = (matrix: FeatureMatrix) => {
    const { profileIds, features, data } = matrix;
    return {
      ids: profileIds,
      featureNames: features,
      matrix: { data, rows: profileIds.length, cols: features.length },
    };
  };
  const dataset = {
    features: async ({ asOf }: { readonly asOf: number }) => matrixAt(asOf),
    doers: async () => new Set<string>(),
    extent: async () => null,
  };

  async function contextOf(job: string, params: Json): Promise<RunContext> {
    const runId = runIdSchema.parse(randomUUID());
    await rig.db.database.inWorkspace(workspaceId, (tx) =>
      sql`insert into run (workspace_id, id, job, params, status, fence)
        values (${workspaceId}, ${runId}, ${job}, ${JSON.stringify(params)}::jsonb, 'running', 1)`.execute(tx),
    );
    const none = { progress: null, checkpoint: null, result: null, error: null, cancelRequested: false };
    const run = { workspaceId, id: runId, job, status: 'running' as const, params, ...none };
    return {
      fence: { workspaceId, runId, fence: 1 },
      signal: new AbortController().signal,
      onProgress: () => undefined,
      run: { ...run, createdAt: 0, startedAt: 0, finishedAt: null },
    };
  }

  async function fit(asOf: number): Promise<void> {
    const params = { modelKey: 'value', asOf: new Date(asOf).toISOString(), k: 3, seed: 1 };
    const read = ({ artifact, labels }: { readonly artifact: string; readonly labels: Int32Array }) => {
      return { model: parseClusterModel(artifact), labels };
    };
    const ports = {
      ...{ dataset, artifacts, models: modelStore(rig.db.database), choose: async () => null },
      fit: async (matrix: FeatureMatrix) => {
        const table = tableOf(matrix);
        const result = await clusterTable(table, { algorithm: 'kmeans', k: 3, seed: 1, nInit: 3, scaling: 'auto' });
        const { model, labels, distances, confidences, outlierScores } = result;
        const card = clusteringCard(table, result, 1);
        const golden = await assignClusters(model, tableOf(goldenPeople(matrix)).matrix);
        const everybody = { labels, distances, confidences, outlierScores };
        return { ...everybody, card, golden, artifact: serialiseClusterModel(model) };
      },
      score: async ({ artifact, matrix }: PeopleToScore) => {
        const placed = await assignClusters(parseClusterModel(artifact), tableOf(matrix).matrix);
        return { kind: 'clustering' as const, ...placed };
      },
      match: async ({
        before,
        after,
      }: {
        readonly before: Parameters<typeof read>[0];
        readonly after: Parameters<typeof read>[0];
      }) => matchVersions(read(before), read(after)),
    };
    await fitClusters(ports, await contextOf('models.fitClusters', params), params);
  }

  async function ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const answered = await rig.ask(key, query, variables);
    expect(answered.errors).toEqual([]);
    return answered.data as unknown as T;
  }
  const CLUSTERS = `{ model(key: "value") { clusters { key colour size }
    currentVersion { identity { people verdicts { kind before { key name } after { key name } carries sharedMembers } } } } }`;

  it('goes on under the same keys when a model is fitted again; a rule means the same group, and its changes are the model’s', async () => {
    await fit(JANUARY);
    const first = await ask<Told>(CLUSTERS);
    expect(first.model.currentVersion.identity).toBeNull();
    const [best] = await rig.db.database.inWorkspace(workspaceId, async (tx) =>
      (
        await sql<{
          cluster_key: string;
        }>`select cluster_key from live_score where profile_id = ${ids[0]}::uuid`.execute(tx)
      ).rows.map((row) => row.cluster_key),
    );
    const rule = { version: 1, entity: 'profile', where: { cluster: { model: 'value', in: [best] } } };
    const segment = randomUUID();
    await rig.db.database.inWorkspace(workspaceId, async (tx) => {
      await sql`insert into segment (workspace_id, id, key, name, kind, status, live_version)
        values (${workspaceId}, ${segment}, 'best', 'Best', 'cluster', 'live', 1)`.execute(tx);
      await sql`insert into segment_version (workspace_id, segment_id, version, rule, rule_hash) values (${workspaceId},
        ${segment}, 1, ${JSON.stringify(rule)}::jsonb, ${createHash('sha256').update('r').digest()})`.execute(tx);
    });
    const deps = { store: segmentStore(rig.db.database), ruleSets: new RuleSets() };
    expect(await rescoreSegments(deps, { workspaceId })).toMatchObject({ entered: 40, exited: 0 });

    await fit(FEBRUARY);
    const second = await ask<Told>(CLUSTERS);
    const keyed = ({ model }: Told) => new Map(model.clusters.map((one) => [one.key, one.colour]));
    expect(keyed(second)).toEqual(keyed(first));
    const { identity } = second.model.currentVersion;
    expect(identity?.people).toBe(PEOPLE);
    expect(identity?.verdicts.map(({ kind }) => kind)).toEqual(['SAME', 'SAME', 'SAME']);
    // Four of the ten who changed were of the first group: who is left means the same segment.
    expect(await rescoreSegments(deps, { workspaceId })).toMatchObject({ entered: 0, exited: 4 });
    const causes = await rig.db.database.inWorkspace(workspaceId, async (tx) =>
      (await sql<{ cause: string }>`select distinct cause from membership_change`.execute(tx)).rows.map(
        (row) => row.cause,
      ),
    );
    expect(causes).toEqual(['model']);
  });

  it('tells who went from which cluster to which, and the numbers add up', async () => {
    await rig.db.database.inWorkspace(workspaceId, (tx) =>
      sql`update model_serving set served_at = case version when 1 then ${new Date(JANUARY)}::timestamptz
        else ${new Date(FEBRUARY)}::timestamptz end`.execute(tx),
    );
    const { model } = await ask<{
      model: {
        migration: {
          people: number;
          before: { key: string; name: string; people: number }[];
          after: { key: string; people: number }[];
          flows: { from: string; to: string; people: number }[];
        };
      };
    }>(
      `query ($at1: DateTime!, $at2: DateTime!) { model(key: "value") { migration(at1: $at1, at2: $at2) {
        people versionBefore versionAfter before { key name people } after { key people } flows { from to people } } } }`,
      { at1: new Date(JANUARY + 1).toISOString(), at2: new Date(FEBRUARY + 1).toISOString() },
    );
    const { people, before, after, flows } = model.migration;
    const sum = (of: readonly { readonly people: number }[]) => of.reduce((total, one) => total + one.people, 0);
    expect(model.migration).toMatchObject({ people: PEOPLE, versionBefore: 1, versionAfter: 2 });
    expect([sum(before), sum(after), sum(flows)]).toEqual([people, people, people]);
    expect(before.map((one) => one.people)).toEqual([40, 40, 40]);
    const moved = flows.filter(({ from, to }) => from !== to);
    expect(moved.map((one) => one.people).sort()).toEqual([3, 4]);
    expect(before.every(({ name }) => name.length > 0)).toBe(true);
  });

  it('is fitted again when asked to, and a look finds that people have moved', async () => {
    const set = `mutation ($input: SetModelRefitInput!) { setModelRefit(input: $input) {
      __typename ... on Model { refit { kind everyDays } } } }`;
    const refit = async (input: object) => (await ask<{ setModelRefit: object }>(set, { input })).setModelRefit;
    expect(await refit({ model: 'value', kind: 'SCHEDULE' })).toMatchObject({ __typename: 'InvalidInput' });
    expect(await refit({ model: 'nope', kind: 'NEVER' })).toMatchObject({ __typename: 'NotFound' });
    expect(await refit({ model: 'value', kind: 'ON_DRIFT' })).toMatchObject({
      refit: { kind: 'ON_DRIFT', everyDays: null },
    });
    const { watchModel: asked } = await ask<{ watchModel: { job: string } }>(
      'mutation { watchModel(model: "value") { __typename ... on Job { job } } }',
    );
    expect(asked).toMatchObject({ __typename: 'Job', job: 'models.watch' });
    // What the worker does then: the people of the fit against people who all became like the second group.
    const later = (asOf: number) => {
      const all = matrixAt(FEBRUARY);
      if (asOf !== FEBRUARY)
        ids.forEach((_, i) =>
          all.data.set(
            GROUPS[1].map((v, j) => v + j + (i % 9)),
            i * 3,
          ),
        );
      return all;
    };
    const params = { modelKey: 'value', asOf: new Date(FEBRUARY + 86_400_000).toISOString() };
    const ports = {
      ...{ artifacts, watch: modelWatchStore(rig.db.database) },
      dataset: { features: async ({ asOf }: { readonly asOf: number }) => later(asOf) },
      compare: ({ artifact, before, after, ...look }: Parameters<Parameters<typeof watchModel>[0]['compare']>[0]) =>
        modelDrift({
          ...look,
          model: parseClusterModel(artifact),
          before: tableOf(before).matrix,
          after: tableOf(after).matrix,
        }),
    };
    const found = await watchModel(ports, await contextOf('models.watch', params), params);
    expect(found).toMatchObject({ level: 'moved', alert: 'opened', refit: true });
    const told = await ask<{
      model: { looks: { nodes: { level: string; reasons: string[]; clusters: object[] }[] } };
      alerts: { nodes: { kind: string; model: { key: string }; source: null; score: number }[] };
    }>(`{ model(key: "value") { looks(first: 5) { nodes { day level reasons features { feature level psi } clusters { key level } } } }
      alerts(first: 5) { nodes { kind event score model { key } source { key } } } }`);
    expect(told.model.looks.nodes).toHaveLength(1);
    expect(told.model.looks.nodes[0]).toMatchObject({ day: '2026-02-03', level: 'MOVED' });
    expect(told.model.looks.nodes[0]?.reasons.length).toBeGreaterThan(2);
    expect(told.alerts.nodes).toMatchObject([{ kind: 'DRIFT', model: { key: 'value' }, source: null }]);
    expect(told.alerts.nodes[0]?.score).toBeGreaterThan(1);
  });

  it('tells whom clusters hold by a trait, and hides who are too few', async () => {
    const composition = `query ($least: Int) { model(key: "value") { composition(trait: "country", leastCount: $least) {
      people unknown leastCount groups { group people } clusters { key name people cells { group people share low high ratio pValue representation } } } } }`;
    interface Composition {
      readonly model: {
        readonly composition: {
          readonly people: number;
          readonly unknown: number;
          readonly clusters: readonly {
            readonly cells: readonly { people: number | null; representation: string }[];
          }[];
        };
      };
    }
    const { composition: told } = (await ask<Composition>(composition, { least: 5 })).model;
    expect([told.people, told.unknown]).toEqual([103, 17]);
    const cells = told.clusters.flatMap((cluster) => cluster.cells);
    expect(cells.reduce((sum, { people }) => sum + (people ?? 0), 0)).toBe(103);
    expect(cells.map(({ representation }) => representation)).toContain('OVER');
    const { composition: hidden } = (await ask<Composition>(composition, { least: 30 })).model;
    expect(hidden.clusters.flatMap((cluster) => cluster.cells).some(({ people }) => people === null)).toBe(true);
  });
});
