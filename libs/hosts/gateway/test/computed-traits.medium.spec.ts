import { featureSet } from '@kohort/features-domain';
import { GatewayRig } from './gateway-rig';

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
});
