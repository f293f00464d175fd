import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { columnDataset, editFeatures, personFeatures } from '@kohort/features-flow';
import { manualClock } from '@kohort/kernel-clock-random';
import {
  clusteringCardSchema,
  modelIdSchema,
  runIdSchema,
  type ClusteringCard,
  type Json,
  type ModelDrift,
  type ModelId,
  type ProfileId,
  type RunContext,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { ParsedModels, explainScore, fitClusters, scoreModel, watchModel } from '@kohort/models-flow';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { openColumnLoader, type OpenColumnLoader } from '@kohort/platform-columns';
import {
  featureStore,
  modelFiles,
  modelStore,
  modelWatchStore,
  personHistory,
  startTestDatabase,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { compileRules, evaluateRule, makeHistory, parseRule } from '@kohort/segments-domain';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';
import { compared, fitted, matched, scored } from './threads/cluster-work';

const PLANS = ['free', 'pro', 'team'];
/** So many of each plan, and behind them three of one that would tell who they are. */
const [OF_PLANS, FITTED] = [120, 123];
const RARE = 'founders';
const RARE_TEXT = `${RARE} ${'é'.repeat(200)}`;
/** Who come between the fit and the look: one of each plan that was known, one of a plan that was not, one without. */
const NEW_PLANS = ['free', 'pro', 'team', 'gold', null];
const ASOF = '2026-02-01T00:00:00.000Z';
const LATER = Date.UTC(2026, 2, 1);
const FEATURES = ['frequency', 'usual_plan', 'monetary'];

interface Placed {
  readonly id: ProfileId;
  readonly who: string;
  readonly model: ModelId;
  readonly version: number;
  readonly key: string;
  readonly as_of: Date;
}

describe('clusters of numbers and words, from events to a new person', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-words-'));
  const artifacts = openLocalArtifacts(dir);
  let db: TestDatabase;
  let test: TestColumns;
  let loader: OpenColumnLoader;
  let ws: WorkspaceId;

  beforeAll(async () => {
    [db, test] = await Promise.all([startTestDatabase(), startTestColumns()]);
    loader = openColumnLoader({ database: db.database, columns: test.columns });
    ws = await db.addWorkspace();
    const [source, batch] = [randomUUID(), randomUUID()];
    const people = FITTED + NEW_PLANS.length;
    await db.database.inWorkspace(ws, async (tx) => {
      await sql`insert into source (workspace_id, id, key, name, kind) values (${ws}, ${source}, 's', 's', 'http')`.execute(
        tx,
      );
      await sql`insert into batch (workspace_id, id, kind) values (${ws}, ${batch}, 'events')`.execute(tx);
      await sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        select ${ws}, gen_random_uuid(), 'u' || i, now(), now() from generate_series(1, ${people}) i`.execute(tx);
      // Everybody has three orders of about the same; one of them is of another plan than the person's own, called by a
      // number.
      await sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, ts, properties)
        select ${ws}, gen_random_uuid(), now(), ${batch}, ${source}, 'm' || i || '-' || k, 'track', 'Order Completed',
          timestamptz '2026-01-01 12:00Z' + (k + case when i > ${FITTED} then 40 else 0 end) * interval '1 day',
          jsonb_build_object('order_id', i * 10 + k, 'revenue', 20 + i % 7,
            'plan', case when i = ${people} then null when k = 2 then to_jsonb(2024) else to_jsonb(own) end)
        from generate_series(1, ${people}) i, generate_series(1, 3) k, lateral (select case
          when i > ${FITTED} then (${NEW_PLANS}::text[])[i - ${FITTED}] when i > ${OF_PLANS} then ${RARE_TEXT}
          else (${PLANS}::text[])[1 + i % 3] end as own) plan`.execute(tx);
      await sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
        select e.workspace_id, e.id, p.id, e.batch_id, e.received_at, e.ts, 1 from event e
        join profile p on p.canonical_id = 'u' || substr(split_part(e.message_id, '-', 1), 2)`.execute(tx);
    });
    await editFeatures(featureStore(db.database), ws, {
      set: [
        {
          ...{ key: 'usual_plan', label: 'Usual plan', unit: 'plan' },
          formula: { aggregate: 'mostFrequent', of: 'plan', as: 'text' },
        },
      ],
      ...{ remove: [], afterVersion: 1 },
    });
  });
  afterAll(async () => {
    await loader.close();
    await test.stop();
    await db.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const ports = () => ({
    dataset: columnDataset({ columns: test.columns.store, loader, features: featureStore(db.database) }),
    models: modelStore(db.database),
    artifacts,
    score: (...[people, control]: Parameters<typeof scored>) => scored(people, { ...control, threads: 1 }),
    choose: async () => null,
    match: async (input: Parameters<typeof matched>[0]) => matched(input),
    fit: async (...[matrix, settings, control]: Parameters<Parameters<typeof fitClusters>[0]['fit']>) => {
      const fit = await fitted({ matrix, ...settings, stage: 'fit' }, { ...control, threads: 1 });
      if (!fit || !('artifact' in fit)) throw new Error('a choice alone');
      return fit;
    },
  });

  const reading = () => ({ database: db.database, clock: manualClock(LATER), timeoutMs: 30_000 });

  function explained(person: Placed): ReturnType<typeof explainScore> {
    const features = personFeatures({ history: personHistory(reading()), features: featureStore(db.database) });
    return explainScore({ files: modelFiles(reading()), models: new ParsedModels(artifacts), features }, ws, {
      ...{ modelId: modelIdSchema.parse(person.model), profileId: person.id, version: person.version },
      ...{ asOf: person.as_of.getTime(), clusterKey: person.key, probability: null },
    });
  }

  async function contextOf(job: string, params: Json, createdAt = LATER): Promise<RunContext> {
    const runId = runIdSchema.parse(randomUUID());
    await db.database.inWorkspace(ws, (tx) =>
      sql`insert into run (workspace_id, id, job, params, status, fence)
        values (${ws}, ${runId}, ${job}, ${JSON.stringify(params)}::jsonb, 'running', 1)`.execute(tx),
    );
    const none = { progress: null, checkpoint: null, result: null, error: null, cancelRequested: false };
    const run = { workspaceId: ws, id: runId, job, status: 'running' as const, params, ...none };
    return {
      fence: { workspaceId: ws, runId, fence: 1 },
      signal: new AbortController().signal,
      onProgress: () => undefined,
      run: { ...run, createdAt, startedAt: 0, finishedAt: null },
    };
  }

  async function fit(algorithm: 'kmeans' | 'kprototypes'): Promise<Json> {
    const asked = { modelKey: 'plans', asOf: ASOF, features: FEATURES, k: 3, seed: 1, algorithm };
    const params = algorithm === 'kmeans' ? asked : { ...asked, params: { gamma: 5 } };
    return fitClusters(ports(), await contextOf('models.fitClusters', params), params);
  }

  const placed = async (): Promise<readonly Placed[]> => {
    const found = await db.database.inWorkspace(ws, (tx) =>
      sql<Placed>`select s.profile_id as id, substr(p.canonical_id, 2) as who, s.model_id as model, s.version,
        s.cluster_key as key, s.as_of from live_score s join profile p on p.id = s.profile_id
        order by substr(p.canonical_id, 2)::int`.execute(tx),
    );
    return found.rows;
  };

  async function served(): Promise<{
    readonly modelId: ModelId;
    readonly version: number;
    readonly card: ClusteringCard;
  }> {
    const [row] = await placed();
    const modelId = modelIdSchema.parse(row?.model);
    const live = await ports().models.served((await contextOf('models.score', {})).fence, modelId);
    return { modelId, version: live?.version ?? 0, card: clusteringCardSchema.parse(live?.card) };
  }

  it('refuses them by name where an algorithm takes numbers alone', async () => {
    await expect(fit('kmeans')).rejects.toMatchObject({
      code: 'ALGORITHM_SETTING',
      details: { setting: 'categories' },
    });
    await expect(fit('kmeans')).rejects.toThrow('kmedoids and kprototypes take categories');
  });

  it('tells shares of words and rules in words', async () => {
    expect(await fit('kprototypes')).toMatchObject({ people: FITTED, k: 3 });
    const { card } = await served();
    const words = card.clusters.map(({ categories }) => categories?.find(({ shareOfCluster }) => shareOfCluster > 0.9));
    expect(words.map((one) => one?.word).sort()).toEqual([...PLANS].sort());
    for (const one of words) {
      expect(one).toMatchObject({ feature: 'usual_plan', shareOfPeople: expect.closeTo(40 / FITTED, 6) });
    }
    expect(card.rules?.clusters.map(({ words: said }) => said.join())).toContain('usual plan is free');
  });

  it('keeps no word of fewer than five people, neither in what is shown nor in the model', async () => {
    const { fence } = await contextOf('models.score', {});
    const { modelId, card } = await served();
    const live = await ports().models.served(fence, modelId);
    const parts: Uint8Array[] = [];
    for await (const part of artifacts.read(live?.artifactKey ?? '')) parts.push(part);
    const all = JSON.stringify([card, Buffer.concat(parts).toString('utf8')]);
    expect(all).toContain('team');
    expect(all).not.toContain(RARE);
  });

  it('reads no more of a long text than tells it from words', async () => {
    const asked = { workspaceId: ws, asOf: Date.parse(ASOF), features: ['usual_plan'], withWords: true };
    const { categories } = await ports().dataset.features(asked, await contextOf('models.score', {}));
    expect(categories).toEqual([{ feature: 'usual_plan', words: [RARE_TEXT.slice(0, 101), ...PLANS].sort() }]);
  });

  it('places people who come later by their word, and one of a word that it never saw somewhere', async () => {
    const { modelId, version, card } = await served();
    const params = { modelId, version };
    expect(await scoreModel(ports(), await contextOf('models.score', params), params)).toMatchObject({
      people: FITTED + NEW_PLANS.length,
    });
    const wordOf = (key: string | undefined): string | undefined =>
      card.clusters.find((one) => one.key === key)?.categories?.find((one) => one.shareOfCluster > 0.9)?.word;
    const rows = await placed();
    expect(rows.slice(0, OF_PLANS).map(({ key }) => wordOf(key))).toEqual(
      Array.from({ length: OF_PLANS }, (_, i) => PLANS[(i + 1) % 3]),
    );
    const later = rows.slice(FITTED).map(({ key }) => wordOf(key));
    expect(later.slice(0, 3)).toEqual(PLANS);
    for (const word of later) expect(PLANS).toContain(word);
  });

  it('has rules that take the people of a cluster in as they come, by their live traits', async () => {
    const { card } = await served();
    const rows = await placed();
    const reader = personFeatures({ history: personHistory(reading()), features: featureStore(db.database) });
    const rules = (card.rules?.clusters ?? []).map(({ rule }) => compileRules([{ rule: parseRule(rule) }]));
    for (const { id, key } of [...rows.slice(0, 6), ...rows.slice(FITTED, FITTED + 3)]) {
      const values = await reader.at(ws, { profileId: id, asOf: LATER, features: FEATURES });
      const traits = FEATURES.map((name, i) => ({ key: name, time: 0, messageId: 'm', value: values?.[i] ?? null }));
      const history = makeHistory({ profileId: id, traits });
      const into = rules.flatMap((rule, at) => (evaluateRule(rule, history, LATER).member ? [at] : []));
      expect(into.map((at) => card.clusters[at]?.key)).toEqual([key]);
    }
  });

  it('says in words why somebody is where they are, and what leads elsewhere', async () => {
    const [person] = await placed();
    if (!person) throw new Error('nobody');
    const told = await explained(person);
    expect(told?.reasons[0]).toMatchObject({ feature: 'usual_plan', value: 'pro' });
    expect(told?.standing).toMatchObject({ rule: expect.stringContaining('pro'), ruleAgrees: true });
    const changes = told?.standing?.others.flatMap((one) => one.changes);
    expect(changes?.map(({ feature, from, to }) => [feature, from, to]).sort()).toEqual([
      ['usual_plan', 'pro', 'free'],
      ['usual_plan', 'pro', 'team'],
    ]);
    const [stranger, without] = (await placed()).slice(-2);
    if (!stranger || !without) throw new Error('nobody');
    const [ofStranger, ofWithout] = [await explained(stranger), await explained(without)];
    expect(ofStranger?.reasons[0]).toMatchObject({ feature: 'usual_plan', value: 'another word' });
    expect(ofWithout?.reasons[0]).toMatchObject({ feature: 'usual_plan', value: null });
    const fromOf = (one: typeof told) =>
      one?.standing?.others.flatMap(({ changes }) =>
        changes.flatMap((change) => (change.feature === 'usual_plan' ? [change.from] : [])),
      );
    expect(new Set(fromOf(ofStranger))).toEqual(new Set(['another word']));
    expect(new Set(fromOf(ofWithout))).toEqual(new Set(['unknown']));
  });

  it('is watched by the shares of its words', async () => {
    const looks: ModelDrift[] = [];
    const params = { modelKey: 'plans', asOf: new Date(LATER).toISOString() };
    const result = await watchModel(
      {
        ...ports(),
        watch: modelWatchStore(db.database),
        compare: async (look, control) => {
          const found = await compared(look, { ...control, threads: 1 });
          looks.push(found);
          return found;
        },
      },
      await contextOf('models.watch', params),
      params,
    );
    expect(result).toMatchObject({ level: 'steady' });
    const words = looks[0]?.features.find(({ feature }) => feature === 'usual_plan');
    expect(words).toMatchObject({ level: 'steady', ksDistance: null, missingAfter: 0 });
    expect(words?.psi).toBeGreaterThan(0);
  });
});
