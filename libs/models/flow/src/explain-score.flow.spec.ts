import { seededRandom } from '@kohort/kernel-clock-random';
import {
  modelIdSchema,
  profileIdSchema,
  workspaceIdSchema,
  type Json,
  type ModelFile,
  type PersonFeatures,
} from '@kohort/kernel-contracts';
import {
  clusterTable,
  clusteringCard,
  fitPropensity,
  parsePropensity,
  peopleTable,
  scorePropensity,
  serialiseClusterModel,
  tellByRules,
} from '@kohort/models-domain';
import { explainScore, type ScoreToExplain } from './explain-score.flow';
import { ParsedModels } from './parsed-models';

const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
const modelId = modelIdSchema.parse('00000000-0000-4000-8000-000000000003');
const profileId = profileIdSchema.parse('00000000-0000-4000-8000-000000000004');
const names = ['recency', 'visits'];
const PEOPLE = 300;

/** Two groups; who comes often and came lately does it again. */
function people(seed: number) {
  const random = seededRandom(seed);
  const data = new Float64Array(PEOPLE * 2);
  const labels = new Uint8Array(PEOPLE);
  for (let row = 0; row < PEOPLE; row += 1) {
    const loyal = row % 3 === 0;
    const [recency, visits] = [
      Math.abs((loyal ? 10 : 60) + 8 * random.normal()),
      (loyal ? 25 : 6) + 3 * random.normal(),
    ];
    data.set([recency, visits], row * 2);
    labels[row] = random.next() < 1 / (1 + Math.exp(0.04 * recency - 0.1 * visits)) ? 1 : 0;
  }
  return { features: names, data, labels };
}

const score: ScoreToExplain = { modelId, profileId, version: 3, asOf: 5, probability: null, clusterKey: null };

function bound(file: ModelFile | null, text: string, values: readonly (number | string | null)[] | null) {
  const asked: unknown[] = [];
  let reads = 0;
  const features: PersonFeatures = {
    at: async (_workspace, request) => {
      asked.push(request);
      return values;
    },
  };
  const models = new ParsedModels({
    read: async function* () {
      reads += 1;
      yield Buffer.from(text);
    },
  });
  return { asked, reads: () => reads, ports: { files: { of: async () => file }, models, features } };
}

const rowOf = (data: Float64Array, row: number): readonly number[] => [...data.subarray(row * 2, row * 2 + 2)];

describe('explaining the score of a propensity', () => {
  let artifact: string;
  const now = people(3);
  let file: ModelFile;
  beforeAll(async () => {
    const cuts = { event: 'e', horizonDays: 30, trainCut: 0, testCut: 1, seed: 9 };
    ({ artifact } = await fitPropensity({ train: people(1), test: people(2), now, ...cuts }, {}, {}));
    file = { kind: 'propensity', artifactKey: 'k', card: null };
  });

  it('adds up to the margin of the model', async () => {
    const { margins, probabilities } = scorePropensity(parsePropensity(artifact), peopleTable(now));
    for (const row of [0, 1, 7, PEOPLE - 1]) {
      const { asked, ports } = bound(file, artifact, rowOf(now.data, row));
      const told = await explainScore(ports, workspaceId, { ...score, probability: probabilities[row] ?? NaN });
      const sum = (told?.reasons ?? []).reduce((total, { contribution }) => total + contribution, told?.base ?? NaN);
      expect(Math.abs(sum - (margins[row] ?? NaN))).toBeLessThan(1e-6);
      expect(told?.total).toBeCloseTo(margins[row] ?? NaN, 9);
      expect(told?.reasons.find(({ feature }) => feature === 'visits')?.value).toBe(now.data[row * 2 + 1]);
      expect(asked).toEqual([{ profileId, asOf: 5, features: names, definitionVersion: 1 }]);
    }
  });

  it('says nothing where it cannot: no file, no person, or records that give another score', async () => {
    const values = rowOf(now.data, 0);
    const tell = (...parts: Parameters<typeof bound>) => explainScore(bound(...parts).ports, workspaceId, score);
    expect(await tell(null, artifact, values)).toBeNull();
    expect(await tell({ ...file, artifactKey: null }, artifact, values)).toBeNull();
    expect(await tell(file, artifact, null)).toBeNull();
    const { ports } = bound(file, artifact, values);
    expect(await explainScore(ports, workspaceId, { ...score, probability: 0.001 })).toBeNull();
    expect((await explainScore(ports, workspaceId, score))?.reasons).toHaveLength(2);
  });

  it('reads an artifact once, and again when the reading failed', async () => {
    const { reads, ports } = bound(file, artifact, rowOf(now.data, 0));
    await Promise.all([1, 2, 3].map(() => explainScore(ports, workspaceId, score)));
    expect(reads()).toBe(1);
    const damaged = bound(file, artifact.slice(0, 100), rowOf(now.data, 0));
    for (const times of [1, 2]) {
      const reading = explainScore(damaged.ports, workspaceId, score);
      await expect(reading).rejects.toMatchObject({ code: 'PROPENSITY_ARTIFACT_INVALID' });
      expect(damaged.reads()).toBe(times);
    }
  });
});

describe('explaining a cluster', () => {
  const { data } = people(4);
  let artifact: string;
  let card: Json;
  let labels: Int32Array;
  let keys: readonly string[];
  beforeAll(async () => {
    const input = {
      featureNames: names,
      ids: [...Array(PEOPLE).keys()].map(String),
      matrix: { data, rows: PEOPLE, cols: 2 },
    };
    const result = await clusterTable(input, { algorithm: 'kmeans', k: 2, seed: 1, scaling: 'auto' });
    const made = clusteringCard(input, result, 1);
    artifact = serialiseClusterModel(result.model);
    ({ labels } = result);
    card = made;
    keys = made.clusters.map(({ key }) => key);
  });

  it('adds up to how much nearer the own centre is, and says nothing of another cluster', async () => {
    for (const row of [0, 1, 2, PEOPLE - 1]) {
      const { ports } = bound({ kind: 'clustering', artifactKey: 'k', card }, artifact, rowOf(data, row));
      const own = keys[labels[row] ?? 0] ?? '';
      const told = await explainScore(ports, workspaceId, { ...score, clusterKey: own });
      expect(told?.total).toBeGreaterThan(0);
      expect(told?.unit).toBe('squared_distance');
      const sum = (told?.reasons ?? []).reduce((total, { contribution }) => total + contribution, told?.base ?? NaN);
      expect(Math.abs(sum - (told?.total ?? NaN))).toBeLessThan(1e-6);
      const other = keys.find((key) => key !== own) ?? '';
      expect(await explainScore(ports, workspaceId, { ...score, clusterKey: other })).toBeNull();
    }
  });
});

describe('explaining a cluster of numbers and words', () => {
  const plans = ['free', 'pro'];
  const input = {
    featureNames: ['visits', 'plan'],
    ids: Array.from({ length: 90 }, (_, i) => `p${i}`),
    matrix: {
      data: Float64Array.from({ length: 180 }, (_, at) => (at % 2 ? (at >> 1) % 2 : (at >> 1) % 7)),
      rows: 90,
      cols: 2,
    },
    categories: [{ feature: 'plan', words: plans }],
  };

  it('takes words as they are, one that it never saw, and none; what is told is told in words', async () => {
    const settings = { algorithm: 'kprototypes', k: 2, seed: 1, scaling: 'auto', params: { gamma: 9 } } as const;
    const result = await clusterTable(input, settings);
    const { model, rules } = await tellByRules(input, { model: result.model, labels: result.labels, seed: 1 });
    const card = { ...clusteringCard(input, result, 1), rules };
    const file: ModelFile = { kind: 'clustering', artifactKey: 'k', card };
    const tell = async (values: readonly (number | string | null)[]) => {
      const { ports } = bound(file, serialiseClusterModel(model), values);
      const found = await Promise.all(
        card.clusters.map(({ key }) => explainScore(ports, workspaceId, { ...score, clusterKey: key })),
      );
      const [told] = found.filter((one) => one !== null);
      const reason = told?.reasons.find(({ feature }) => feature === 'plan');
      const [other] = told?.standing?.others ?? [];
      return { word: reason?.value, rule: told?.standing?.rule, changes: other?.changes };
    };
    expect(await tell([3, 'pro'])).toEqual({
      ...{ word: 'pro', rule: 'plan is pro' },
      changes: [{ feature: 'plan', from: 'pro', to: 'free' }],
    });
    expect(await tell([3, 'gold'])).toMatchObject({ word: 'another word', rule: null });
    const without = await tell([3, null]);
    expect(without).toMatchObject({ word: null, rule: null });
    expect(without.changes?.find(({ feature }) => feature === 'plan')?.from).toBe('unknown');
  });
});

describe('parsed models', () => {
  it('are forgotten in the order of their last use', async () => {
    const read: string[] = [];
    const models = new ParsedModels(
      {
        read: async function* (key) {
          read.push(key);
          yield Buffer.from(text);
        },
      },
      2,
    );
    const train = people(1);
    const cuts = { event: 'e', horizonDays: 30, trainCut: 0, testCut: 1, seed: 9 };
    const { artifact: text } = await fitPropensity({ train, test: people(2), now: train, ...cuts }, {}, {});
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await models.of('propensity', key);
    expect(read).toEqual(['a', 'b', 'c', 'b']);
  });
});
