import { manualClock, seededRandom } from '@kohort/kernel-clock-random';
import {
  modelIdSchema,
  profileIdSchema,
  workspaceIdSchema,
  type ArtifactStore,
  type ModelRecord,
  type ReadPort,
  type ScoreRecord,
} from '@kohort/kernel-contracts';
import { explainPropensity, fitPropensity, parsePropensity, peopleTable } from '@kohort/models-domain';
import { scoreExplainer } from './score-explainer.adapter';

const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
const profileId = profileIdSchema.parse('00000000-0000-4000-8000-0000000000b1');
const modelId = modelIdSchema.parse('00000000-0000-4000-8000-0000000000c1');
const features = ['recency', 'visits'];

/** People of whom those who come often and lately tend to order. */
function people(seed: number) {
  const random = seededRandom(seed);
  const rows = 400;
  const data = new Float64Array(rows * 2);
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const [recency, visits] = [random.int(90), random.int(30)];
    data.set([recency, visits], row * 2);
    labels[row] = random.next() < 1 / (1 + Math.exp(0.05 * recency - 0.15 * visits)) ? 1 : 0;
  }
  return { features, data, labels };
}

describe('scoreExplainer', () => {
  let artifact: string;
  let reads = 0;
  let brokenReads = 0;
  beforeAll(async () => {
    const cuts = { trainCut: Date.UTC(2026, 0, 1), testCut: Date.UTC(2026, 0, 31) };
    const input = {
      train: people(1),
      test: people(2),
      now: people(3),
      event: 'Order Completed',
      horizonDays: 30,
      seed: 9,
      ...cuts,
    };
    ({ artifact } = await fitPropensity(input, {}, {}));
  });

  function explainer(person: Record<string, unknown> | null) {
    const store: ArtifactStore = {
      put: () => Promise.reject(new RangeError('not here')),
      stat: () => Promise.resolve(null),
      async *read() {
        if (brokenReads > 0) {
          brokenReads -= 1;
          throw new RangeError('the store is away');
        }
        reads += 1;
        yield Buffer.from(artifact.slice(0, 100));
        yield Buffer.from(artifact.slice(100));
      },
    };
    const version = {
      modelId,
      version: 2,
      status: 'ready',
      grade: null,
      runId: 'r',
      seed: 9,
      asOf: 0,
      artifactKey: 'a',
      card: null,
      createdAt: 0,
    };
    const reader = {
      models: { currentVersions: async () => [version] },
      profiles: { features: async () => person && { definitionVersion: 1, asOf: 0, values: person, computedAt: 0 } },
    };
    // Only what the explainer asks for is there.
    const read = { forWorkspace: () => reader } as unknown as ReadPort;
    return scoreExplainer({ read, artifacts: store, clock: manualClock(0) });
  }

  const model: ModelRecord = {
    id: modelId,
    key: 'orders',
    name: 'Orders',
    kind: 'propensity',
    liveVersion: 2,
    createdAt: 0,
  };
  const score: ScoreRecord = {
    modelId,
    profileId,
    version: 2,
    asOf: 0,
    probability: 0.5,
    percentile: 50,
    clusterKey: null,
    distance: null,
    confidence: null,
  };
  const asked = { profileId, model, score };

  it('gives the exact contributions of the stored model, the strongest first', async () => {
    const reasons = await explainer({ recency: 3, visits: 28 }).explain(workspaceId, asked);
    const table = peopleTable({ features, data: Float64Array.of(3, 28) });
    const expected = explainPropensity(parsePropensity(artifact), { table, row: 0 }).reasons;
    expect(reasons).toEqual(expected.map(({ feature, value, contribution }) => ({ feature, value, contribution })));
    expect(reasons?.map((reason) => reason.contribution > 0)).toEqual([true, true]);
    const sleepy = await explainer({ recency: 89, visits: 0 }).explain(workspaceId, asked);
    expect(sleepy?.every((reason) => reason.contribution < 0)).toBe(true);
  });

  it('reads a file once, and again after a failure', async () => {
    const one = explainer({ recency: 3, visits: 28 });
    reads = 0;
    brokenReads = 1;
    await expect(one.explain(workspaceId, asked)).rejects.toThrow('away');
    await one.explain(workspaceId, asked);
    await one.explain(workspaceId, asked);
    expect(reads).toBe(1);
  });

  it('says nothing where nothing can be said', async () => {
    expect(await explainer(null).explain(workspaceId, asked)).toBeNull();
    expect(await explainer({ other: 1 }).explain(workspaceId, asked)).toBeNull();
    const person = explainer({ recency: 3, visits: 28 });
    expect(await person.explain(workspaceId, { ...asked, score: { ...score, version: 1 } })).toBeNull();
    expect(await person.explain(workspaceId, { ...asked, model: { ...model, kind: 'clustering' } })).toBeNull();
  });
});
