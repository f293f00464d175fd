import type { ClusteringCard } from '@kohort/kernel-contracts';
import { peopleMatrix, recordingStores, runContext } from '../test/flow-doubles';
import { fitClusters, type ClusterFit } from './fit-clusters.flow';

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
  card,
  artifact: '{"schema":1}',
});
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
      { models, artifacts, dataset, fit: async () => fitOf(12_001) },
      runContext(),
      params,
    );
    expect(recorded.steps).toEqual(['artifact', 'version', 'scores 5000', 'scores 5000', 'scores 2001', 'live 7']);
    expect(recorded.rows.slice(0, 2).map((row) => [row.profileId, row.clusterKey])).toEqual([
      ['p0', 'loyal'],
      ['p1', 'new'],
    ]);
    expect(recorded.versions[0]).toMatchObject({ status: 'ready', seed: 3, asOf: Date.UTC(2026, 0, 1), card });
    // The set that it was fitted on is named: explanations compute by that one.
    expect(recorded.versions[0]?.card).toMatchObject({ definitionVersion: 1_003 });
    expect(result).toMatchObject({ version: 7, people: 12_001, k: 2 });
  });

  it('says when there are too few people, and writes nothing', async () => {
    const { recorded, models, artifacts } = recordingStores();
    const dataset = {
      features: async () => peopleMatrix(49),
      doers: async () => new Set<string>(),
      extent: async () => null,
    };
    await expect(
      fitClusters({ models, artifacts, dataset, fit: async () => fitOf(49) }, runContext(), params),
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
      fitClusters({ models: stopping, artifacts, dataset, fit: async () => fitOf(12_000) }, runContext(abort), params),
    ).rejects.toThrow();
    expect(recorded.steps).toEqual(['artifact', 'version']);
  });
});
