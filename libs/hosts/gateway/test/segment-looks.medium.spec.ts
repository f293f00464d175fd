import { sql } from 'kysely';
import { profileIdSchema } from '@kohort/kernel-contracts';
import { segmentStore } from '@kohort/platform-postgres';
import { LifeRig, PEOPLE, countOf } from './life-rig';

jest.setTimeout(120_000);

const EDIT = `mutation ($key: String!, $input: EditListInput!) { answer: editList(key: $key, input: $input) {
  __typename ... on ListEdit { added removed unresolved segment { status size } } ... on Failure { code } } }`;

describe('looking at segments, and lists, through the API', () => {
  let life: LifeRig;
  const ask: LifeRig['ask'] = (...of) => life.ask(...of);
  const two = (i: number): boolean => i % 4 >= 2;
  const pro = (i: number): boolean => i % 3 === 0;

  beforeAll(async () => {
    life = await LifeRig.start();
    await life.rig.db.database.inWorkspace(life.ws, (tx) =>
      sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
        select ${life.ws}, id, 'age', now() - interval '1 hour', 'm1', 'custom', to_jsonb(20 + substr(canonical_id, 2)::int)
        from profile where substr(canonical_id, 2)::int < 50`.execute(tx),
    );
    await life.rig.db.database.inWorkspace(life.ws, (tx) =>
      sql`insert into identifier (workspace_id, type, value, profile_id, first_seen_at)
        select ${life.ws}, 'user_id', canonical_id, id, now() from profile`.execute(tx),
    );
    await life.made('buyers', 'did "Order Completed" at least 2 times');
    await life.made('pros', 'plan = "pro"');
    await life.made('nobody', 'plan = "none has it"');
    for (const key of ['buyers', 'pros', 'nobody'])
      expect(await life.publish(key)).toMatchObject({ status: 'SUCCEEDED' });
  });
  afterAll(() => life.stop());

  it('counts whom segments share by the column store as by the database', async () => {
    const { segmentOverlap } = await ask('{ segmentOverlap(keys: ["buyers", "pros", "nobody"]) { people jaccard } }');
    const [a, b, both] = [countOf(two), countOf(pro), countOf((i) => two(i) && pro(i))];
    const j = both / (a + b - both);
    expect(segmentOverlap).toEqual({
      people: [
        [a, both, 0],
        [both, b, 0],
        [0, 0, 0],
      ],
      jaccard: [
        [1, j, 0],
        [j, 1, 0],
        [0, 0, 0],
      ],
    });
  });

  const COMPOSITION = `query ($trait: String!) { segment(key: "buyers") { composition(trait: $trait) {
    kind exact members everybody membersWithout everybodyWithout membersElsewhere
    groups { value from to members everybody lift } } } }`;
  const composition = async (trait: string): Promise<unknown> =>
    ((await ask(COMPOSITION, { trait }))['segment'] as { composition: unknown }).composition;

  it('says what the members are by a trait of values, beside everybody', async () => {
    const members = countOf(two);
    const typical = countOf((i) => two(i) && pro(i)) / members / (countOf(pro) / PEOPLE);
    expect(await composition('plan')).toEqual({
      kind: 'categorical',
      exact: true,
      members,
      everybody: PEOPLE,
      membersWithout: countOf((i) => two(i) && !pro(i)),
      everybodyWithout: countOf((i) => !pro(i)),
      membersElsewhere: 0,
      groups: [
        {
          value: 'pro',
          from: null,
          to: null,
          members: countOf((i) => two(i) && pro(i)),
          everybody: countOf(pro),
          lift: expect.closeTo(typical, 10),
        },
      ],
    });
    expect(await composition('no_such_trait')).toMatchObject({ everybodyWithout: PEOPLE, groups: [] });
  });

  it('says it by ranges of a trait of numbers', async () => {
    const found = (await composition('age')) as {
      kind: string;
      groups: { from: number; to: number; members: number; everybody: number }[];
    };
    expect(found).toMatchObject({
      kind: 'numeric',
      everybodyWithout: 10,
      membersWithout: countOf((i) => i >= 50 && two(i)),
    });
    expect(found.groups).toHaveLength(10);
    found.groups.forEach(({ from, to, members, everybody }, n) => {
      const inside = (i: number): boolean =>
        i < 50 && 20 + i >= from - 1e-9 && (20 + i < to - 1e-9 || (n === 9 && 20 + i <= to + 1e-9));
      expect({ members, everybody }).toEqual({
        members: countOf((i) => inside(i) && two(i)),
        everybody: countOf(inside),
      });
    });
  });

  it('measures the lag from the acceptance of an event to the change', async () => {
    const lag = async (): Promise<unknown> =>
      (
        (await ask('{ segment(key: "buyers") { freshness { lag { p50Ms p99Ms changes } } } }'))['segment'] as {
          freshness: { lag: unknown };
        }
      ).freshness.lag;
    expect(await lag()).toBeNull();
    // Changes as an evaluation writes them: 1 to 100 seconds behind the acceptance of their event.
    await life.rig.db.database.inWorkspace(life.ws, (tx) =>
      sql`insert into membership_change (workspace_id, batch_id, segment_id, segment_key, profile_id, kind, change_version,
          segment_version, rule_hash, evaluated_at, recorded_at, cause, event_id)
        select a.workspace_id, a.batch_id, s.id, s.key, a.profile_id, 'entered', 1000 + row_number() over (), 1, 'x'::bytea,
          now(), a.received_at + row_number() over () * interval '1 second', 'event', a.event_id
        from (select * from event_assignment limit 100) a, segment s where s.key = 'buyers'`.execute(tx),
    );
    expect(await lag()).toEqual({ p50Ms: 50_000, p99Ms: 99_000, changes: 100 });
  });

  const edit = async (list: string, input: object): Promise<unknown> =>
    (await ask(EDIT, { key: list, input }))['answer'];
  const size = async (key: string): Promise<unknown> =>
    (await ask('query ($key: String!) { segment(key: $key) { size } }', { key }))['segment'];

  it('lists hold whom they are told, say whom they do not know, and take what refers to them along', async () => {
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

  it('lists of whom a rule selects now stay as they are', async () => {
    const input = { key: 'pros_then', name: 'Pros then', kind: 'LIST', rule: 'plan = "pro"' };
    await ask('mutation ($input: CreateSegmentInput!) { createSegment(input: $input) { __typename } }', { input });
    expect(await life.publish('pros_then')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await edit('pros_then', { add: ['u1'], remove: ['u0'] })).toMatchObject({
      added: 1,
      removed: 1,
      segment: { size: countOf((i) => i % 3 === 0) },
    });
  });

  it('lists follow somebody who becomes another', async () => {
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
        asked: () => ({
          segmentIds: null,
          needs: { eventNames: [], traitKeys: [] },
          decide: () => ({ changes: [], proofs: [], timers: [], crowds: [] }),
        }),
      },
    );
    const { segment } = (await ask(
      '{ segment(key: "invited") { size members(first: 10) { nodes { profile { canonicalId } } } } }',
    )) as { segment: { size: number; members: { nodes: { profile: { canonicalId: string } }[] } } };
    expect(segment.size).toBe(3);
    expect(segment.members.nodes.map(({ profile }) => profile.canonicalId).sort()).toEqual(['u1', 'u2', 'u5']);
  });
});
