import { GatewayRig } from './gateway-rig';
import { seedWorld, type SeededWorld } from './seed-world';

const failure = '... on Failure { __typename code message } ... on InvalidInput { issues { path message } }';
const SAY = (mutation: 'recordConsent' | 'withdrawConsent'): string =>
  `mutation ($input: ConsentInput!) { answer: ${mutation}(input: $input) { ... on RecordedConsent { __typename recorded } ${failure} } }`;
const PROFILE = `query ($id: String!) { profile(identifier: $id) {
  consents { purpose given state since }
  consentHistory(first: 2) { nodes { purpose state kind source proof identifierType identifier } pageInfo { hasNextPage endCursor } }
} }`;
const SUPPRESS = `mutation ($input: SuppressionInput!) { answer: suppress(input: $input) {
  ... on Suppression { __typename added people memberships } ${failure} } }`;

interface Answer {
  readonly answer: Record<string, unknown>;
}

describe('privacy over GraphQL', () => {
  let rig: GatewayRig;
  let world: SeededWorld;
  let key: string;
  let person: string;
  beforeAll(async () => {
    rig = await GatewayRig.start();
    const workspaceId = await rig.db.addWorkspace('Ours');
    world = await seedWorld(rig.db.database, workspaceId, 'ours');
    key = (await rig.key(workspaceId)).text;
    const row = await rig.db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .selectFrom('identifier')
        .innerJoin('membership', 'membership.profile_id', 'identifier.profile_id')
        .select('identifier.value')
        .where('identifier.type', '=', 'user_id')
        .where('membership.member', '=', true)
        .orderBy('identifier.value')
        .executeTakeFirstOrThrow(),
    );
    person = row.value;
  });
  afterAll(() => rig.stop());

  async function answerOf(query: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const answered = await rig.ask(key, query, variables);
    expect(answered.errors).toEqual([]);
    return (answered.data as unknown as Answer).answer;
  }
  const topics = async (topic: string): Promise<number> => {
    const rows = await rig.db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('outbox').select('topic').where('topic', '=', topic).execute(),
    );
    return rows.length;
  };

  it('is recorded, withdrawn and shown with its history', async () => {
    const input = { identifier: person, purpose: 'email', proof: 'form 7', at: '2026-01-01T00:00:00.000Z' };
    expect(await answerOf(SAY('recordConsent'), { input })).toEqual({ __typename: 'RecordedConsent', recorded: 1 });
    expect(await answerOf(SAY('recordConsent'), { input })).toMatchObject({ recorded: 0 });
    const granted = await rig.ask(key, PROFILE, { id: person });
    expect(granted.data).toMatchObject({
      profile: { consents: [{ purpose: 'email', given: true, state: 'GRANTED', since: '2026-01-01T00:00:00.000Z' }] },
    });
    await answerOf(SAY('withdrawConsent'), { input: { ...input, at: '2026-01-02T00:00:00.000Z', proof: null } });
    await answerOf(SAY('recordConsent'), { input: { ...input, purpose: 'sms' } });
    expect((await rig.ask(key, PROFILE, { id: person })).data).toEqual({
      profile: {
        consents: [
          { purpose: 'email', given: false, state: 'WITHDRAWN', since: '2026-01-02T00:00:00.000Z' },
          { purpose: 'sms', given: true, state: 'GRANTED', since: '2026-01-01T00:00:00.000Z' },
        ],
        consentHistory: {
          nodes: [
            {
              purpose: 'email',
              state: 'WITHDRAWN',
              kind: 'EXPLICIT',
              source: 'api',
              proof: '',
              identifierType: 'USER_ID',
              identifier: person,
            },
            expect.objectContaining({ purpose: 'email', state: 'GRANTED', proof: 'form 7' }),
          ],
          pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
        },
      },
    });
    expect(await topics('ConsentChanged')).toBe(3);
  });

  it('refuses a purpose that there is not, and an identifier that names nobody', async () => {
    expect(await answerOf(SAY('recordConsent'), { input: { identifier: person, purpose: 'weather' } })).toMatchObject({
      __typename: 'InvalidInput',
      code: 'PRIVACY_PURPOSE_UNKNOWN',
    });
    expect(await answerOf(SAY('recordConsent'), { input: { identifier: 'null', purpose: 'sms' } })).toMatchObject({
      __typename: 'InvalidInput',
      code: 'PRIVACY_IDENTIFIER_USELESS',
    });
  });

  it('has a vocabulary, which segments and destinations name', async () => {
    const define = `mutation ($input: PurposeInput!) { answer: definePurpose(input: $input) { ... on Purpose { key categories } ${failure} } }`;
    expect(
      await answerOf(define, { input: { key: 'weather', name: 'Weather', categories: ['Weather Reports'] } }),
    ).toEqual({ key: 'weather', categories: ['weather_reports'] });
    const { purposes } = (await rig.ask(key, '{ purposes { key } }')).data as unknown as {
      purposes: { key: string }[];
    };
    expect(purposes.map((one) => one.key)).toEqual([
      'advertising',
      'analytics',
      'email',
      'personalization',
      'push',
      'sms',
      'weather',
    ]);
    const set = `mutation ($input: SetPurposeInput!) { answer: setPurpose(input: $input) { ... on PurposeSet { purpose } ${failure} } }`;
    expect(await answerOf(set, { input: { segment: 'pro', purpose: 'weather' } })).toEqual({ purpose: 'weather' });
    expect((await rig.ask(key, '{ segment(key: "pro") { purpose } }')).data).toEqual({
      segment: { purpose: 'weather' },
    });
    expect(await answerOf(set, { input: { segment: 'nowhere' } })).toMatchObject({ code: 'PRIVACY_TARGET_MISSING' });
    expect(await answerOf(set, { input: {} })).toMatchObject({ __typename: 'InvalidInput' });
  });

  it('suppresses a person: the membership ends, and the answer to the question changes', async () => {
    const asked = 'query ($of: [PersonIdentifierInput!]!) { areSuppressed(identifiers: $of) }';
    const of = [{ type: 'user_id', value: person }];
    expect((await rig.ask(key, asked, { of })).data).toEqual({ areSuppressed: [false] });
    const done = await answerOf(SUPPRESS, { input: { identifiers: of, reason: 'objection' } });
    expect(done).toMatchObject({ __typename: 'Suppression', people: 1 });
    expect(Number(done['memberships'])).toBeGreaterThan(0);
    expect(await topics('MembershipChanged')).toBe(1);
    expect((await rig.ask(key, asked, { of })).data).toEqual({ areSuppressed: [true] });
    const reader = (await rig.key(world.workspaceId, ['graphql:read'])).text;
    expect((await rig.ask(reader, asked, { of })).errors[0]?.extensions).toMatchObject({
      code: 'ACCESS_SCOPE_MISSING',
    });
    expect(
      await answerOf(SUPPRESS, { input: { identifiers: [{ type: 'email', value: 'x' }], reason: 'r' } }),
    ).toMatchObject({ __typename: 'InvalidInput', message: expect.not.stringContaining('"x"') });
    const undo = SUPPRESS.replace('suppress(', 'unsuppress(').replace(
      '... on Suppression { __typename added people memberships }',
      '... on Unsuppression { removed }',
    );
    expect(Number((await answerOf(undo, { input: { identifiers: of, reason: 'asked' } }))['removed'])).toBeGreaterThan(
      0,
    );
    expect((await rig.ask(key, asked, { of })).data).toEqual({ areSuppressed: [false] });
  });
});
