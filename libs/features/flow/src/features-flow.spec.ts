import {
  profileIdSchema,
  runIdSchema,
  workspaceIdSchema,
  type ColumnLoader,
  type ColumnStore,
  type FeatureRow,
  type FeatureStore,
  type ProfileMatrix,
  type RunContext,
} from '@kohort/kernel-contracts';
import { columnDataset } from './column-dataset';
import { computeFeaturesFlow, type ComputeFeaturesPorts } from './compute-features.flow';

const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
const runId = runIdSchema.parse('00000000-0000-4000-8000-000000000002');
const COLS = 25;

const profile = (i: number) => profileIdSchema.parse(`00000000-0000-4000-9000-${String(i).padStart(12, '0')}`);

function context(abort = new AbortController()): RunContext {
  const run = { workspaceId, id: runId, job: 'features.compute', status: 'running' as const, params: {} };
  const rest = { progress: null, checkpoint: null, result: null, error: null, cancelRequested: false };
  return {
    run: { ...run, ...rest, createdAt: 0, startedAt: 0, finishedAt: null },
    fence: { workspaceId, runId, fence: 3 },
    signal: abort.signal,
    onProgress: () => undefined,
  };
}

/** Ports that answer a matrix of `people` rows and remember what they were asked and told. */
function doubles(people: number) {
  const steps: string[] = [];
  const saved: FeatureRow[] = [];
  const columns: ColumnStore = {
    members: async (_sql, params) => {
      steps.push(`members ${String(params['fromMs'])}..${String(params['toMs'])}`);
      return [profile(1), profile(3), profile(99)];
    },
    count: async () => 0,
    fill: async () => [],
    query: async (_sql, _params, parse) => [parse({ first: '5', last: '9', n: String(people) })],
    matrix: async ({ cols, params }): Promise<ProfileMatrix> => {
      steps.push(`matrix ${String(params['asOfMs'])} ${String(params['timeZone'])}`);
      const matrix = new Float64Array(new SharedArrayBuffer(people * cols * 8)).map((_, i) =>
        i % cols === 1 ? NaN : i,
      );
      const shared = new Float64Array(new SharedArrayBuffer(matrix.byteLength));
      shared.set(matrix);
      return { profileIds: Array.from({ length: people }, (_, i) => profile(i)), matrix: shared, rows: people, cols };
    },
  };
  const loader: ColumnLoader = {
    load: async () => {
      steps.push('load');
      return { events: 0, traits: 0, memberships: 0, consents: 0, scores: 0, rebuilt: false, durationMs: 0 };
    },
    verify: async () => ({ equal: true }),
  };
  const features: FeatureStore = {
    timeZone: async () => 'Europe/London',
    set: async () => null,
    addSet: async () => null,
    save: async (fence, point, rows) => {
      steps.push(`save ${fence.fence} ${point.definitionVersion} ${point.asOf} ${rows.length}`);
      saved.push(...rows);
      return rows.length;
    },
  };
  const statistics: ComputeFeaturesPorts['statistics'] = {
    earliest: async () => [],
    save: async (fence, point, { rows, population }) => {
      steps.push(`statistics ${fence.fence} ${point.asOf} ${rows.length} ${Object.keys(population).length}`);
    },
  };
  const live = { store: { write: async () => [] }, changed: async () => undefined };
  return { ports: { columns, loader, features, statistics, live }, steps, saved };
}

describe('computeFeaturesFlow', () => {
  it('loads, computes once, and writes pages of 5,000 under the fence', async () => {
    const { ports, steps, saved } = doubles(12_000);
    const result = await computeFeaturesFlow(ports, context(), { asOf: '2011-12-10T00:00:00Z' });
    const asOf = Date.UTC(2011, 11, 10);
    expect(steps).toEqual([
      'load',
      `matrix ${asOf} Europe/London`,
      `save 3 1 ${asOf} 5000`,
      `save 3 1 ${asOf} 5000`,
      `save 3 1 ${asOf} 2000`,
      `statistics 3 ${asOf} ${COLS} 0`,
    ]);
    expect(result).toEqual({ definitionVersion: 1, asOf: '2011-12-10T00:00:00Z', profiles: 12_000, features: COLS });
    expect(saved[1]).toMatchObject({ profileId: profile(1), values: { recency_days: COLS, frequency: null } });
  });

  it('stops between pages when it is cancelled', async () => {
    const abort = new AbortController();
    const { ports, steps } = doubles(12_000);
    const stopping = {
      ...ports,
      features: {
        ...ports.features,
        save: async (...args: Parameters<FeatureStore['save']>) => {
          abort.abort();
          return ports.features.save(...args);
        },
      },
    };
    await expect(computeFeaturesFlow(stopping, context(abort), { asOf: '2011-12-10T00:00:00Z' })).rejects.toThrow();
    expect(steps.filter((step) => step.startsWith('save')).length).toBe(1);
  });

  it('refuses a version of definitions that there is not', async () => {
    const { ports, steps } = doubles(1);
    const unknown = computeFeaturesFlow(ports, context(), { asOf: '2011-12-10T00:00:00Z', definitionVersion: 9 });
    await expect(unknown).rejects.toMatchObject({ code: 'FEATURES_VERSION_UNKNOWN' });
    expect(steps).toEqual([]);
  });
});

describe('columnDataset', () => {
  it('labels those who did the event within the horizon', async () => {
    const { ports, steps } = doubles(4);
    const request = {
      workspaceId,
      asOf: 1000,
      horizonDays: 1,
      event: 'Order Completed',
      features: ['frequency', 'monetary'],
    };
    const matrix = await columnDataset(ports).labelMatrix(request, {});
    expect(matrix.features).toEqual(['frequency', 'monetary']);
    expect([...matrix.labels]).toEqual([0, 1, 0, 1]);
    expect(matrix.data.length).toBe(8);
    expect(steps).toContain(`members 1000..${1000 + 86_400_000}`);
  });

  it('tells first and last instant, or that there is none', async () => {
    const request = { workspaceId, event: 'Order Completed' };
    expect(await columnDataset(doubles(2).ports).extent(request)).toEqual({ first: 5, last: 9 });
    expect(await columnDataset(doubles(0).ports).extent(request)).toBeNull();
  });
});
