import type { ClusteringCard, JobControl } from '@kohort/kernel-contracts';
import { peopleMatrix, recordingStores, runContext, sameForAll } from '../test/flow-doubles';
import type { KChoice } from '@kohort/models-domain';
import type { MatchInput } from './carried-from';
import type { FeatureMatrix } from './dataset.port';
import { fitClusters, type ClusterFit } from './fit-clusters.flow';
import type { PeopleToScore } from './score-model.flow';
import { bytesOf } from './text-bytes';

const sheet = (key: string): ClusteringCard['clusters'][number] => ({
  key,
  name: key,
  evidence: [],
  size: 1,
  shareOfPeople: 0.5,
  shareOfValue: null,
  suggestedAction: '',
  features: [],
});
const card: ClusteringCard = {
  kind: 'clustering',
  algorithm: 'kmeans',
  rows: 2,
  features: ['frequency'],
  k: 2,
  silhouette: 0.5,
  inertia: 1,
  choice: [],
  reasons: [],
  clusters: [sheet('loyal'), sheet('new')],
  warnings: [],
  seed: 1,
};
const fitOf = (n: number): ClusterFit => ({
  labels: Int32Array.from({ length: n }, (_, i) => i % 2),
  distances: new Float64Array(n).fill(0.25),
  confidences: new Float64Array(n).fill(0.75),
  outlierScores: new Float64Array(n).fill(0.1),
  card,
  golden: { labels: new Int32Array(Math.min(n, 100)), distances: new Float64Array(Math.min(n, 100)).fill(0.25) },
  artifact: '{"schema":1}',
});
const score = sameForAll;
/** k is found by the algorithm. */
const choose = async () => null;
/** A first version is matched with nothing. */
const match = async (): Promise<never> => {
  throw new TypeError('not matched here');
};
const params = { modelKey: 'value', asOf: '2026-01-01T00:00:00Z', k: 'auto' as const, seed: 3 };

describe('fitting clusters', () => {
  it('writes artifact, version and everybody in pages before the pointer', async () => {
    const { recorded, models, artifacts } = recordingStores();
    const dataset = {
      features: async () => peopleMatrix(12_001),
      doers: async () => new Set<string>(),
      extent: async () => null,
    };
    const result = await fitClusters(
      { models, artifacts, dataset, match, choose, score, fit: async () => fitOf(12_001) },
      runContext(),
      params,
    );
    expect(recorded.steps).toEqual([
      'artifact',
      'version',
      'scores 5000',
      'scores 5000',
      'scores 2001',
      'moves',
      'live 7',
    ]);
    expect(recorded.rows.slice(0, 2).map((row) => [row.profileId, row.clusterKey])).toEqual([
      ['p0', 'loyal'],
      ['p1', 'new'],
    ]);
    const served = { ...card, clusters: card.clusters.map((one) => expect.objectContaining(one)) };
    expect(recorded.versions[0]).toMatchObject({ status: 'ready', seed: 3, asOf: Date.UTC(2026, 0, 1), card: served });
    // The set that it was fitted on is named: explanations compute by that one.
    expect(recorded.versions[0]?.card).toMatchObject({ definitionVersion: 1_003 });
    expect(result).toMatchObject({ version: 7, people: 12_001, k: 2 });
  });

  it('asks the thread for the algorithm without what is excluded, and keeps people in no cluster', async () => {
    const { recorded, models, artifacts } = recordingStores();
    const { features: names, data, ...people } = peopleMatrix(60);
    const wide = new Float64Array(new SharedArrayBuffer(120 * 8));
    for (let i = 0; i < 60; i += 1) wide.set([data[i] as number, -1], i * 2);
    const dataset = {
      features: async () => ({ ...people, features: [...names, 'age'], data: wide }),
      doers: async () => new Set<string>(),
      extent: async () => null,
    };
    const asked: unknown[] = [];
    const fit = async (matrix: { features: readonly string[]; data: Float64Array }, settings: object) => {
      asked.push(matrix.features, [...matrix.data.subarray(0, 3)], settings);
      const { labels, ...rest } = fitOf(60);
      labels[1] = -1;
      return { ...rest, labels, distances: rest.distances.map((one, i) => (i === 1 ? NaN : one)) };
    };
    const own = { algorithm: 'hdbscan', params: { minClusterSize: 20 } };
    await fitClusters({ models, artifacts, dataset, match, choose, score, fit }, runContext(), {
      ...params,
      ...own,
      exclude: ['age'],
    });
    expect(asked).toEqual([['frequency'], [0, 1, 2], expect.objectContaining({ ...own, k: 'auto', seed: 3 })]);
    expect(recorded.rows[1]).toMatchObject({ clusterKey: null, distance: null, outlierScore: 0.1 });
    const none = fitClusters({ models, artifacts, dataset, match, choose, score, fit }, runContext(), {
      ...params,
      exclude: ['shoe size'],
    });
    await expect(none).rejects.toMatchObject({ code: 'MODELS_FEATURE_UNKNOWN', kind: 'invalid-input' });
  });

  it('gives the thread no words of fewer than five people, and none of a feature that is left out', async () => {
    const { models, artifacts } = recordingStores();
    const { features: names, data, ...people } = peopleMatrix(60);
    const wide = new Float64Array(new SharedArrayBuffer(120 * 8));
    for (let i = 0; i < 60; i += 1) wide.set([data[i] as number, i < 57 ? 2 * (i % 2) : 1], i * 2);
    const categories = [{ feature: 'plan', words: ['free', 'mine', 'pro'] }];
    const dataset = {
      features: async () => ({ ...people, features: [...names, 'plan'], data: wide, categories }),
      doers: async () => new Set<string>(),
      extent: async () => null,
    };
    const asked: FeatureMatrix[] = [];
    const fit = async (matrix: FeatureMatrix) => {
      asked.push(matrix);
      return fitOf(60);
    };
    const ports = { models, artifacts, dataset, match, choose, score, fit };
    await fitClusters(ports, runContext(), params);
    await fitClusters(ports, runContext(), { ...params, exclude: ['plan'] });
    expect(asked[0]?.categories).toEqual([{ feature: 'plan', words: ['free', 'pro'], others: true }]);
    const codes = Array.from({ length: 60 }, (_, i) => asked[0]?.data[i * 2 + 1]);
    expect(codes).toEqual(Array.from({ length: 60 }, (_, i) => (i < 57 ? i % 2 : 2)));
    expect(asked[0]?.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([asked[1]?.features, asked[1]?.categories]).toEqual([names, []]);
  });

  it('keeps the choice of k before anything is fitted, and goes on from it', async () => {
    const { recorded, models, artifacts } = recordingStores();
    const dataset = {
      features: async () => peopleMatrix(60),
      doers: async () => new Set<string>(),
      extent: async () => null,
    };
    const score = { inertia: 1, silhouette: 0.5, stability: 0.9, weakestJaccard: 0.8, sizes: [40, 20] };
    const choice: KChoice = {
      k: 2,
      table: [{ k: 2, ...score }],
      reasons: ['2 clusters separate best.'],
      warnings: [],
      structurelessSilhouette: 0.2,
      rowsSwept: 60,
    };
    let chosen = 0;
    const given: unknown[] = [];
    const ports = {
      ...{ models, artifacts, dataset, match, score: sameForAll },
      choose: async () => {
        chosen += 1;
        return choice;
      },
      fit: async (_matrix: unknown, settings: { readonly choice: KChoice | null }) => {
        given.push(settings.choice);
        return fitOf(60);
      },
    };
    await fitClusters(ports, runContext(), params);
    expect(recorded.steps.slice(0, 2)).toEqual(['checkpoint', 'artifact']);
    const context = runContext();
    const again = { ...context, run: { ...context.run, checkpoint: recorded.checkpoints[0] ?? null } };
    await fitClusters(ports, again, params);
    expect(chosen).toBe(1);
    expect(given).toEqual([choice, choice]);
    // Other people have come: the choice is made anew.
    const fewer = { ...again, run: { ...again.run, checkpoint: { people: 59, choice: {} } } };
    await fitClusters(ports, fewer, params);
    expect(chosen).toBe(2);
  });

  it('keeps each k that was scored, and a start after a kill goes on behind the last of them', async () => {
    const { recorded, models, artifacts } = recordingStores();
    const dataset = {
      features: async () => peopleMatrix(60),
      doers: async () => new Set<string>(),
      extent: async () => null,
    };
    const scoreOf = (k: number) => ({
      ...{ k, inertia: 1, silhouette: 0.5, stability: 0.9, weakestJaccard: 0.8 },
      sizes: [60],
    });
    const known: unknown[] = [];
    const ports = {
      ...{ models, artifacts, dataset, match, score: sameForAll, fit: async () => fitOf(60) },
      choose: async (_matrix: unknown, settings: { readonly known: unknown }, { onProgress }: JobControl) => {
        known.push(settings.known);
        for (const k of [2, 3]) onProgress?.({ phase: 'choosing k', done: k, total: null, kept: scoreOf(k) });
        onProgress?.({ phase: 'choosing k', done: 2, total: 9 });
        throw new TypeError('killed');
      },
    };
    const context = runContext();
    await expect(fitClusters(ports, context, params)).rejects.toThrow('killed');
    // What is kept is not told of: it is no progress.
    expect(context.phases).toEqual(['reading features', 'choosing k']);
    const kept = recorded.checkpoints.at(-1);
    expect(kept).toEqual({ people: 60, choice: null, scores: [scoreOf(2), scoreOf(3)] });
    const again = { ...context, run: { ...context.run, checkpoint: kept ?? null } };
    await expect(fitClusters(ports, again, params)).rejects.toThrow('killed');
    expect(known).toEqual([[], [scoreOf(2), scoreOf(3)]]);
    expect(recorded.checkpoints.at(-1)).toMatchObject({ scores: [{ k: 2 }, { k: 3 }, { k: 2 }, { k: 3 }] });
  });

  it('ends the sweep when what it found cannot be kept, and writes nothing after that', async () => {
    const { recorded, models, artifacts } = recordingStores();
    const dataset = {
      features: async () => peopleMatrix(60),
      doers: async () => new Set<string>(),
      extent: async () => null,
    };
    const score = { inertia: 1, silhouette: 0.5, stability: 0.9, weakestJaccard: 0.8, sizes: [60] };
    let saves = 0;
    const refusing = {
      ...models,
      saveCheckpoint: async () => {
        saves += 1;
        throw new TypeError('fence lost');
      },
    };
    const ended: unknown[] = [];
    const ports = {
      ...{ models: refusing, artifacts, dataset, match, score: sameForAll, fit: async () => fitOf(60) },
      choose: (_matrix: unknown, _settings: unknown, { signal, onProgress }: JobControl) =>
        new Promise<never>((_resolve, reject) => {
          // It would go on for ever: only its signal ends it.
          signal?.addEventListener('abort', () => {
            ended.push(signal.reason);
            onProgress?.({ phase: 'choosing k', done: 3, total: null, kept: { k: 4, ...score } });
            reject(new TypeError('broken off'));
          });
          for (const k of [2, 3]) onProgress?.({ phase: 'choosing k', done: k, total: null, kept: { k, ...score } });
        }),
    };
    const context = runContext();
    await expect(fitClusters(ports, context, params)).rejects.toThrow('fence lost');
    expect(ended).toEqual([new TypeError('fence lost')]);
    expect([saves, context.signal.aborted, recorded.steps]).toEqual([1, false, []]);
  });

  it('follows the live version: groups that are the same keep their keys, and who moved is kept before the pointer', async () => {
    const { recorded, models, artifacts } = recordingStores();
    const before = { ...card, clusters: [sheet('vip'), sheet('lost')] };
    const none = { grade: null, artifactSha256: null, fitOf: null };
    const served = { version: 6, seed: 1, keys: ['vip', 'lost', 'gone'], artifactKey: 'old', card: before, ...none };
    const following = {
      ...models,
      served: async () => served,
      // Person 1 was not there, person 3 in no cluster.
      clusterKeys: async (_ws: unknown, _at: unknown, ids: readonly string[]) =>
        ids.map((id) =>
          id === 'p1' ? undefined : id === 'p3' ? null : Number(id.slice(1)) % 2 === 0 ? 'lost' : 'vip',
        ),
    };
    const reading = { ...artifacts, read: () => bytesOf('{"old":1}') };
    const dataset = {
      features: async () => peopleMatrix(6_000),
      doers: async () => new Set<string>(),
      extent: async () => null,
    };
    const matched: MatchInput[] = [];
    const matching = async (input: MatchInput) => {
      matched.push(input);
      const same = { kind: 'same' as const, similarity: 1, sharedMembers: 1 };
      return {
        verdicts: [
          { ...same, before: 0, after: 1 },
          { ...same, before: 1, after: 0 },
        ],
        nameOf: Int32Array.of(1, 0),
        flows: new Float64Array(4),
        people: 5_998,
      };
    };
    const ports = {
      models: following,
      artifacts: reading,
      dataset,
      match: matching,
      choose,
      score,
      fit: async () => fitOf(6_000),
    };
    await fitClusters(ports, runContext(), params);
    expect(matched[0]?.before.artifact).toBe('{"old":1}');
    expect([...(matched[0]?.before.labels.slice(0, 5) ?? [])]).toEqual([1, -1, 1, -1, 1]);
    expect(recorded.versions[0]).toMatchObject({
      follows: 6,
      card: { identity: { version: 6, people: 5_998, pastKeys: ['gone'] } },
    });
    expect(recorded.rows.slice(0, 2).map(({ clusterKey }) => clusterKey)).toEqual(['lost', 'vip']);
    expect(recorded.steps.slice(-2)).toEqual(['moves', 'live 7']);
  });

  it('goes no further when the stored model places people elsewhere than the one that was fitted', async () => {
    const { recorded, models, artifacts } = recordingStores();
    const dataset = {
      features: async () => peopleMatrix(250),
      doers: async () => new Set<string>(),
      extent: async () => null,
    };
    const elsewhere = async (people: PeopleToScore) => {
      const same = await sameForAll(people);
      return same.kind === 'clustering' ? { ...same, labels: same.labels.map((_, i) => (i < 3 ? 1 : 0)) } : same;
    };
    const ports = { models, artifacts, dataset, match, choose, fit: async () => fitOf(250), score: elsewhere };
    await expect(fitClusters(ports, runContext(), params)).rejects.toMatchObject({
      ...{ code: 'MODELS_ARTIFACT_DIFFERS', message: expect.stringContaining('3 of 100 people') },
    });
    expect(recorded.steps).toEqual(['artifact', 'damage 3']);
  });

  it('says when there are too few people, and writes nothing', async () => {
    const { recorded, models, artifacts } = recordingStores();
    const dataset = {
      features: async () => peopleMatrix(49),
      doers: async () => new Set<string>(),
      extent: async () => null,
    };
    await expect(
      fitClusters(
        { models, artifacts, dataset, match, choose, score, fit: async () => fitOf(49) },
        runContext(),
        params,
      ),
    ).rejects.toMatchObject({
      code: 'MODELS_TOO_FEW_PEOPLE',
      kind: 'unsuitable-data',
    });
    expect(recorded.steps).toEqual([]);
  });

  it('stops between pages when cancelled, leaving the served version alone', async () => {
    const { recorded, models, artifacts } = recordingStores();
    const abort = new AbortController();
    const stopping = { ...models, saveScores: async () => abort.abort() };
    const dataset = {
      features: async () => peopleMatrix(12_000),
      doers: async () => new Set<string>(),
      extent: async () => null,
    };
    await expect(
      fitClusters(
        { models: stopping, artifacts, dataset, match, choose, score, fit: async () => fitOf(12_000) },
        runContext(abort),
        params,
      ),
    ).rejects.toThrow();
    expect(recorded.steps).toEqual(['artifact', 'version']);
  });
});
