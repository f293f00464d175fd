import { modelIdSchema, type ModelStore, type ServedVersion } from '@kohort/kernel-contracts';
import { peopleMatrix, recordingStores, runContext } from '../test/flow-doubles';
import { scoreModel, type PeopleScored, type PeopleToScore } from './score-model.flow';
import { bytesOf } from './text-bytes';

const modelId = modelIdSchema.parse('00000000-0000-4000-8000-000000000003');
const sheet = (key: string, size: number) => ({
  ...{ key, name: key, evidence: [], size, shareOfPeople: 0.5, shareOfValue: null, suggestedAction: '', features: [] },
});
const clustering = {
  ...{ kind: 'clustering', algorithm: 'kmeans', rows: 20, features: ['frequency'], k: 2, silhouette: 0.5, inertia: 1 },
  ...{ choice: [], reasons: [], clusters: [sheet('vip', 10), sheet('lost', 10)], warnings: [], seed: 9 },
  definitionVersion: 1_003,
};
const propensity = {
  ...{
    kind: 'propensity',
    event: 'e',
    horizonDays: 30,
    trainCut: 0,
    testCut: 0,
    trainRows: 9,
    testRows: 9,
    baseRate: 0.5,
  },
  ...{ features: ['frequency'], candidates: [], calibration: [], importance: [], reasons: [], warnings: [], seed: 9 },
};
const servedBy = (card: typeof clustering | typeof propensity): ServedVersion => ({
  ...{ version: 3, grade: 'good', seed: 9, artifactKey: 'k', artifactSha256: 'ab', fitOf: null, keys: ['vip', 'gone'] },
  card,
});

function world(served: ServedVersion | null) {
  const { recorded, models, artifacts } = recordingStores();
  const asked: unknown[] = [];
  const scored: PeopleToScore[] = [];
  const store: ModelStore = { ...models, served: async () => served };
  const half = new Float64Array(60).fill(0.5);
  const ports = {
    models: store,
    artifacts: { ...artifacts, read: () => bytesOf('the model') },
    dataset: {
      features: async (request: object) => {
        asked.push(request);
        return peopleMatrix(60);
      },
    },
    score: async (people: PeopleToScore): Promise<PeopleScored> => {
      scored.push(people);
      if (people.kind === 'propensity') return { kind: 'propensity', probabilities: half, percentiles: half };
      const labels = Int32Array.from({ length: 60 }, (_, i) => (i === 0 ? -1 : i < 20 ? 1 : 0));
      const outlierScores = Float64Array.from(labels, Math.abs);
      return { kind: 'clustering', labels, distances: half, confidences: half, outlierScores };
    },
  };
  return { recorded, asked, scored, ports };
}

describe('scoring everybody anew', () => {
  it('places who is there now by the served version, as a version that follows it under the same keys', async () => {
    const { recorded, asked, scored, ports } = world(servedBy(clustering));
    const result = await scoreModel(ports, runContext(), { modelId, version: 3 });
    expect(asked).toMatchObject([{ asOf: 0, features: ['frequency'], definitionVersion: 1_003 }]);
    expect(scored).toMatchObject([{ kind: 'clustering', artifact: 'the model' }]);
    expect(recorded.steps).toEqual(['version', 'scores 60', 'moves', 'live 7']);
    expect(recorded.versions[0]).toMatchObject({
      ...{ follows: 3, fitOf: 3, artifactKey: 'k', grade: 'good', asOf: 0 },
      card: {
        ...{ rows: 60, noise: 1, outliers: 20 },
        clusters: [
          { key: 'vip', size: 40, shareOfPeople: 40 / 60 },
          { key: 'lost', size: 19 },
        ],
        identity: {
          ...{ version: 3, people: 59, pastKeys: ['gone'] },
          verdicts: [
            { kind: 'same', carries: 'vip', before: [{ size: 10 }], after: [{ size: 40 }] },
            { carries: 'lost' },
          ],
        },
      },
    });
    expect(recorded.rows.slice(0, 2).map(({ clusterKey }) => clusterKey)).toEqual([null, 'lost']);
    expect(result).toEqual({ version: 7, fitOf: 3, people: 60 });
  });

  it('scores by a propensity, which has no moves; a version of before is by the fit that it had', async () => {
    const { recorded, ports } = world({ ...servedBy(propensity), fitOf: 1 });
    await scoreModel(ports, runContext(), { modelId, version: 3 });
    expect(recorded.steps).toEqual(['version', 'scores 60', 'live 7']);
    expect(recorded.versions[0]).toMatchObject({ follows: 3, fitOf: 1, card: propensity });
    expect(recorded.rows[0]).toMatchObject({ probability: 0.5, percentile: 0.5, clusterKey: null });
  });

  it('does nothing when another version serves by now, or none', async () => {
    for (const served of [null, { ...servedBy(clustering), version: 4 }]) {
      const { recorded, scored, ports } = world(served);
      expect(await scoreModel(ports, runContext(), { modelId, version: 3 })).toEqual({ version: null, people: 0 });
      expect([...recorded.steps, ...scored]).toEqual([]);
    }
    const bare = world({ ...servedBy(clustering), card: {} });
    await expect(scoreModel(bare.ports, runContext(), { modelId, version: 3 })).rejects.toMatchObject({
      code: 'MODELS_CARD_UNREADABLE',
    });
  });
});
