import { sql } from 'kysely';
import { PEOPLE, useBackfillWorld } from '../test/backfill-world';

jest.setTimeout(240_000);
const GROUPS = 20;
const gold = { trait: { path: 'tier', op: 'eq', value: 'gold' } };
const often = { event: { name: 'Order Completed', count: { op: 'gte', n: 3 } } };
const rule = (entity: string, where: unknown): object => ({ version: 1, entity, where });
const leadsTo = (to: string, where: unknown, more: object = { quantifier: 'any' }): object => ({
  group: { to, ...more, where },
});

describe('back-filling segments of accounts and by accounts', () => {
  const world = useBackfillWorld();
  const { query, addSegment, ask, runAll, members, numbers } = world;

  /** Person i belongs to account g(i % 20), every fourth of which is gold, and everybody to one with more people than are read. */
  async function addAccounts(): Promise<void> {
    const ws = world.workspaceId;
    const groups = [...Array.from({ length: GROUPS }, (_, i) => `g${i}`), 'everybody'];
    await query(sql`with made as (
      insert into profile (workspace_id, id, canonical_id, kind, first_seen_at, last_seen_at)
      select ${ws}::uuid, account_id(${ws}::uuid, g), g, 'account', now(), now() from unnest(${groups}::text[]) as t (g)
      returning id, canonical_id as g)
      insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
      select ${ws}::uuid, id, '$account', 'epoch'::timestamptz, '', 'custom', to_jsonb(g) from made
      union all select ${ws}::uuid, id, 'tier', now(), 't', 'custom', '"gold"'::jsonb from made
        where g <> 'everybody' and substr(g, 2)::int % 4 = 0`);
    await query(sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
      select ${ws}::uuid, id, '$group', now(), which, 'custom', to_jsonb(which)
      from profile, lateral (values ('g' || substr(canonical_id, 2)::int % ${GROUPS}), ('everybody')) as of (which)
      where kind = 'person'`);
  }

  it('gives what the evaluator gives, and judges accounts with more people than it reads', async () => {
    await addAccounts();
    const ids = [
      await addSegment('golden', rule('account', gold)),
      await addSegment('in_gold', rule('profile', leadsTo('account', gold))),
      await addSegment('buying', rule('account', leadsTo('profile', often))),
      await addSegment(
        'crowd',
        rule('account', leadsTo('profile', often, { quantifier: 'count', count: { op: 'gt', n: 60 } })),
      ),
      await addSegment('buyers', rule('profile', often)),
    ];
    const runs = await runAll(await Promise.all(ids.map((id) => ask(id, 1))));
    expect(runs.map(({ status, error }) => ({ status, error }))).toEqual(
      ids.map(() => ({ status: 'succeeded', error: null })),
    );
    const groups = (holds: (i: number) => boolean): string[] =>
      Array.from({ length: GROUPS }, (_, i) => i)
        .filter(holds)
        .map((i) => `g${i}`)
        .sort();
    expect(await members('golden')).toEqual(groups((i) => i % 4 === 0));
    expect(await members('in_gold')).toEqual(numbers((i) => (i % GROUPS) % 4 === 0));
    // Three orders has who is 3 modulo 4; a group is all of one remainder.
    expect(await members('buying')).toEqual(['everybody', ...groups((i) => i % 4 === 3)].sort());
    expect(await members('crowd')).toEqual(['everybody']);
    expect((await members('buyers')).length).toBe(PEOPLE / 4);
  });
});
