import { randomUUID } from 'node:crypto';
import { featureSet, numberStatistics } from '@kohort/features-domain';
import { runIdSchema } from '@kohort/kernel-contracts';
import { featureStatisticsStore } from '@kohort/platform-postgres';
import { GatewayRig } from './gateway-rig';
import { seedWorld } from './seed-world';

const EDIT = `mutation ($input: EditComputedTraitsInput!) { answer: editComputedTraits(input: $input) {
  __typename ... on ComputedTraitSet { version traits { key builtIn version } } ... on Failure { code } } }`;

interface Answer {
  readonly __typename: string;
  readonly code?: string;
  readonly version?: number;
  readonly traits?: readonly { readonly key: string; readonly builtIn: boolean }[];
}

describe('computed traits over the API', () => {
  let rig: GatewayRig;
  let keys: { ours: string; theirs: string };
  beforeAll(async () => {
    rig = await GatewayRig.start();
    const keyOf = async (name: string): Promise<string> => (await rig.key(await rig.db.addWorkspace(name))).text;
    keys = { ours: await keyOf('Ours'), theirs: await keyOf('Theirs') };
  });
  afterAll(() => rig.stop());

  const edit = async (input: object, key = keys.ours): Promise<Answer> => {
    const { data } = await rig.ask(key, EDIT, { input: { set: [], ...input } });
    return (data as unknown as { answer: Answer }).answer;
  };
  const versionOf = async (key: string): Promise<unknown> => {
    const { data } = await rig.ask(key, '{ computedTraits(first: 100) { nodes { key version } } }');
    const { nodes } = (data as unknown as { computedTraits: { nodes: { key: string; version: number }[] } })
      .computedTraits;
    return { version: nodes[0]?.version, traits: nodes.length };
  };
  const coupons = {
    ...{ key: 'coupons', label: 'Coupons', unit: 'coupons' },
    formula: { measure: 'events', name: "'; drop table live_events; --", window: { days: 30 } },
  };

  it('begin with the built-in set, and change in versions of their workspace alone', async () => {
    const built = featureSet().length;
    expect(await versionOf(keys.ours)).toEqual({ version: 1, traits: built });
    const made = await edit({ set: [coupons], afterVersion: 1 });
    expect(made).toMatchObject({ __typename: 'ComputedTraitSet', version: 1_000 });
    expect(made.traits?.filter(({ builtIn }) => !builtIn).map(({ key }) => key)).toEqual(['coupons']);
    // The same edit again is done already, whatever version it was made for.
    expect(await edit({ set: [coupons], afterVersion: 1 })).toMatchObject({ version: 1_000 });
    expect(await edit({ set: [{ ...coupons, label: 'Others' }], afterVersion: 1 })).toEqual({
      __typename: 'Conflict',
      code: 'FEATURES_SET_MOVED',
    });
    expect(await versionOf(keys.ours)).toEqual({ version: 1_000, traits: built + 1 });
    expect(await versionOf(keys.theirs)).toEqual({ version: 1, traits: built });
    expect(await edit({ remove: ['coupons'], afterVersion: 1_000 })).toMatchObject({ version: 1_001 });
    expect(await edit({ remove: ['coupons'], afterVersion: 1_001 })).toMatchObject({ version: 1_001 });
  });

  it('refuse what is none, and the removal of what is built in', async () => {
    const wrong = { ...coupons, formula: { measure: 'median' } };
    expect(await edit({ set: [wrong], afterVersion: 1 }, keys.theirs)).toMatchObject({ __typename: 'InvalidInput' });
    expect(await edit({ remove: ['monetary'], afterVersion: 1 }, keys.theirs)).toMatchObject({
      code: 'FEATURES_BUILT_IN',
    });
    const preview = `query ($trait: ComputedTraitInput!) { answer: computedTraitPreview(trait: $trait) {
      __typename ... on Failure { code } } }`;
    const { data } = await rig.ask(keys.theirs, preview, { trait: coupons });
    expect(data).toEqual({ answer: { __typename: 'NeedsAttention', code: 'GATEWAY_NO_COLUMNS' } });
  });

  it('tell what their values were like, and how far they moved since the first time', async () => {
    const workspaceId = await rig.db.addWorkspace('Kept');
    const { text: key } = await rig.key(workspaceId);
    const runId = runIdSchema.parse(randomUUID());
    await rig.db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('run')
        .values({
          workspace_id: workspaceId,
          id: runId,
          job: 'features.compute',
          params: '{}',
          status: 'running',
          fence: 1,
        })
        .execute(),
    );
    const store = featureStatisticsStore(rig.db.database);
    const values = Array.from({ length: 200 }, (_, i) => i);
    const first = numberStatistics(values);
    for (const [asOf, statistics] of [
      [Date.UTC(2026, 0, 1), first],
      [
        Date.UTC(2026, 1, 1),
        numberStatistics(
          values.map((value) => value + 90),
          first.edges,
        ),
      ],
    ] as const) {
      const rows = [{ key: 'monetary', statistics }];
      await store.save({ workspaceId, runId, fence: 1 }, { definitionVersion: 1, asOf }, { rows, population: {} });
    }
    const { data, errors } = await rig.ask(
      key,
      '{ computedTraits(first: 100) { nodes { key statistics(first: 5) { asOf people missing drift figures } } } }',
    );
    expect(errors ?? []).toEqual([]);
    const { nodes } = (data as unknown as { computedTraits: { nodes: { key: string; statistics: object[] }[] } })
      .computedTraits;
    expect(nodes.find((one) => one.key === 'monetary')?.statistics).toEqual([
      expect.objectContaining({ asOf: '2026-02-01T00:00:00.000Z', people: 200, drift: expect.closeTo(3.562, 3) }),
      expect.objectContaining({ asOf: '2026-01-01T00:00:00.000Z', missing: 0, drift: 0 }),
    ]);
    expect(nodes.find((one) => one.key === 'frequency')?.statistics).toEqual([]);
  });

  it('stand in the lineage between events, segments, models and destinations of their workspace', async () => {
    const workspaceId = await rig.db.addWorkspace('Lineage');
    await seedWorld(rig.db.database, workspaceId, 'ours');
    const { text: key } = await rig.key(workspaceId);
    const ask = async (query: string, by = key): Promise<readonly string[]> => {
      const { data } = await rig.ask(
        by,
        `{ lineage${query} { nodes { key } edges { from { kind key } to { kind key } } } }`,
      );
      interface Node {
        readonly kind: string;
        readonly key: string;
      }
      const { edges } = (data as unknown as { lineage: { edges: { from: Node; to: Node }[] } }).lineage;
      return edges.map(({ from, to }) => `${from.kind.toLowerCase()} ${from.key} > ${to.kind.toLowerCase()} ${to.key}`);
    };
    const whole = await ask('');
    expect(whole).toEqual(
      expect.arrayContaining([
        'event Order Completed > trait monetary',
        'trait plan > segment pro',
        'trait recency > model value',
      ]),
    );
    expect(whole.some((edge) => edge.startsWith('source '))).toBe(true);
    expect(whole.some((edge) => edge.startsWith('segment pro > destination '))).toBe(true);
    const around = await ask('(of: { kind: MODEL, key: "value" })');
    expect(around).toContain('trait recency > model value');
    expect(around.every((edge) => whole.includes(edge))).toBe(true);
    expect(around).not.toContain('trait plan > segment pro');
    expect(await ask('(of: { kind: SEGMENT, key: "pro" })', keys.theirs)).toEqual([]);
  });

  it('have ready-made ones that an edit takes as they are', async () => {
    const { data } = await rig.ask(keys.theirs, '{ traitLibrary { key label unit formula } }');
    const { traitLibrary } = data as unknown as { traitLibrary: readonly { key: string }[] };
    expect(traitLibrary.length).toBeGreaterThan(50);
    const set = traitLibrary.filter(({ key }) => ['rfm_cell', 'favourite_category', 'session_minutes'].includes(key));
    expect(await edit({ set, afterVersion: 1 }, keys.theirs)).toMatchObject({ version: 1_000 });
    const text = { key: 'monetary', label: 'M', unit: 'u', formula: { aggregate: 'last', of: 'a', as: 'text' } };
    expect(await edit({ set: [text], afterVersion: 1_000 }, keys.theirs)).toMatchObject({
      code: 'FEATURES_BUILT_IN_NUMBER',
    });
  });
});
