import { sql } from 'kysely';
import { storedDecision } from '@kohort/identity-domain';
import { openColumnLoader } from '@kohort/platform-columns';
import { startTestDatabase } from '@kohort/platform-postgres';
import { startTestColumns } from '@kohort/testing-columns';
import { IdentityWorld, type WorldParts } from '../test/identity-world';
import { limited } from '../test/random-drafts';

jest.setTimeout(120_000);

describe('people whom a person has kept apart', () => {
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

  const names = async (world: IdentityWorld): Promise<readonly string[]> =>
    (
      await world.query(
        sql<{ name: string }>`select canonical_id as name from profile where merged_into is null order by 1`,
      )
    ).map(({ name }) => name);
  const idOf = async (world: IdentityWorld, name: string): Promise<string> =>
    (await world.query(sql<{ id: string }>`select profile_id as id from identifier where value = ${name}`))[0]?.id ??
    '';
  const idsOf = async (world: IdentityWorld, one: string, other: string) =>
    [await idOf(world, one), await idOf(world, other)] as const;

  /** Two people who were one by a device, and are not any more; a third by himself. */
  async function parted(): Promise<IdentityWorld> {
    const world = await IdentityWorld.open(parts, null);
    await world.accept([
      { n: 1, userId: 'u1', anonymousId: 'd1' },
      { n: 2, userId: 'u2' },
      { n: 3, userId: 'u3', anonymousId: 'd3' },
    ]);
    await world.accept([{ n: 4, userId: 'u2', anonymousId: 'd1' }]);
    const [merge] = await world.mergeLog();
    await world.unmerge(merge?.id ?? '');
    expect(await names(world)).toEqual(['u1', 'u2', 'u3']);
    return world;
  }

  it('are not offered by a linkage, also when one of them has become part of somebody else', async () => {
    const world = await parted();
    const pairs = [
      ['u1', 'u2'],
      ['u2', 'u3'],
    ] as const;
    expect(await world.offered(pairs)).toEqual(['u2 u3']);
    // Whoever absorbs one of the two is kept apart from the other as well.
    await world.admin.mergeProfiles({ profileIds: await idsOf(world, 'u1', 'u3'), actor: 'ann' }, storedDecision);
    expect(await world.offered([['u2', 'u3']])).toEqual([]);
  });

  it('stay so by a rejected pair, whoever absorbs them', async () => {
    const world = await IdentityWorld.open(parts, null);
    await world.accept([1, 2, 3].map((n) => ({ n, userId: `v${n}` })));
    expect(await world.offered([['v1', 'v2']])).toEqual(['v1 v2']);
    await world.admin.rejectLink({ profileIds: await idsOf(world, 'v1', 'v2'), actor: 'ann' });
    await world.admin.mergeProfiles({ profileIds: await idsOf(world, 'v1', 'v3'), actor: 'ann' }, storedDecision);
    expect(
      await world.offered([
        ['v1', 'v2'],
        ['v3', 'v2'],
      ]),
    ).toEqual([]);
  });

  it('are not joined by what had joined them nor by other rules, but by another identifier that both carry', async () => {
    const world = await IdentityWorld.open(parts, null);
    await world.accept([
      { n: 1, anonymousId: 'd1' },
      { n: 2, userId: 'u1' },
      { n: 3, userId: 'u2', anonymousId: 'd1' },
    ]);
    await world.accept([{ n: 4, userId: 'u1', anonymousId: 'd1' }]);
    const [merge] = (await world.mergeLog()).filter(({ a_value, b_value }) => `${a_value} ${b_value}` === 'u1 d1');
    await world.unmerge(merge?.id ?? '');
    expect(await names(world)).toEqual(['u1', 'u2']);
    await world.accept([{ n: 5, userId: 'u1', anonymousId: 'd1' }]);
    await world.rebuild(await world.saveRules(limited, 'draft'));
    await world.rebuild(0);
    expect(await names(world)).toEqual(['u1', 'u2']);
    await world.accept([
      { n: 6, userId: 'u1', anonymousId: 'd2' },
      { n: 7, userId: 'u2', anonymousId: 'd2' },
    ]);
    expect(await names(world)).toEqual(['u1']);
  });
});
