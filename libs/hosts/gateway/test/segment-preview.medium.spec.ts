import { sql } from 'kysely';
import { LifeRig, countOf, PEOPLE } from './life-rig';

jest.setTimeout(120_000);

const PREVIEW = `query ($rule: JSON!, $key: String, $compare: [String!]) {
  segmentPreview(rule: $rule, key: $key, compare: $compare) {
    __typename
    ... on SegmentPreview {
      exact people members strongest sql sqlParams
      conditions { id label text kind parent people membersWithout removes }
      sample { id traits(first: 5) { nodes { key } } }
      overlap { key size shared jaccard }
    }
    ... on Failure { code message } ... on InvalidInput { issues { path message } }
  }
}`;

describe('a segment before it serves, through the API', () => {
  let life: LifeRig;
  const ask: LifeRig['ask'] = (...of) => life.ask(...of);

  beforeAll(async () => {
    life = await LifeRig.start();
  });
  afterAll(() => life.stop());

  describe('segmentPreview', () => {
    const rule =
      'plan = "pro" and did "Order Completed" at least 2 times and not (did "Order Completed" at least 3 times)';
    const preview = async (variables: Record<string, unknown>): Promise<Record<string, unknown>> => {
      const { data, errors } = await life.rig.ask(life.key, PREVIEW, variables);
      expect(errors).toEqual([]);
      return data?.['segmentPreview'] ?? {};
    };

    it('counts the rule, each condition and what it keeps out', async () => {
      const [pro, two, three] = [(i: number) => i % 3 === 0, (i: number) => i % 4 >= 2, (i: number) => i % 4 >= 3];
      const members = countOf((i) => pro(i) && two(i) && !three(i));
      const found = await preview({ rule });
      const without = {
        plan: countOf((i) => two(i) && !three(i)),
        two: countOf((i) => pro(i) && !three(i)),
        three: countOf((i) => pro(i) && two(i)),
      };
      expect(found).toMatchObject({ __typename: 'SegmentPreview', exact: true, people: PEOPLE, members });
      const lines = (found['conditions'] as { id: string; people: number; membersWithout: number | null }[]).map(
        ({ id, people, membersWithout }) => [id, people, membersWithout],
      );
      expect(lines).toEqual([
        ['where', members, null],
        ['where.all.0', countOf(pro), without.plan],
        ['where.all.1', countOf(two), without.two],
        ['where.all.2', countOf((i) => !three(i)), without.three],
        ['where.all.2.none.0', countOf(three), without.three],
      ]);
      expect((found['conditions'] as { text: string }[]).map(({ text }) => text.replaceAll(/\s+/g, ' '))).toEqual([
        rule,
        'plan = "pro"',
        'did "Order Completed" at least 2 times',
        'not (did "Order Completed" at least 3 times)',
        'did "Order Completed" at least 3 times',
      ]);
      expect(found['strongest']).toBe('where.all.0');
      expect(found['sample']).toHaveLength(members);
      expect(found['sql']).toMatch(/^SELECT .*FROM/s);
      expect(found['sqlParams']).toMatchObject({ workspaceId: life.ws });
    });

    it('leaves suppressed people out, and knows what was stored a moment ago', async () => {
      const before = await preview({ rule: 'plan = "pro"' });
      const [first] = before['sample'] as { id: string }[];
      await life.rig.db.database.inWorkspace(life.ws, (tx) =>
        sql`update profile set suppressed_at = now() where id = ${first?.id}`.execute(tx),
      );
      const after = await preview({ rule: 'plan = "pro"' });
      await life.rig.db.database.inWorkspace(life.ws, (tx) =>
        sql`update profile set suppressed_at = null where id = ${first?.id}`.execute(tx),
      );
      expect(Number(after['members'])).toBe(Number(before['members']) - 1);
      expect(after['sample']).not.toContainEqual(expect.objectContaining({ id: first?.id }));
      await life.rig.db.database.inWorkspace(life.ws, (tx) =>
        sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
          select ${life.ws}, id, 'vip', now(), 'm2', 'custom', 'true' from profile where canonical_id in ('u1', 'u2')`.execute(
          tx,
        ),
      );
      expect(await preview({ rule: 'vip is true' })).toMatchObject({ members: 2 });
    });

    it('takes the greater message id of two values at one instant', async () => {
      await life.rig.db.database.inWorkspace(life.ws, (tx) =>
        sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
          select ${life.ws}, id, 'tier', timestamptz '2026-01-01', m, 'custom', v::jsonb from profile,
            (values ('a', '"gold"'), ('b', '"silver"')) as t (m, v) where canonical_id in ('u1', 'u2')`.execute(tx),
      );
      expect(await preview({ rule: 'tier = "silver"' })).toMatchObject({ members: 2 });
      expect(await preview({ rule: 'tier = "gold"' })).toMatchObject({ members: 0 });
    });

    it('holds the members against other segments', async () => {
      const made = await life.rig.ask(
        life.key,
        `mutation { createSegment(input: { key: "list_of_two", name: "Two", rule: "country = \\"de\\"" }) { __typename } }`,
      );
      expect(made.data).toEqual({ createSegment: { __typename: 'Segment' } });
      expect(await preview({ rule, compare: ['list_of_two'] })).toMatchObject({
        overlap: [{ key: 'list_of_two', size: 0, shared: 0, jaccard: 0 }],
      });
      const { errors } = await life.rig.ask(life.key, PREVIEW, { rule, compare: ['nobody_knows_it'] });
      expect(errors).toEqual([]);
    });

    it('says which condition cannot be counted, and what is wrong with a rule', async () => {
      const sum = { event: { name: 'Order Completed' }, fn: 'sum', property: 'total', op: 'gte', value: 1e24 };
      const where = { all: [{ id: 'huge', aggregate: sum }] };
      expect(await preview({ rule: { version: 1, entity: 'profile', where } })).toMatchObject({
        __typename: 'InvalidInput',
        code: 'SEGMENTS_NODE_UNSUPPORTED',
        message: expect.stringContaining('huge'),
      });
      const consenting = { version: 1, entity: 'profile', where: { consent: { purpose: 'email' } } };
      expect(await preview({ rule: consenting })).toMatchObject({ people: PEOPLE, members: 0, exact: true });
      expect(await preview({ rule: 'plan = ' })).toMatchObject({
        __typename: 'InvalidInput',
        code: 'GATEWAY_RULE_INVALID',
        issues: [{ path: expect.stringContaining('line 1') }],
      });
      const senseless = await ask(PREVIEW, { rule: 'plan = "pro" and did "A" in last 0 days' });
      expect(senseless['segmentPreview']).toMatchObject({
        __typename: 'InvalidInput',
        issues: [{ path: 'where.all.1', message: expect.stringContaining('write a length of at least 1 day') }],
      });
    });
  });

  describe('ruleAdvice', () => {
    const ADVICE = `query ($rule: JSON!) { ruleAdvice(rule: $rule) { __typename
      ... on RuleAdvice { warnings { node kind name suggestion message } cost { rows bytes units } batchOnly }
      ... on Failure { code } } }`;

    it('names what nobody has seen, with what is most likely meant, and says what a pass costs', async () => {
      const good = (await ask(ADVICE, { rule: 'did "Order Completed" and plan = "pro"' }))['ruleAdvice'];
      expect(good).toMatchObject({ __typename: 'RuleAdvice', warnings: [], batchOnly: false });
      expect((good as { cost: { rows: number } }).cost.rows).toBeGreaterThan(2 * PEOPLE);
      const list = `mutation { made: createList(key: "friends", name: "Friends") { __typename }
        edit: editList(key: "friends", input: { add: ["u1"] }) { __typename } }`;
      expect(await ask(list)).toEqual({ made: { __typename: 'Segment' }, edit: { __typename: 'ListEdit' } });
      const predicate = "countIf(name = 'Order Completed') > 1";
      const where = {
        all: [
          { id: 'n1', event: { name: 'Order Compleated' } },
          { segment: { key: 'frends' } },
          { segment: { key: 'friends' } },
          { sql: { predicate } },
        ],
      };
      expect(await ask(ADVICE, { rule: { version: 1, entity: 'profile', where } })).toMatchObject({
        ruleAdvice: {
          batchOnly: true,
          warnings: [
            { node: 'n1', kind: 'event', name: 'Order Compleated', suggestion: 'Order Completed' },
            { node: 'where.all.1', kind: 'segment', name: 'frends', suggestion: 'friends' },
          ],
        },
      });
      const told = await ask(ADVICE, {
        rule: 'did "Order Completed" where totl > 5 and plan > 5 and plan = "Pro" and did "Order Completed" where total > 5',
      });
      expect(told).toMatchObject({
        ruleAdvice: {
          warnings: [
            { node: 'where.all.0', kind: 'property', name: 'totl', suggestion: 'total' },
            { node: 'where.all.1', kind: 'type', name: 'plan' },
            { node: 'where.all.2', kind: 'value', name: 'plan', suggestion: 'pro' },
          ],
        },
      });
      const draft = `mutation ($rule: JSON!) { made: createSegment(input: { key: "pro_buyers", name: "P", rule: $rule }) { __typename } }`;
      expect(await ask(draft, { rule: 'plan = "pro"' })).toEqual({ made: { __typename: 'Segment' } });
      const looks = {
        rule: 'in segment "pro_buyer" or in segment "pro_buyers" or did "Order Completed" at least 0 times',
      };
      const near = { node: 'where.any.0', kind: 'segment', suggestion: 'pro_buyers' };
      const idle = { node: 'where.any.2', kind: 'always', suggestion: null };
      const known = (message: string) => [
        near,
        { node: 'where.any.1', suggestion: null, message: expect.stringContaining(message) },
        idle,
      ];
      expect(await ask(ADVICE, looks)).toMatchObject({ ruleAdvice: { warnings: known('is a draft') } });
      await ask('mutation { archiveSegment(key: "pro_buyers") { __typename } }');
      expect(await ask(ADVICE, looks)).toMatchObject({
        ruleAdvice: { warnings: [{ suggestion: null }, { message: expect.stringContaining('is archived') }, idle] },
      });
      expect(await ask(ADVICE, { rule: 'plan = ' })).toMatchObject({ ruleAdvice: { code: 'GATEWAY_RULE_INVALID' } });
    });
  });

  describe('the values that advice names', () => {
    const warned = async (rule: string): Promise<readonly object[]> => {
      const { ruleAdvice } = await ask(
        'query ($rule: JSON!) { ruleAdvice(rule: $rule) { ... on RuleAdvice { warnings { kind name suggestion } } } }',
        { rule },
      );
      return (ruleAdvice as { warnings: readonly object[] }).warnings;
    };

    beforeAll(async () => {
      // Everybody ten times: by one of two channels, to an address of their own; an empty value, a list, a number as text.
      await life.rig.db.database.inWorkspace(life.ws, async (tx) => {
        await sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, ts, properties)
          select workspace_id, gen_random_uuid(), received_at, batch_id, source_id, 'mail-' || message_id || '-' || k, 'track', 'Mail Sent',
            user_id, ts, jsonb_build_object('address', user_id || '@example.com', 'channel', (array['push', 'mail'])[1 + k % 2],
              'note', null, 'tags', '[]'::jsonb, 'code', '7', 'body', repeat('x', 200))
          from event, generate_series(1, 10) k where workspace_id = ${life.ws} and name = 'Page Viewed'`.execute(tx);
        await sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
          select e.workspace_id, e.id, p.id, e.batch_id, e.received_at, e.ts, 1 from event e
          join profile p on p.workspace_id = e.workspace_id and p.canonical_id = e.user_id
          where e.workspace_id = ${life.ws} and e.name = 'Mail Sent'`.execute(tx);
      });
      // A preview brings what is new to the column store.
      await ask(PREVIEW, { rule: 'did "Mail Sent"' });
    });

    it('are choices of many people, never what is of one', async () => {
      const where = (condition: string) => warned(`did "Mail Sent" where ${condition}`);
      expect(await where('channel = "psh"')).toEqual([{ kind: 'value', name: 'channel', suggestion: 'push' }]);
      expect(await where('address = "u1@example.co"')).toEqual([]);
      expect(await where('body = "y"')).toEqual([]);
      expect(await where('code > 5')).toEqual([{ kind: 'type', name: 'code', suggestion: null }]);
      expect(await where('tags = "a"')).toEqual([{ kind: 'type', name: 'tags', suggestion: null }]);
      // Of a property that is always empty nothing is known.
      expect(await where('note = "a"')).toEqual([]);
      expect(await where('chanel = "push"')).toEqual([{ kind: 'property', name: 'chanel', suggestion: 'channel' }]);
    });
  });

  describe('segmentDiff', () => {
    const DIFF = `query ($key: String!, $version: Int, $rule: JSON) { segmentDiff(key: $key, version: $version, rule: $rule) {
      __typename ... on SegmentDiff { version liveVersion standing entering leaving staying wouldBeHeld
        enteringSample { canonicalId } leavingSample { canonicalId } dependents { key } preview { members }
        syncs { adds removes } } ... on Failure { code } } }`;

    it('says who would enter and leave, and what hangs on it', async () => {
      await life.made('buyers', 'did "Order Completed" at least 2 times');
      expect(await life.publish('buyers')).toMatchObject({ status: 'SUCCEEDED' });
      await life.made('not_buyers', 'not (in segment "buyers")');
      expect(await life.publish('not_buyers')).toMatchObject({ status: 'SUCCEEDED' });
      const updated = await ask(
        'mutation { updateSegment(key: "buyers", rule: "did \\"Order Completed\\" at least 3 times or plan = \\"pro\\"") { __typename } }',
      );
      expect(updated).toEqual({ updateSegment: { __typename: 'Segment' } });
      const [now, then] = [(i: number) => i % 4 >= 2, (i: number) => i % 4 >= 3 || i % 3 === 0];
      const entering = countOf((i) => then(i) && !now(i));
      const leaving = countOf((i) => now(i) && !then(i));
      const { segmentDiff } = await ask(DIFF, { key: 'buyers' });
      expect(segmentDiff).toMatchObject({
        __typename: 'SegmentDiff',
        version: 2,
        liveVersion: 1,
        standing: countOf(now),
        entering,
        leaving,
        staying: countOf((i) => now(i) && then(i)),
        wouldBeHeld: leaving > countOf(now) * 0.3,
        dependents: [{ key: 'not_buyers' }],
        preview: { members: countOf(then) },
        syncs: [],
      });
      const { enteringSample, leavingSample } = segmentDiff as Record<string, { canonicalId: string }[]>;
      expect(
        enteringSample?.map(({ canonicalId }) => Number(canonicalId.slice(1))).every((i) => then(i) && !now(i)),
      ).toBe(true);
      expect(enteringSample).toHaveLength(Math.min(20, entering));
      expect(
        leavingSample?.map(({ canonicalId }) => Number(canonicalId.slice(1))).every((i) => now(i) && !then(i)),
      ).toBe(true);
      expect((await ask(DIFF, { key: 'buyers', rule: 'plan = "nobody has it"' }))['segmentDiff']).toMatchObject({
        version: null,
        entering: 0,
        leaving: countOf(now),
        wouldBeHeld: true,
      });
      expect((await ask(DIFF, { key: 'nobody' }))['segmentDiff']).toMatchObject({ __typename: 'NotFound' });
    });
  });
});
