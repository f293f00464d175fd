import { sql } from 'kysely';
import { profileIdSchema } from '@kohort/kernel-contracts';
import { segmentStore } from '@kohort/platform-postgres';
import { LifeRig, countOf } from './life-rig';

jest.setTimeout(120_000);

const EDIT = `mutation ($key: String!, $input: EditListInput!) { answer: editList(key: $key, input: $input) {
  __typename ... on ListEdit { added removed unresolved segment { status size } } ... on Failure { code } } }`;

describe('lists through the API', () => {
  let life: LifeRig;
  const ask: LifeRig['ask'] = (...of) => life.ask(...of);

  beforeAll(async () => {
    life = await LifeRig.start();
    await life.rig.db.database.inWorkspace(life.ws, (tx) =>
      sql`insert into identifier (workspace_id, type, value, profile_id, first_seen_at)
        select ${life.ws}, 'user_id', canonical_id, id, now() from profile`.execute(tx),
    );
  });
  afterAll(() => life.stop());

  const edit = async (list: string, input: object): Promise<unknown> =>
    (await ask(EDIT, { key: list, input }))['answer'];
  const size = async (key: string): Promise<unknown> =>
    (await ask('query ($key: String!) { segment(key: $key) { size } }', { key }))['segment'];

  it('hold whom they are told, say whom they do not know, and take what refers to them along', async () => {
    const createList =
      'mutation { answer: createList(key: "invited", name: "Invited") { __typename ... on Segment { kind status } } }';
    expect(await ask(createList)).toEqual({ answer: { __typename: 'Segment', kind: 'LIST', status: 'DRAFT' } });
    await life.made('invited_pros', 'in segment "invited" and plan = "pro"');
    await life.publish('invited_pros');
    expect(await edit('invited', { add: ['u1', 'u2', 'u3', 'nobody', 'u3'] })).toEqual({
      __typename: 'ListEdit',
      added: 3,
      removed: 0,
      unresolved: ['nobody'],
      segment: { status: 'LIVE', size: 3 },
    });
    expect(await size('invited_pros')).toEqual({ size: 1 });
    expect(await edit('invited', { add: ['u1', 'u4'], remove: ['u3', 'u9'] })).toMatchObject({ added: 1, removed: 1 });
    expect(await size('invited')).toEqual({ size: 3 });
    expect(await size('invited_pros')).toEqual({ size: 0 });
    expect(await edit('invited', { add: ['u1', 'u4'], remove: ['u3'] })).toMatchObject({ added: 0, removed: 0 });
    expect(await edit('invited_pros', { add: ['u1'] })).toMatchObject({ code: 'COMMAND_NOT_A_LIST' });
    expect(await edit('no_such', { add: ['u1'] })).toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    const many = Array.from({ length: 1_001 }, (_, i) => `u${i}`);
    expect(await edit('invited', { add: many })).toMatchObject({ code: 'GATEWAY_LIST_TOO_LONG' });
  });

  it('of whom a rule selects now stay as they are', async () => {
    const input = { key: 'pros_then', name: 'Pros then', kind: 'LIST', rule: 'plan = "pro"' };
    await ask('mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { __typename } }', { input });
    expect(await life.publish('pros_then')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await edit('pros_then', { add: ['u1'], remove: ['u0'] })).toMatchObject({
      added: 1,
      removed: 1,
      segment: { size: countOf((i) => i % 3 === 0) },
    });
  });

  it('follow somebody who becomes another', async () => {
    const { database } = life.rig.db;
    const people = await database.inWorkspace(life.ws, async (tx) => {
      const { rows } = await sql<{ id: string }>`
        select id from profile where canonical_id in ('u4', 'u5') order by canonical_id`.execute(tx);
      await sql`update profile set merged_into = ${rows[1]?.id} where id = ${rows[0]?.id}`.execute(tx);
      return rows.map(({ id }) => profileIdSchema.parse(id));
    });
    const profiles = people.map((profileId) => ({ profileId, cause: 'merge' as const, eventId: null }));
    await segmentStore(database).evaluate(
      { workspaceId: life.ws, profiles },
      {
        needs: () => ({ eventNames: [], traitKeys: [] }),
        decide: () => ({ changes: [], proofs: [], timers: [] }),
      },
    );
    const { segment } = (await ask(
      '{ segment(key: "invited") { size members(first: 10) { nodes { profile { canonicalId } } } } }',
    )) as { segment: { size: number; members: { nodes: { profile: { canonicalId: string } }[] } } };
    expect(segment.size).toBe(3);
    expect(segment.members.nodes.map(({ profile }) => profile.canonicalId).sort()).toEqual(['u1', 'u2', 'u5']);
  });
});
