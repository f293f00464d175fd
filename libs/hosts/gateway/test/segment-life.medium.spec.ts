import { sql } from 'kysely';
import { LifeRig, PEOPLE, countOf } from './life-rig';

jest.setTimeout(120_000);

describe('the life of a segment through the API', () => {
  let life: LifeRig;
  const ask: LifeRig['ask'] = (...of) => life.ask(...of);

  beforeAll(async () => {
    life = await LifeRig.start();
  });
  afterAll(() => life.stop());

  describe('versions', () => {
    interface Seen {
      readonly live: number | null;
      readonly versions: readonly number[] | null;
      readonly n: number;
      readonly size: number;
    }
    const look = (segment: string): Promise<Seen | undefined> =>
      life.rig.db.database.inWorkspace(life.ws, async (tx) => {
        const { rows } = await sql<Seen>`
          select s.live_version as live, array_agg(distinct m.segment_version) filter (where m.member) as versions,
            (count(*) filter (where m.member))::int as n, s.size::int as size
          from segment s left join membership m on m.workspace_id = s.workspace_id and m.segment_id = s.id
          where s.key = ${segment} group by s.live_version, s.size`.execute(tx);
        return rows[0];
      });
    const update = (segment: string, rule: string): Promise<unknown> =>
      ask('mutation ($key: String!, $rule: JSON!) { updateSegment(key: $key, rule: $rule) { __typename } }', {
        key: segment,
        rule,
      });
    const versions = async (segment: string): Promise<unknown> =>
      ask(
        `query ($key: String!) { segment(key: $key) { status size liveVersion heldVersion { version held { leaving members } }
          versions(first: 10) { nodes { version author ruleHash sizeAtEnd publishedAt retiredAt discardedAt held { leaving } } } } }`,
        { key: segment },
      ).then(({ segment: found }) => found);

    it('go back to one that served before, whole or not at all, each change once', async () => {
      await life.made('spenders', 'did "Order Completed" at least 1 times');
      await life.publish('spenders');
      await update('spenders', 'did "Order Completed" at least 1 times or plan = "pro"');
      await life.publish('spenders');
      const [one, both] = [countOf((i) => i % 4 >= 1), countOf((i) => i % 4 >= 1 || i % 3 === 0)];
      expect(await versions('spenders')).toMatchObject({
        liveVersion: 2,
        size: both,
        versions: {
          nodes: [
            {
              version: 2,
              sizeAtEnd: null,
              retiredAt: null,
              author: expect.any(String),
              ruleHash: expect.stringMatching(/^[0-9a-f]{64}$/),
            },
            { version: 1, sizeAtEnd: one, retiredAt: expect.any(String) },
          ],
        },
      });
      const seen: Seen[] = [];
      let over = false;
      const reader = (async () => {
        while (!over) {
          const now = await look('spenders');
          if (now) seen.push(now);
        }
      })();
      const { job } = await ask(
        'mutation { job: rollbackSegment(key: "spenders", toVersion: 1) { __typename ... on Job { id } ... on Failure { code } } }',
      );
      expect(await life.run(job)).toMatchObject({ status: 'SUCCEEDED' });
      over = true;
      await reader;
      expect(seen.length).toBeGreaterThan(3);
      for (const { live, versions: of, n, size } of seen) {
        expect({ of, n, size }).toEqual(live === 2 ? { of: [2], n: both, size: both } : { of: [1], n: one, size: one });
      }
      expect(await versions('spenders')).toMatchObject({
        liveVersion: 1,
        size: one,
        versions: {
          nodes: [
            { version: 2, sizeAtEnd: both, retiredAt: expect.any(String) },
            { version: 1, sizeAtEnd: null, retiredAt: null },
          ],
        },
      });
      const { rows } = await life.rig.db.database.inWorkspace(life.ws, (tx) =>
        sql<{ kind: string; cause: string; version: number; n: number; people: number }>`
          select kind, cause, segment_version as version, count(*)::int as n, count(distinct profile_id)::int as people
          from membership_change where segment_key = 'spenders' and segment_version <> 1 or
            (segment_key = 'spenders' and kind = 'exited') group by 1, 2, 3 order by 1`.execute(tx),
      );
      const moved = both - one;
      expect(rows).toEqual([
        { kind: 'entered', cause: 'edit', version: 2, n: moved, people: moved },
        { kind: 'exited', cause: 'edit', version: 1, n: moved, people: moved },
      ]);
      const never = await ask(
        'mutation { job: rollbackSegment(key: "spenders", toVersion: 9) { ... on Failure { code } } }',
      );
      expect(never).toEqual({ job: { code: 'COMMAND_NOT_FOUND' } });
    });

    it('are held with the reason when too many would leave, until they are discarded or released', async () => {
      await life.made('shoppers', 'did "Order Completed" at least 1 times');
      await life.publish('shoppers');
      await update('shoppers', 'did "Order Completed" at least 3 times');
      expect(await life.publish('shoppers')).toMatchObject({
        status: 'FAILED',
        error: { code: 'SEGMENTS_GUARD_HELD' },
      });
      const [all, few] = [countOf((i) => i % 4 >= 1), countOf((i) => i % 4 >= 3)];
      const held = { version: 2, held: { leaving: all - few, members: all } };
      expect(await versions('shoppers')).toMatchObject({ liveVersion: 1, size: all, heldVersion: held });
      const listed = await ask('{ segments(first: 10, filter: { held: true }) { nodes { key } } }');
      expect(listed).toEqual({ segments: { nodes: [{ key: 'shoppers' }] } });
      const discard =
        'mutation { answer: discardSegmentVersion(key: "shoppers") { __typename ... on Failure { code } } }';
      expect(await ask(discard)).toEqual({ answer: { __typename: 'Segment' } });
      expect(await ask(discard)).toEqual({ answer: { __typename: 'Conflict', code: 'COMMAND_VERSION_NOT_HELD' } });
      expect(await versions('shoppers')).toMatchObject({
        heldVersion: null,
        versions: { nodes: [{ version: 2, discardedAt: expect.any(String) }, { version: 1 }] },
      });
      const again = await ask(
        'mutation { job: publishSegment(key: "shoppers", version: 2) { ... on Failure { code } } }',
      );
      expect(again).toEqual({ job: { code: 'COMMAND_VERSION_DISCARDED' } });
      await update(
        'shoppers',
        'did "Order Completed" at least 3 times and plan exists or did "Order Completed" at least 3 times',
      );
      expect(await life.publish('shoppers')).toMatchObject({ status: 'FAILED' });
      expect(await life.publish('shoppers', 'release: true')).toMatchObject({ status: 'SUCCEEDED' });
      expect(await versions('shoppers')).toMatchObject({ liveVersion: 3, size: few, heldVersion: null });
    });

    it('are counted anew on a schedule where a rule ranks everybody, and say of which instant they are', async () => {
      const schedule = (segment: string, minutes: number | null): Promise<unknown> =>
        ask(
          `mutation ($key: String!, $minutes: Int) { answer: scheduleSegment(key: $key, everyMinutes: $minutes) {
            __typename ... on Segment { refreshMinutes } ... on Failure { code } ... on InvalidInput { issues { message } } } }`,
          { key: segment, minutes },
        ).then(({ answer }) => answer);
      const measure = { aggregate: { event: { name: 'Order Completed' }, fn: 'sum', property: 'total' } };
      const { made } = await ask(
        'mutation ($input: CreateSegmentInput!) { made: createSegment(input: $input) { __typename } }',
        {
          input: {
            ...{ key: 'top_ten', name: 'Top ten' },
            rule: { version: 1, entity: 'profile', where: { top: { by: measure, n: 10 } } },
          },
        },
      );
      expect(made).toEqual({ __typename: 'Segment' });
      expect(await schedule('top_ten', 60)).toEqual({ __typename: 'Segment', refreshMinutes: 60 });
      await life.publish('top_ten');
      const fresh = (segment: string): Promise<unknown> =>
        ask('query ($key: String!) { segment(key: $key) { freshness { countedAt nextRefreshAt } } }', {
          key: segment,
        }).then(({ segment: found }) => found);
      expect(await fresh('top_ten')).toEqual({
        freshness: { countedAt: expect.stringMatching(/Z$/), nextRefreshAt: expect.stringMatching(/Z$/) },
      });
      const { segment } = (await ask(
        '{ segment(key: "top_ten") { members(first: 10) { nodes { profile { id canonicalId } } } } }',
      )) as { segment: { members: { nodes: { profile: { id: string; canonicalId: string } }[] } } };
      const first = segment.members.nodes.find(({ profile }) => profile.canonicalId === 'u59');
      const why = await ask(
        'query ($profile: ID!) { explainMembership(profile: $profile, segment: "top_ten") { memberNow evaluatedAt proof } }',
        { profile: first?.profile.id },
      );
      // Three orders of 59 each: nobody has spent more.
      expect(why).toMatchObject({
        explainMembership: {
          memberNow: true,
          proof: { nodes: [{ values: [{ n: 10, rank: 1, ranked: PEOPLE, lastRank: 10, value: 177 }] }] },
        },
      });
      expect(await schedule('top_ten', null)).toEqual({ __typename: 'Segment', refreshMinutes: null });
      expect(await fresh('top_ten')).toMatchObject({ freshness: { nextRefreshAt: null } });
      // Others are live: they are of no instant, and counted by nobody.
      await life.made('lively', 'plan = "pro"');
      await life.publish('lively');
      expect(await fresh('lively')).toEqual({ freshness: { countedAt: null, nextRefreshAt: null } });
      expect(await schedule('lively', 60)).toMatchObject({ __typename: 'InvalidInput' });
      expect(await schedule('top_ten', 0)).toMatchObject({ __typename: 'InvalidInput' });
    });

    it('have had members, as it was known then and with what has become known since', async () => {
      await life.made('early', 'did "Order Completed" at least 1 times');
      await life.publish('early');
      const was = async (more: string): Promise<string[]> => {
        const found: string[] = [];
        for (let after = ''; ;) {
          const { segment } = (await ask(
            `{ segment(key: "early") { members(first: 20 ${after} ${more}) { pageInfo { hasNextPage endCursor }
              nodes { member changeVersion cause profile { canonicalId } } } } }`,
          )) as {
            segment: {
              members: {
                pageInfo: { hasNextPage: boolean; endCursor: string };
                nodes: { member: boolean; changeVersion: number; profile: { canonicalId: string } }[];
              };
            };
          };
          const { pageInfo, nodes } = segment.members;
          expect(nodes.every(({ member }) => member)).toBe(true);
          found.push(...nodes.map(({ profile }) => profile.canonicalId));
          if (!pageInfo.hasNextPage) return found.sort();
          after = `after: "${pageInfo.endCursor}"`;
        }
      };
      const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
      const named = (holds: (i: number) => boolean): string[] =>
        Array.from({ length: PEOPLE }, (_, i) => i)
          .filter(holds)
          .map((i) => `u${i}`)
          .sort();
      // Orders lie 10, 20 and 30 days back; nobody was recorded then.
      expect(await was(`asOf: "${ago(15)}"`)).toEqual([]);
      expect(await was(`asOf: "${ago(15)}", known: NOW`)).toEqual(named((i) => i % 4 >= 2));
      expect(await was(`asOf: "${ago(25)}", known: NOW`)).toEqual(named((i) => i % 4 === 3));
      expect(await was(`asOf: "${ago(-5)}", known: NOW`)).toEqual(named((i) => i % 4 >= 1));
      expect(await was('')).toEqual(named((i) => i % 4 >= 1));
      // An order that comes late belongs to its day.
      await life.rig.db.database.inWorkspace(life.ws, (tx) =>
        sql`with e as (insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, ts, properties)
          select workspace_id, gen_random_uuid(), now(), batch_id, source_id, 'late', 'track', 'Order Completed', user_id,
            now() - interval '26 days', '{}' from event where message_id = 'm4-0' returning *)
          insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
          select e.workspace_id, e.id, p.id, e.batch_id, e.received_at, e.ts, 1 from e
          join profile p on p.workspace_id = e.workspace_id and p.canonical_id = e.user_id`.execute(tx),
      );
      expect(await was(`asOf: "${ago(25)}", known: NOW`)).toEqual(named((i) => i % 4 === 3 || i === 4));
      const wrong = await life.rig.ask(
        life.key,
        `{ segment(key: "early") { members(first: 5, after: "x", asOf: "${ago(1)}", known: NOW) { nodes { member } } } }`,
      );
      expect(wrong.errors).toMatchObject([{ extensions: { code: 'GATEWAY_CURSOR_INVALID' } }]);
      const ahead = await life.rig.ask(
        life.key,
        `{ segment(key: "early") { members(first: 5, asOf: "${ago(-1)}") { nodes { member } } } }`,
      );
      expect(ahead.errors).toMatchObject([{ extensions: { code: 'GATEWAY_AS_OF_AHEAD', kind: 'invalid-input' } }]);
      const byAnotherClock = await life.rig.ask(
        life.key,
        `{ segment(key: "early") { members(first: 5, asOf: "${ago(-20 / 86_400)}") { nodes { member } } } }`,
      );
      expect(byAnotherClock.errors).toEqual([]);
    });

    it('circles: a rule that would name itself through what serves, or is being filled, is refused with the path', async () => {
      const failure = '{ __typename ... on Failure { code message } }';
      const refused = (path: string) => ({
        answer: {
          ...{ __typename: 'InvalidInput', code: 'SEGMENTS_SEGMENT_CYCLE' },
          message: expect.stringContaining(path) as string,
        },
      });
      await life.made('ring_a', 'plan = "pro"');
      await life.publish('ring_a');
      await life.made('ring_b', 'in segment "ring_a"');
      const rule = 'in segment \\"ring_b\\"';
      const update = `mutation { answer: updateSegment(key: "ring_a", rule: "${rule}") ${failure} }`;
      const previewed = `{ answer: segmentPreview(key: "ring_a", rule: "${rule}") ${failure} }`;
      // A draft does not serve: nothing is closed yet.
      expect(await ask(update)).toEqual({ answer: { __typename: 'Segment' } });
      expect(await ask(previewed)).toEqual({ answer: { __typename: 'SegmentPreview' } });
      // One that is being filled will.
      const { job } = await ask('mutation { job: publishSegment(key: "ring_b") { ... on Job { id } } }');
      expect(await ask(update)).toMatchObject(refused('ring_a → ring_b → ring_a'));
      expect(await ask(`mutation { answer: publishSegment(key: "ring_a") ${failure} }`)).toMatchObject(
        refused('ring_a → ring_b → ring_a'),
      );
      await life.run(job);
      expect(await ask(`mutation { answer: publishSegment(key: "ring_a", version: 2) ${failure} }`)).toMatchObject(
        refused('ring_a → ring_b → ring_a'),
      );
      expect(await ask(previewed)).toMatchObject(refused('ring_a → ring_b → ring_a'));
      const counted = previewed.replace(
        'rule: "',
        'rule: "top 10 percent by sum of total over \\"Order Completed\\" and ',
      );
      expect(await ask(counted)).toMatchObject(refused('ring_a → ring_b → ring_a'));
      expect(await ask(`{ answer: segmentDiff(key: "ring_a", rule: "${rule}") ${failure} }`)).toMatchObject(
        refused('ring_a → ring_b → ring_a'),
      );
      // A key that somebody names before there is such a segment.
      await life.made('ring_c', 'in segment "ring_d"');
      await life.publish('ring_c');
      expect(
        await ask(
          `mutation { answer: createSegment(input: { key: "ring_d", name: "x", rule: "in segment \\"ring_c\\"" }) ${failure} }`,
        ),
      ).toMatchObject(refused('ring_d → ring_c → ring_d'));
    });

    it('archive: everybody is taken out once, and the key is never used again', async () => {
      await life.made('passing', 'plan = "pro"');
      await life.publish('passing');
      expect((await look('passing'))?.n).toBe(countOf((i) => i % 3 === 0));
      await life.made('resting', 'in segment "passing"');
      await life.publish('resting');
      expect((await look('resting'))?.n).toBe(countOf((i) => i % 3 === 0));
      const refused = await ask(
        'mutation { answer: archiveSegment(key: "passing") { __typename ... on Failure { code message } } }',
      );
      expect(refused).toMatchObject({
        answer: {
          __typename: 'Conflict',
          code: 'COMMAND_SEGMENT_NAMED',
          message: expect.stringContaining('"resting"'),
        },
      });
      expect((await look('passing'))?.n).toBe(countOf((i) => i % 3 === 0));
      const archived = await ask(
        'mutation { answer: archiveSegment(key: "passing", release: true) { __typename ... on Segment { status } } }',
      );
      expect(archived).toEqual({ answer: { __typename: 'Segment', status: 'ARCHIVED' } });
      await ask('mutation { answer: archiveSegment(key: "passing") { __typename } }');
      const jobs = await life.rig.db.database.inWorkspace(life.ws, (tx) =>
        sql<{ id: string }>`select id from run where job = 'segments.backfill' and params ? 'emptied'`.execute(tx),
      );
      expect(jobs.rows).toHaveLength(1);
      expect(await life.run(jobs.rows[0])).toMatchObject({ status: 'SUCCEEDED' });
      expect(await look('passing')).toMatchObject({ n: 0, size: 0 });
      // Who rests on it is asked at once.
      expect(await look('resting')).toMatchObject({ n: 0, size: 0 });
      const again = await ask(
        'mutation { answer: createSegment(input: { key: "passing", name: "x", rule: "plan = \\"pro\\"" }) { ... on Failure { code } } }',
      );
      expect(again).toEqual({ answer: { code: 'COMMAND_KEY_TAKEN' } });
    });
  });
});
