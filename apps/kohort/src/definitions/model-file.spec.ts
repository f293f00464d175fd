import type { GatewayClient } from '../client/gateway-client';
import { applyModels } from './apply-models';
import { newModelFile, parseModelFile, updatedModelFile } from './model-file';
import { planModels } from './plan-models';
import { workspaceModels } from './workspace-models';

const TEXT = `# ours
model: groups
algorithm: seeded-kmeans
features: [recency_days, frequency] # no money
k: { from: 3, to: 6 }
weights: { frequency: 2 }
sizes: { min: 10 }
seeds:
  - group: loyal
    people: [00000000-0000-4000-8000-000000000001]
refit: { everyDays: 7 } # on Mondays
`;

/** A workspace of one clustering that is fitted when it is told to be. */
function workspace() {
  const asked: object[] = [];
  let fitted: object | null = null;
  let refit: object = { kind: 'NEVER', everyDays: null };
  const query = async (document: string, { input }: { input?: Record<string, unknown> } = {}): Promise<unknown> => {
    if (document.includes('trainClusters')) {
      const { key, minSize, maxSize, kLeast, kMost, k = { from: kLeast, to: kMost }, ...rest } = input ?? {};
      asked.push({ train: key });
      const sizes = minSize == null && maxSize == null ? {} : { sizes: { min: minSize ?? undefined } };
      fitted = { ...rest, ...sizes, modelKey: key, asOf: '2026-01-01T00:00:00Z', k };
      return { answer: { __typename: 'Job', id: 'j' } };
    }
    if (document.includes('setModelRefit')) {
      const { model, ...set } = input ?? {};
      asked.push({ refit: model });
      refit = set;
      return { answer: { __typename: 'Model', key: model } };
    }
    if (document.includes('job(')) return { job: { id: 'j', status: 'SUCCEEDED', progress: null } };
    const trainedBy = { job: 'models.fitClusters', params: fitted };
    const nodes = fitted ? [{ key: 'groups', kind: 'CLUSTERING', refit, currentVersion: { trainedBy } }] : [];
    return { models: { nodes, pageInfo: { endCursor: null, hasNextPage: false } } };
  };
  return { asked, client: { query } as unknown as GatewayClient };
}

describe('files of clusterings', () => {
  it('are read back as they were written, and brought up to date with their comments', () => {
    const file = parseModelFile('m.yaml', TEXT);
    expect(file.definition).toMatchObject({
      key: 'groups',
      algorithm: 'seeded-kmeans',
      seed: 1,
    });
    expect(parseModelFile('n.yaml', newModelFile(file.definition)).definition).toEqual(file.definition);
    expect(updatedModelFile(file, file.definition)).toBe(TEXT);
    const updated = updatedModelFile(file, { ...file.definition, k: 4, sizes: undefined });
    expect(updated).toContain('features: [ recency_days, frequency ] # no money\nk: 4\n');
    expect(updated).not.toContain('sizes');
    expect(parseModelFile('m.yaml', 'model: plain\n').definition).toEqual({
      ...{ key: 'plain', algorithm: 'kmeans', k: 'auto', seed: 1, refit: 'never' },
    });
  });

  it.each([
    ['an algorithm that is none', 'model: a\nalgorithm: kmean\n', 2, 12, 'did you mean "kmeans"'],
    ['a parameter of another', 'model: a\nparams:\n  eps: 4\n', 3, 8, 'has no parameter "eps"'],
    ['what is no field', 'model: a\nsize: 4\n', 2, 7, 'size'],
    [
      'seeds that are missing',
      'model: a\nalgorithm: label-spreading\n',
      2,
      12,
      'needs some people whose group is known',
    ],
    ['a schedule without days', 'model: a\nrefit: schedule\n', 2, 8, 'refit'],
    ['a schedule of no days', 'model: a\nrefit: { everyDays: 0 }\n', 2, 21, 'everyDays'],
    ['a k of one', 'model: a\nk: 1\n', 2, 4, 'k'],
  ])('refuse %s at its place', (_what, text, line, column, message) => {
    const read = () => parseModelFile('m.yaml', text);
    expect(read).toThrow(`m.yaml, line ${line}, column ${column}`);
    expect(read).toThrow(message);
  });

  it('are planned, applied once, exported as they are, and refused when somebody has changed the model since', async () => {
    const { definition } = parseModelFile('m.yaml', TEXT);
    const { asked, client } = workspace();
    const first = planModels([definition], await workspaceModels(client));
    expect(first.steps).toMatchObject([{ action: 'create', key: 'groups', before: null }]);
    expect(await applyModels(client, first)).toEqual([{ key: 'groups', action: 'create', result: 'applied' }]);
    expect(asked).toEqual([{ train: 'groups' }, { refit: 'groups' }]);
    expect(await applyModels(client, first)).toMatchObject([{ result: 'already' }]);
    expect(await workspaceModels(client)).toEqual([{ key: 'groups', definition }]);
    expect(planModels([definition], await workspaceModels(client)).steps).toMatchObject([{ action: 'unchanged' }]);
    // Only when it is fitted again differs: nothing is fitted for that.
    const drifting = planModels([{ ...definition, refit: 'on_drift' }], await workspaceModels(client));
    expect(drifting.steps).toMatchObject([{ action: 'change', fields: ['refit'] }]);
    await applyModels(client, drifting);
    expect(asked.slice(2)).toEqual([{ refit: 'groups' }]);
    await applyModels(client, planModels([definition], await workspaceModels(client)));
    const larger = planModels([{ ...definition, k: 5 }], await workspaceModels(client));
    await applyModels(client, planModels([{ ...definition, seed: 9 }], await workspaceModels(client)));
    await expect(applyModels(client, larger)).rejects.toMatchObject({ code: 'PLAN_STALE' });
    expect(planModels([], await workspaceModels(client))).toEqual({ steps: [], onlyThere: [] });
  });
});
