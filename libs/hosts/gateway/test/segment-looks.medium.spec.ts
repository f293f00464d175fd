import { sql } from 'kysely';
import { LifeRig, PEOPLE, countOf } from './life-rig';

jest.setTimeout(120_000);

describe('looking at segments through the API', () => {
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
});
