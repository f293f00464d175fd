import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { storedDecision } from '@kohort/identity-domain';
import { batchIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import { identityStore } from '@kohort/platform-postgres';
import { GatewayRig } from './gateway-rig';

const failure = '... on Failure { __typename code message }';
const SAVE = `mutation ($rules: JSON!) { answer: saveIdentityRules(rules: $rules, note: "n") {
  ... on IdentityRules { __typename version status note } ${failure} } }`;
const MERGES = `query ($id: ID!) { profile(id: $id) { canonicalId mergedInto mergeHistory(first: 10) { nodes {
  id kind cause survivorId absorbedId identifiers { type masked } rulesVersion detail actor } } } }`;
const UNMERGE = `mutation ($merge: ID!) { answer: unmergeProfile(merge: $merge) {
  ... on Parting { __typename isApart profiles { id canonicalId } } ${failure} } }`;
const MERGE = `mutation ($profiles: [ID!]!) { answer: mergeProfiles(profiles: $profiles) {
  ... on Parting { __typename isApart profiles { canonicalId } } ${failure} } }`;

interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly survivorId: string;
}

describe('identity over GraphQL', () => {
  let rig: GatewayRig;
  let workspaceId: WorkspaceId;
  let key: string;
  let foreign: string;
  let source: string;
  beforeAll(async () => {
    rig = await GatewayRig.start();
  });
  afterAll(() => rig.stop());
  beforeEach(async () => {
    [workspaceId, foreign] = [
      await rig.db.addWorkspace('Ours'),
      (await rig.key(await rig.db.addWorkspace('Theirs'))).text,
    ];
    key = (await rig.key(workspaceId)).text;
    source = randomUUID();
    await query(
      sql`insert into source (workspace_id, id, key, name, kind) values (${workspaceId}, ${source}, 'crm', 'CRM', 'import')`,
    );
  });

  async function query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> {
    return rig.db.database.inWorkspace(workspaceId, async (tx) => (await statement.execute(tx)).rows);
  }
  async function ask(
    text: string,
    variables: Record<string, unknown> = {},
    by = key,
  ): Promise<Record<string, unknown>> {
    const answered = await rig.ask(by, text, variables);
    expect(answered.errors).toEqual([]);
    return { ...answered.data };
  }
  /** Pairs of user id and anonymous id, each an event, resolved. */
  async function resolved(pairs: readonly (readonly [string | null, string | null])[]): Promise<void> {
    const batchId = batchIdSchema.parse(randomUUID());
    await query(sql`insert into batch (workspace_id, id, kind) values (${workspaceId}, ${batchId}, 'events')`);
    for (const [user, anonymous] of pairs) {
      const id = randomUUID();
      await query(sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, anonymous_id, ts)
        values (${workspaceId}, ${id}, now(), ${batchId}, ${source}, ${id}, 'track', 'X', ${user}, ${anonymous}, now())`);
    }
    await identityStore(rig.db.database, { screen: null }).applyBatches(
      { workspaceId, batchIds: [batchId] },
      storedDecision,
    );
  }
  const idOf = async (name: string): Promise<string> =>
    (await query(sql<{ id: string }>`select id from profile where canonical_id = ${name}`))[0]?.id ?? '';

  it('keeps rules in versions, refuses wrong ones with their place, and asks for simulation and rebuild', async () => {
    expect(await ask('{ identityRules { version status rules } }')).toMatchObject({
      identityRules: {
        version: 0,
        status: 'ACTIVE',
        rules: { identifiers: [{ type: 'user_id' }, { type: 'anonymous_id' }] },
      },
    });
    const { recommendedIdentityRules: rules } = await ask('{ recommendedIdentityRules }');
    expect(await ask(SAVE, { rules })).toEqual({
      answer: { __typename: 'IdentityRules', version: 1, status: 'DRAFT', note: 'n' },
    });
    expect(await ask(SAVE, { rules })).toMatchObject({ answer: { version: 1 } });
    expect(await ask(SAVE, { rules: { identifiers: [{ type: 'email' }] } })).toMatchObject({ answer: { version: 2 } });
    expect(await ask(SAVE, { rules: { identifiers: [] } })).toMatchObject({
      answer: {
        __typename: 'InvalidInput',
        code: 'IDENTITY_RULES_INVALID',
        message: expect.stringContaining('identifiers'),
      },
    });
    expect(
      await ask('{ identityRulesVersions(first: 1) { nodes { version savedBy } pageInfo { hasNextPage } } }'),
    ).toMatchObject({
      identityRulesVersions: { nodes: [{ version: 2, savedBy: expect.any(String) }], pageInfo: { hasNextPage: true } },
    });
    const job = `... on Job { __typename job status params } ${failure}`;
    expect(
      await ask(`mutation ($rules: JSON!) { answer: simulateIdentityRules(rules: $rules) { ${job} } }`, { rules }),
    ).toMatchObject({
      answer: { __typename: 'Job', job: 'identity.simulate', status: 'QUEUED' },
    });
    const apply = `mutation ($version: Int!) { answer: applyIdentityRules(version: $version) { ${job} } }`;
    expect(await ask(apply, { version: 2 })).toMatchObject({
      answer: { job: 'identity.rebuild', params: { version: 2 } },
    });
    expect(await ask(apply, { version: 9 })).toMatchObject({ answer: { __typename: 'NotFound' } });
    expect(await ask(apply, { version: 1 }, foreign)).toMatchObject({ answer: { __typename: 'NotFound' } });
  });

  it('tells why people were merged, with masked values, takes a merge back and merges by hand', async () => {
    await resolved([
      [null, 'device-00001'],
      ['customer-42', null],
    ]);
    const [device, customer] = [await idOf('device-00001'), await idOf('customer-42')];
    await resolved([['customer-42', 'device-00001']]);
    const history = (await ask(MERGES, { id: customer }))['profile'];
    expect(history).toMatchObject({ canonicalId: 'customer-42', mergedInto: null });
    const [entry] = (history as { mergeHistory: { nodes: Entry[] } }).mergeHistory.nodes;
    expect(entry).toMatchObject({
      kind: 'MERGED',
      cause: 'IMPORT',
      survivorId: expect.any(String),
      identifiers: [
        { type: 'user_id', masked: 'c…2' },
        { type: 'anonymous_id', masked: 'de…01' },
      ],
      rulesVersion: 0,
      actor: null,
    });
    expect(await ask(UNMERGE, { merge: entry?.id }, foreign)).toMatchObject({ answer: { __typename: 'NotFound' } });
    const parted = { __typename: 'Parting', isApart: true, profiles: [device, customer].sort().map((id) => ({ id })) };
    expect(await ask(UNMERGE, { merge: entry?.id })).toMatchObject({ answer: parted });
    expect(await ask(UNMERGE, { merge: entry?.id })).toMatchObject({ answer: parted });
    await resolved([['customer-42', 'device-00001']]);
    expect(await query(sql`select canonical_id from profile where merged_into is null order by 1`)).toHaveLength(2);
    expect(await ask(MERGE, { profiles: [device, customer] })).toMatchObject({
      answer: { isApart: false, profiles: [{ canonicalId: 'customer-42' }] },
    });
    expect(await ask(MERGE, { profiles: [device, customer] }, foreign)).toMatchObject({
      answer: { __typename: 'NotFound' },
    });
    expect(await ask(MERGE, { profiles: [device] })).toMatchObject({ answer: { __typename: 'InvalidInput' } });
    const after = (await ask(MERGES, { id: customer }))['profile'] as { mergeHistory: { nodes: Entry[] } };
    expect(after.mergeHistory.nodes.map(({ kind }) => kind)).toEqual(['MERGED', 'UNMERGED', 'MERGED']);
    const topics = await query(sql<{ topic: string }>`select topic from outbox where topic = 'ProfilesTouched'`);
    expect(topics.length).toBe(5);
  });

  it('lists values that link too many, without saying them', async () => {
    await resolved([1, 2, 3, 4].map((n) => [`user-${n}`, 'the-kiosk-device'] as const));
    const risks = `query ($n: Int) { identityRisks(first: 10, threshold: $n) { nodes { key type masked links held sources profileId } } }`;
    expect(await ask(risks, { n: 3 })).toMatchObject({
      identityRisks: { nodes: [{ type: 'anonymous_id', masked: 'th…ce', links: 4, held: 0, sources: ['crm'] }] },
    });
    expect(await ask(risks)).toEqual({ identityRisks: { nodes: [] } });
    expect(JSON.stringify(await ask(risks, { n: 3 }))).not.toContain('kiosk');
  });
});
