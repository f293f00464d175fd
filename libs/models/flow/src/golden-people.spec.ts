import { seededRandom } from '@kohort/kernel-clock-random';
import { modelIdSchema } from '@kohort/kernel-contracts';
import { AppError } from '@kohort/kernel-errors';
import {
  assignClusters,
  clusterTable,
  fitPropensity,
  parseClusterModel,
  parsePropensity,
  peopleTable,
  scorePropensity,
  serialiseClusterModel,
} from '@kohort/models-domain';
import { recordingStores, runContext } from '../test/flow-doubles';
import type { FeatureMatrix } from './dataset.port';
import { goldenPeople, goldenValues, requireSameScores, type GoldenScores } from './golden-people';
import type { PeopleScored, PeopleToScore } from './score-model.flow';
import { bytesOf } from './text-bytes';

const PEOPLE = 250;
const modelId = modelIdSchema.parse('00000000-0000-4000-8000-000000000003');
const features = ['frequency', 'monetary'];

function people(seed: number): FeatureMatrix {
  const random = seededRandom(seed);
  const data = new Float64Array(new SharedArrayBuffer(PEOPLE * 2 * 8));
  for (let i = 0; i < data.length; i += 1) data[i] = ((i >> 1) % 3) * 20 + random.normal();
  return { profileIds: Array.from({ length: PEOPLE }, (_, i) => `p${i}`), features, definitionVersion: 1, data };
}
const rowsOf = ({ data, profileIds }: FeatureMatrix) => ({ data, rows: profileIds.length, cols: 2 });

/** What a thread does. */
async function score({ kind, artifact, matrix }: PeopleToScore): Promise<PeopleScored> {
  if (kind === 'propensity') return { kind, ...scorePropensity(parsePropensity(artifact), peopleTable(matrix)) };
  return { kind, ...(await assignClusters(parseClusterModel(artifact), rowsOf(matrix))) };
}

interface Made {
  readonly kind: PeopleToScore['kind'];
  readonly artifact: string;
  readonly golden: GoldenScores;
}

async function clusters(): Promise<Made> {
  const matrix = people(1);
  const table = { ids: matrix.profileIds, featureNames: features, matrix: rowsOf(matrix) };
  const { model } = await clusterTable(table, { algorithm: 'kmeans', k: 3, seed: 1, nInit: 2, scaling: 'auto' });
  const { labels, distances: values } = await assignClusters(model, rowsOf(goldenPeople(matrix)));
  return { kind: 'clustering', artifact: serialiseClusterModel(model), golden: { labels, values } };
}

async function propensity(): Promise<Made> {
  const labels = Uint8Array.from({ length: PEOPLE }, (_, i) => (i % 3 === 0 || i % 7 === 0 ? 1 : 0));
  const [train, test] = [1, 2].map((seed) => ({ ...people(seed), labels }));
  if (!train || !test) throw new TypeError('two of them');
  const cuts = { event: 'e', horizonDays: 30, trainCut: 0, testCut: 1, seed: 1 };
  const { artifact, probabilities } = await fitPropensity({ train, test, now: people(1), ...cuts }, {}, {});
  return { kind: 'propensity', artifact, golden: { labels: null, values: goldenValues(probabilities) } };
}

/** Holds what a store gives back against what was fitted. */
async function held(
  { kind, golden }: Made,
  stored: string | (() => AsyncGenerator<Uint8Array>),
  context = runContext(),
) {
  const { recorded, models } = recordingStores();
  const artifacts = { read: () => (typeof stored === 'string' ? bytesOf(stored) : stored()) };
  const written = { modelId, kind, artifactKey: 'k', matrix: people(1), golden };
  const told = await requireSameScores({ models, artifacts, score }, context, written).then(
    () => 'same',
    (thrown: { readonly code?: string; readonly message: string }) => `${thrown.code}: ${thrown.message}`,
  );
  return { told, steps: recorded.steps };
}

describe('golden people', () => {
  it('are a hundred, the same ones each time, spread over everybody; everybody where there are fewer', () => {
    const { profileIds, data } = goldenPeople(people(1));
    expect([profileIds.length, data.length]).toEqual([100, 200]);
    expect(profileIds.slice(0, 5)).toEqual(['p0', 'p2', 'p5', 'p7', 'p10']);
    expect(profileIds.at(-1)).toBe('p247');
    expect([...data.subarray(4, 6)]).toEqual([...people(1).data.subarray(10, 12)]);
    expect(goldenPeople({ ...people(1), profileIds: ['p0', 'p1', 'p2'] }).profileIds).toEqual(['p0', 'p1', 'p2']);
    expect([...goldenValues(Float64Array.from({ length: PEOPLE }, (_, i) => i)).subarray(0, 3)]).toEqual([0, 2, 5]);
  });

  it.each([
    ['a clustering', clusters, /"centroids":\[\[?[^,\]]+/],
    ['a propensity', propensity, /"intercept":[^,}]+/],
  ])(
    'find %s that is read back as it was, and refuse one that was changed and is valid still',
    async (_what, make, number) => {
      const made = await make();
      expect(await held(made, made.artifact)).toEqual({ told: 'same', steps: [] });
      const changed = made.artifact.replace(number, (text) => text.replace(/[^:[]+$/, '19.5'));
      expect(changed).not.toBe(made.artifact);
      const { told, steps } = await held(made, changed);
      expect(told).toMatch(/^MODELS_ARTIFACT_DIFFERS: .* \(\d+ of 100 people\)/);
      expect(steps).toEqual([expect.stringMatching(/^damage \d+$/)]);
    },
  );

  it('are told apart by less than what text may lose, and by no more', async () => {
    const made = await propensity();
    const nudged = (by: number) => ({
      ...made,
      golden: { labels: null, values: made.golden.values.map((p) => p + by) },
    });
    expect(await held(nudged(5e-10), made.artifact)).toMatchObject({ told: 'same' });
    expect((await held(nudged(2e-9), made.artifact)).told).toContain('100 of 100 people');
  });

  it('count as changed when nothing can be read; a store that is away, or a cancel, is another matter', async () => {
    const made = await clusters();
    const { told, steps } = await held(made, '{"kind":"clustering"}');
    expect(told).toContain('MODELS_ARTIFACT_DIFFERS: the model as it was stored');
    expect(told).toContain('CLUSTERS_BAD_MODEL');
    expect(steps).toEqual(['damage 100']);
    const failing = (thrown: Error) =>
      async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('');
        throw thrown;
      };
    const away = (kind: AppError['kind']) => failing(new AppError({ code: 'STORE_AWAY', kind, message: 'away' }));
    for (const kind of ['transient', 'rate-limited', 'cancelled'] as const) {
      expect(await held(made, away(kind))).toEqual({ told: 'STORE_AWAY: away', steps: [] });
    }
    expect(await held(made, failing(new TypeError('broken')))).toEqual({ told: 'undefined: broken', steps: [] });
    // What a cancel breaks off looks like a file that is not whole.
    const abort = new AbortController();
    abort.abort();
    expect(await held(made, away('not-found'), runContext(abort))).toEqual({ told: 'STORE_AWAY: away', steps: [] });
    expect((await held(made, away('not-found'))).steps).toEqual(['damage 100']);
  });
});
