import { sql } from 'kysely';
import { LifeRig, countOf } from './life-rig';

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

    it('archive: everybody is taken out once, and the key is never used again', async () => {
      await life.made('passing', 'plan = "pro"');
      await life.publish('passing');
      expect((await look('passing'))?.n).toBe(countOf((i) => i % 3 === 0));
      const archived = await ask(
        'mutation { answer: archiveSegment(key: "passing") { __typename ... on Segment { status } } }',
      );
      expect(archived).toEqual({ answer: { __typename: 'Segment', status: 'ARCHIVED' } });
      await ask('mutation { answer: archiveSegment(key: "passing") { __typename } }');
      const jobs = await life.rig.db.database.inWorkspace(life.ws, (tx) =>
        sql<{ id: string }>`select id from run where job = 'segments.backfill' and params ? 'emptied'`.execute(tx),
      );
      expect(jobs.rows).toHaveLength(1);
      expect(await life.run(jobs.rows[0])).toMatchObject({ status: 'SUCCEEDED' });
      expect(await look('passing')).toMatchObject({ n: 0, size: 0 });
      const again = await ask(
        'mutation { answer: createSegment(input: { key: "passing", name: "x", rule: "plan = \\"pro\\"" }) { ... on Failure { code } } }',
      );
      expect(again).toEqual({ answer: { code: 'COMMAND_KEY_TAKEN' } });
    });
  });
});
