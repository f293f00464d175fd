import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { openColumnLoader, type OpenColumnLoader } from '@kohort/platform-columns';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';
import { GatewayRig } from './gateway-rig';

jest.setTimeout(120_000);
const PEOPLE = 60;

const PREVIEW = `query ($rule: JSON!, $key: String, $compare: [String!]) {
  segmentPreview(rule: $rule, key: $key, compare: $compare) {
    __typename
    ... on SegmentPreview {
      exact people members strongest sql sqlParams
      conditions { id label kind parent people membersWithout removes }
      sample { id traits(first: 5) { nodes { key } } }
      overlap { key size shared jaccard }
    }
    ... on Failure { code message } ... on InvalidInput { issues { path message } }
  }
}`;

describe('the life of a segment through the API', () => {
  let rig: GatewayRig;
  let test: TestColumns;
  let loader: OpenColumnLoader;
  let ws: WorkspaceId;
  let key: string;

  beforeAll(async () => {
    test = await startTestColumns();
    const late = { load: (...of: Parameters<OpenColumnLoader['load']>) => loader.load(...of) };
    const columns = { store: test.columns.store, loader: { ...late, verify: async () => ({ equal: true }) } };
    rig = await GatewayRig.start({ columns });
    loader = openColumnLoader({ database: rig.db.database, columns: test.columns });
    ws = await rig.db.addWorkspace();
    key = (await rig.key(ws)).text;
    await fill();
  });
  afterAll(async () => {
    await rig.stop();
    await loader.close();
    await test.stop();
  });

  /** Person i: i % 4 orders, the trait `plan` is pro for every third. */
  async function fill(): Promise<void> {
    const [source, batch] = [randomUUID(), randomUUID()];
    await rig.db.database.inWorkspace(ws, async (tx) => {
      await sql`insert into source (workspace_id, id, key, name, kind) values (${ws}, ${source}, 's', 'S', 'http')`.execute(
        tx,
      );
      await sql`insert into batch (workspace_id, id, kind) values (${ws}, ${batch}, 'events')`.execute(tx);
      await sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        select ${ws}, gen_random_uuid(), 'u' || i, now(), now() from generate_series(0, ${PEOPLE - 1}) i`.execute(tx);
      await sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, ts, properties)
        select ${ws}, gen_random_uuid(), now(), ${batch}, ${source}, 'm' || i || '-' || k, 'track',
          case when k = 0 then 'Page Viewed' else 'Order Completed' end, 'u' || i, now() - k * interval '10 days 1 hour',
          jsonb_build_object('total', i)
        from generate_series(0, ${PEOPLE - 1}) i, lateral generate_series(0, i % 4) k`.execute(tx);
      await sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
        select e.workspace_id, e.id, p.id, e.batch_id, e.received_at, e.ts, 1 from event e
        join profile p on p.workspace_id = e.workspace_id and p.canonical_id = e.user_id`.execute(tx);
      await sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
        select ${ws}, id, 'plan', now() - interval '1 hour', 'm1', 'custom', '"pro"' from profile
        where substr(canonical_id, 2)::int % 3 = 0`.execute(tx);
    });
  }
  const numbers = Array.from({ length: PEOPLE }, (_, i) => i);
  const countOf = (holds: (i: number) => boolean): number => numbers.filter(holds).length;

  describe('segmentPreview', () => {
    const rule =
      'plan = "pro" and did "Order Completed" at least 2 times and not (did "Order Completed" at least 3 times)';
    const preview = async (variables: Record<string, unknown>): Promise<Record<string, unknown>> => {
      const { data, errors } = await rig.ask(key, PREVIEW, variables);
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
      expect(found['strongest']).toBe('where.all.0');
      expect(found['sample']).toHaveLength(members);
      expect(found['sql']).toMatch(/^SELECT .*FROM/s);
      expect(found['sqlParams']).toMatchObject({ workspaceId: ws });
    });

    it('leaves suppressed people out, and knows what was stored a moment ago', async () => {
      const before = await preview({ rule: 'plan = "pro"' });
      const [first] = before['sample'] as { id: string }[];
      await rig.db.database.inWorkspace(ws, (tx) =>
        sql`update profile set suppressed_at = now() where id = ${first?.id}`.execute(tx),
      );
      const after = await preview({ rule: 'plan = "pro"' });
      await rig.db.database.inWorkspace(ws, (tx) =>
        sql`update profile set suppressed_at = null where id = ${first?.id}`.execute(tx),
      );
      expect(Number(after['members'])).toBe(Number(before['members']) - 1);
      expect(after['sample']).not.toContainEqual(expect.objectContaining({ id: first?.id }));
      await rig.db.database.inWorkspace(ws, (tx) =>
        sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
          select ${ws}, id, 'vip', now(), 'm2', 'custom', 'true' from profile where canonical_id in ('u1', 'u2')`.execute(
          tx,
        ),
      );
      expect(await preview({ rule: 'vip is true' })).toMatchObject({ members: 2 });
    });

    it('takes the greater message id of two values at one instant', async () => {
      await rig.db.database.inWorkspace(ws, (tx) =>
        sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
          select ${ws}, id, 'tier', timestamptz '2026-01-01', m, 'custom', v::jsonb from profile,
            (values ('a', '"gold"'), ('b', '"silver"')) as t (m, v) where canonical_id in ('u1', 'u2')`.execute(tx),
      );
      expect(await preview({ rule: 'tier = "silver"' })).toMatchObject({ members: 2 });
      expect(await preview({ rule: 'tier = "gold"' })).toMatchObject({ members: 0 });
    });

    it('holds the members against other segments', async () => {
      const made = await rig.ask(
        key,
        `mutation { createSegment(input: { key: "list_of_two", name: "Two", rule: "country = \\"de\\"" }) { __typename } }`,
      );
      expect(made.data).toEqual({ createSegment: { __typename: 'Segment' } });
      expect(await preview({ rule, compare: ['list_of_two'] })).toMatchObject({
        overlap: [{ key: 'list_of_two', size: 0, shared: 0, jaccard: 0 }],
      });
      const { errors } = await rig.ask(key, PREVIEW, { rule, compare: ['nobody_knows_it'] });
      expect(errors).toEqual([]);
    });

    it('says which condition cannot be counted, and what is wrong with a rule', async () => {
      const where = { all: [{ id: 'mood', text: { trait: 'last_review', sentiment: 'negative' } }] };
      expect(await preview({ rule: { version: 1, entity: 'profile', where } })).toMatchObject({
        __typename: 'InvalidInput',
        code: 'SEGMENTS_NODE_UNSUPPORTED',
        message: expect.stringContaining('mood'),
      });
      expect(await preview({ rule: 'plan = ' })).toMatchObject({
        __typename: 'InvalidInput',
        code: 'GATEWAY_RULE_INVALID',
        issues: [{ path: expect.stringContaining('line 1') }],
      });
    });
  });
});
