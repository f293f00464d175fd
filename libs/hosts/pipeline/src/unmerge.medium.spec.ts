import { sql } from 'kysely';
import { parseIdentityRules, storedDecision } from '@kohort/identity-domain';
import { seededRandom, shuffle } from '@kohort/kernel-clock-random';
import { openColumnLoader } from '@kohort/platform-columns';
import { startTestDatabase } from '@kohort/platform-postgres';
import { startTestColumns } from '@kohort/testing-columns';
import { IdentityWorld, type WorldParts } from '../test/identity-world';
import { cut, draftOf, limited } from '../test/random-drafts';
import { compareWorlds } from '../test/unmerge-worlds';

jest.setTimeout(300_000);
/** More of them are in the long run. */
const WORLDS = 8;

describe('a merge that was taken back', () => {
  let parts: WorldParts;
  beforeAll(async () => {
    const [db, store] = await Promise.all([startTestDatabase(), startTestColumns()]);
    parts = { db, store, loader: openColumnLoader({ database: db.database, columns: store.columns }) };
  });
  afterAll(async () => {
    await parts.loader.close();
    await parts.store.stop();
    await parts.db.stop();
  });

  it(`leaves ${WORLDS} random worlds as they would be had the link never been: tables, segments, syncs and column store`, async () => {
    expect(await compareWorlds(parts, { from: 0, count: WORLDS })).toBeGreaterThanOrEqual(WORLDS);
  });

  it('stays taken back, can be merged by hand, and taken back again', async () => {
    const world = await IdentityWorld.open(parts, null);
    await world.accept([
      { n: 1, type: 'identify', anonymousId: 'd', traits: { plan: 'pro' } },
      { n: 2, userId: 'u' },
    ]);
    const before = await world.picture();
    await world.accept([{ n: 3, userId: 'u', anonymousId: 'd' }]);
    const [merge] = await world.mergeLog();
    await world.unmerge(merge?.id ?? '');
    await world.unmerge(merge?.id ?? '');
    await world.accept([{ n: 4, userId: 'u', anonymousId: 'd' }]);
    const people = await world.query<{ id: string; name: string }>(
      sql`select id, canonical_id as name from profile where merged_into is null order by 2`,
    );
    expect(people.map(({ name }) => name)).toEqual(['d', 'u']);
    const [d, u] = people.map(({ id }) => id);
    for (let round = 0; round < 2; round += 1) {
      const one = await world.admin.mergeProfiles({ profileIds: [d ?? '', u ?? ''], actor: 'ann' }, storedDecision);
      expect(one).toMatchObject({ isApart: false, profileIds: { length: 1 } });
      await world.settle();
      const log = await world.admin.merges(u ?? '', { first: 1, after: null });
      const entry = log.items[0]?.node;
      expect(entry).toMatchObject({ kind: 'merged', cause: 'manual', actor: 'ann', absorbedId: d });
      const two = await world.admin.unmerge({ mergeId: entry?.id ?? '', actor: 'ann' }, storedDecision);
      expect(two).toMatchObject({ isApart: true, profileIds: { length: 2 } });
      await world.settle();
    }
    const after = await world.picture();
    expect(Object.keys(after)).toEqual(Object.keys(before));
    const members = ['buyers u true', 'pro d true', 'quiet d true'];
    expect(after).toMatchObject({ members, desired: members });
    // What people decided outlives everybody being made anew.
    expect(await world.rebuild(0)).toMatchObject({ moved: 0, profilesAfter: 2 });
    expect(await world.picture()).toEqual(after);
    await world.accept([{ n: 5, userId: 'u', anonymousId: 'd' }]);
    expect((await world.admin.merges(u ?? '', { first: 1, after: null })).items[0]?.node.kind).toBe('unmerged');
  });

  it('never has an event with two people or with none while people are merged and parted', async () => {
    const world = await IdentityWorld.open(parts, null);
    await world.accept([1, 2, 3, 4].map((n) => ({ n, userId: `u${n}`, anonymousId: `d${n % 2}` })));
    const rows = await world.query(sql<{ id: string }>`select id from profile where merged_into is null order by id`);
    const [one, other] = rows.map(({ id }) => id);
    const seen = new Set<string>();
    let isDone = false;
    const watch = async (): Promise<void> => {
      while (!isDone) {
        const odd = await world.query(sql<{ owners: number; live: number; n: number }>`
          select owners, live, count(*)::int as n from (
            select event_id, count(*)::int as owners, (count(*) filter (where p.merged_into is null))::int as live from (
              select event_id, profile_id from event_assignment group by 1, 2 having sum(sign) > 0) a
            join profile p on p.id = a.profile_id group by event_id) b group by 1, 2`);
        for (const { owners, live, n } of odd) seen.add(`${owners} ${live} ${n}`);
      }
    };
    const watching = Promise.all([watch(), watch()]);
    for (let round = 0; round < 15; round += 1) {
      await world.admin.mergeProfiles({ profileIds: [one ?? '', other ?? ''], actor: 'ann' }, storedDecision);
      const { items } = await world.admin.merges(one ?? '', { first: 1, after: null });
      await world.admin.unmerge({ mergeId: items[0]?.node.id ?? '', actor: 'ann' }, storedDecision);
    }
    isDone = true;
    await watching;
    expect([...seen]).toEqual(['1 1 4']);
  });

  it('is left alone by a rebuild that was cancelled', async () => {
    const world = await IdentityWorld.open(parts, null);
    await world.accept([1, 2].map((n) => ({ n, userId: `u${n}`, anonymousId: 'd' })));
    const before = await world.picture();
    const version = await world.saveRules(limited, 'draft');
    await expect(world.rebuild(version, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(await world.picture()).toEqual(before);
    expect(await world.admin.activeRules()).toBeNull();
    expect(await world.rebuild(version)).toMatchObject({ profilesBefore: 1, profilesAfter: 2 });
    expect(await world.admin.activeRules()).toMatchObject({ version, status: 'active' });
    expect(await world.rebuild(0)).toMatchObject({ profilesAfter: 1 });
    expect(await world.picture()).toEqual(before);
  });

  it('and rules that were changed leave everybody as if they had been so from the start', async () => {
    // Sixty more, under more sets of rules, are in the long run of rebuilds.
    for (let seed = 100; seed < 103; seed += 1) {
      const random = seededRandom(seed);
      const drafts = Array.from({ length: 20 }, (_, n) => draftOf(random, n));
      const world = await IdentityWorld.open(parts, seed % 2 === 0 ? null : limited);
      for (const batch of cut(drafts.slice(0, 14), 5)) await world.accept(batch);
      const rules =
        seed % 2 === 0
          ? limited
          : parseIdentityRules({ ...limited, identifiers: [{ type: 'anonymous_id' }, { type: 'user_id' }] });
      await world.rebuild(await world.saveRules(rules, 'draft'));
      await world.accept(drafts.slice(14));
      const never = await IdentityWorld.open(parts, rules);
      for (const batch of cut(shuffle([...drafts], random), 7)) await never.accept(batch);
      expect([seed, await world.picture()]).toEqual([seed, await never.picture()]);
      expect([seed, await world.columns()]).toEqual([seed, await world.columnsWanted()]);
      const refused = sql<{ links: number; told: number }>`
        select (select count(*)::int from identity_link where state = 'refused') as links,
          (select count(*)::int from merge_log where kind = 'refused') as told`;
      const before = (await world.query(refused))[0];
      expect(before?.told).toBeGreaterThanOrEqual(before?.links ?? 0);
      // Once more changes nothing.
      expect(await world.rebuild(seed % 2 === 0 ? 1 : 2)).toMatchObject({ moved: 0, events: 20 });
      expect((await world.query(refused))[0]).toEqual(before);
    }
  });
});
