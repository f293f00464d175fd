import { modelIdSchema, type FoundLook, type ModelDrift, type WatchedModel } from '@kohort/kernel-contracts';
import { peopleMatrix, runContext } from '../test/flow-doubles';
import { bytesOf } from './text-bytes';
import { watchModel, type WatchLook } from './watch-model.flow';

const modelId = modelIdSchema.parse('00000000-0000-4000-8000-000000000003');
const sheet = { key: 'loyal', name: 'Loyal', evidence: [], size: 1, shareOfPeople: 1, shareOfValue: null };
const card = {
  ...{ kind: 'clustering', algorithm: 'kmeans', rows: 60, features: ['frequency'], k: 1, silhouette: null, inertia: 0 },
  ...{ choice: [], reasons: [], clusters: [{ ...sheet, suggestedAction: '', features: [] }], warnings: [], seed: 9 },
  definitionVersion: 1_003,
};
const fitted = { modelKey: 'value', asOf: '2026-01-01T00:00:00Z', k: 'auto', seed: 3 };
const model: WatchedModel = {
  ...{ modelId, version: 4, artifactKey: 'k', card, asOf: Date.UTC(2026, 0, 1), fitted },
  ...{ refit: { kind: 'on_drift', everyDays: null }, earlier: [{ loyal: 1 }] },
};
const moved: ModelDrift = {
  ...{
    level: 'moved',
    reasons: ['frequency: PSI 1 is beyond 0.25'],
    strongest: null,
    peopleBefore: 60,
    peopleAfter: 70,
  },
  ...{ features: [], clusters: [], sizePsi: 0, mmd: null },
};
const params = { modelKey: 'value', asOf: '2026-02-03T00:00:00.000Z' };

function ports(watched: WatchedModel | null, drift: ModelDrift = moved, people = 70) {
  const kept: FoundLook[] = [];
  const looks: WatchLook[] = [];
  const asked: unknown[] = [];
  const watch = {
    watched: async (...of: readonly unknown[]) => {
      asked.push(of.slice(1));
      return watched;
    },
    saveLook: async (_fence: unknown, look: FoundLook) => {
      kept.push(look);
      return { alert: 'opened' as const, refit: look.refit !== null };
    },
  };
  const dataset = {
    features: async (request: { readonly asOf: number }) => {
      asked.push(request);
      return peopleMatrix(request.asOf === model.asOf ? 60 : people);
    },
  };
  const compare = async (look: WatchLook) => {
    looks.push(look);
    return drift;
  };
  return { kept, looks, asked, given: { watch, dataset, compare, artifacts: { read: () => bytesOf('{}') } } };
}

describe('watching a model', () => {
  it('holds the people of now against those of the fit, by the features of the fit, and asks for a fit where they moved', async () => {
    const { kept, looks, asked, given } = ports(model);
    const context = runContext();
    expect(await watchModel(given, context, params)).toMatchObject({ level: 'moved', alert: 'opened', refit: true });
    const set = {
      workspaceId: context.run.workspaceId,
      features: ['frequency'],
      withWords: true,
      definitionVersion: 1_003,
    };
    expect(asked).toEqual([
      ['value', '2026-02-03'],
      { ...set, asOf: model.asOf },
      { ...set, asOf: Date.UTC(2026, 1, 3) },
    ]);
    expect(looks[0]).toMatchObject({ artifact: '{}', keys: ['loyal'], earlier: [{ loyal: 1 }] });
    expect(looks[0]?.seed).toBe(9 + Date.UTC(2026, 1, 3) / 86_400_000);
    expect(kept).toEqual([
      { modelId, version: 4, day: '2026-02-03', drift: moved, refit: { ...fitted, asOf: params.asOf } },
    ]);
  });

  it('asks for no fit where nothing moved, or where none is wanted', async () => {
    const steady = ports(model, { ...moved, level: 'shifting' });
    await watchModel(steady.given, runContext(), params);
    const never = ports({ ...model, refit: { kind: 'never', everyDays: null } });
    await watchModel(never.given, runContext(), params);
    expect([steady.kept[0]?.refit, never.kept[0]?.refit]).toEqual([null, null]);
  });

  it('keeps nothing when there are too few people, and says what is not served', async () => {
    const few = ports(model, moved, 49);
    expect(await watchModel(few.given, runContext(), params)).toMatchObject({ level: null, after: 49 });
    expect([few.kept, few.looks]).toEqual([[], []]);
    await expect(watchModel(ports(null).given, runContext(), params)).rejects.toMatchObject({
      code: 'MODELS_NOT_SERVED',
      kind: 'unsuitable-data',
    });
  });
});
