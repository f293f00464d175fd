import type { PropensityCard } from '@kohort/kernel-contracts';
import { peopleMatrix, recordingStores, runContext, sameForAll as score } from '../test/flow-doubles';
import type { DatasetPort } from './dataset.port';
import type { PeopleToScore } from './score-model.flow';
import { fitPropensity, temporalCuts, type PropensityFit, type PropensityFitInput } from './fit-propensity.flow';

const DAY_MS = 86_400_000;
const asOf = Date.UTC(2026, 5, 1);
const params = {
  modelKey: 'orders_30d',
  asOf: new Date(asOf).toISOString(),
  horizonDays: 30,
  event: 'Order Completed',
  seed: 1,
};

const card: PropensityCard = {
  kind: 'propensity',
  event: 'Order Completed',
  horizonDays: 30,
  trainCut: 0,
  testCut: 0,
  trainRows: 0,
  testRows: 0,
  baseRate: 0.5,
  features: [],
  candidates: [],
  calibration: [],
  importance: [],
  reasons: ['one class'],
  warnings: [],
  seed: 1,
};

function world(firstDay: number): { dataset: DatasetPort; asked: number[]; labelled: number[] } {
  const asked: number[] = [];
  const labelled: number[] = [];
  const dataset: DatasetPort = {
    features: async (request) => {
      asked.push(request.asOf);
      return peopleMatrix(60);
    },
    doers: async (request) => {
      labelled.push(request.asOf);
      return new Set(['p1', 'p3']);
    },
    extent: async () => ({ first: asOf - firstDay * DAY_MS, last: asOf }),
  };
  return { dataset, asked, labelled };
}

function fitting(status: PropensityFit['status']): {
  seen: PropensityFitInput[];
  fit: (input: PropensityFitInput) => Promise<PropensityFit>;
} {
  const seen: PropensityFitInput[] = [];
  return {
    seen,
    fit: async (input) => {
      seen.push(input);
      const n = input.now.profileIds.length;
      const filled = new Float64Array(n).fill(0.5);
      return {
        status,
        grade: status === 'ready' ? 'good' : null,
        card,
        artifact: '{}',
        probabilities: filled,
        percentiles: filled,
      };
    },
  };
}

describe('fitting a propensity', () => {
  it('judges on data that is later than everything it learned from', async () => {
    const { dataset, asked, labelled } = world(400);
    const { recorded, models, artifacts } = recordingStores();
    const { seen, fit } = fitting('ready');
    await fitPropensity({ dataset, models, artifacts, score, fit }, runContext(), params);
    const { trainCut, testCut } = temporalCuts(asOf, 30);
    expect(asked).toEqual([trainCut, testCut, asOf]);
    expect(labelled).toEqual([trainCut, testCut]);
    // The labels of training end where the features of the test are cut; the test's labels end now.
    expect(trainCut + 30 * DAY_MS).toBe(testCut);
    expect(testCut + 30 * DAY_MS).toBe(asOf);
    expect([...(seen[0]?.train.labels.slice(0, 5) ?? [])]).toEqual([0, 1, 0, 1, 0]);
    expect(recorded.steps).toEqual(['artifact', 'version', 'scores 60', 'live 7']);
  });

  it('keeps a refused model for its card and serves nobody by it', async () => {
    const { dataset } = world(400);
    const { recorded, models, artifacts } = recordingStores();
    const result = await fitPropensity(
      { dataset, models, artifacts, score, fit: fitting('refused').fit },
      runContext(),
      params,
    );
    expect(recorded.steps).toEqual(['artifact', 'version']);
    expect(result).toMatchObject({ status: 'refused', reasons: ['one class'] });
  });

  it('goes no further when the stored model scores people otherwise than the one that was fitted', async () => {
    const { dataset } = world(400);
    const { recorded, models, artifacts } = recordingStores();
    const otherwise = async (people: PeopleToScore) => {
      const same = await score(people);
      return same.kind === 'propensity' ? { ...same, probabilities: same.probabilities.map((p) => p + 1e-6) } : same;
    };
    await expect(
      fitPropensity({ dataset, models, artifacts, score: otherwise, fit: fitting('ready').fit }, runContext(), params),
    ).rejects.toMatchObject({ code: 'MODELS_ARTIFACT_DIFFERS' });
    expect(recorded.steps).toEqual(['artifact', 'damage 60']);
  });

  it('refuses a history that cannot be back-tested, and an event that never happened', async () => {
    const { models, artifacts } = recordingStores();
    const { dataset } = world(89);
    const { fit } = fitting('ready');
    await expect(fitPropensity({ dataset, models, artifacts, score, fit }, runContext(), params)).rejects.toMatchObject(
      {
        code: 'MODELS_HISTORY_TOO_SHORT',
        details: { neededDays: 90, foundDays: 89 },
      },
    );
    const empty = { ...dataset, extent: async () => null };
    await expect(
      fitPropensity({ dataset: empty, models, artifacts, score, fit }, runContext(), params),
    ).rejects.toMatchObject({
      code: 'MODELS_NO_EVENTS',
    });
  });
});
