import { sql } from 'kysely';
import { systemClock } from '@kohort/kernel-clock-random';
import type { RunId } from '@kohort/kernel-contracts';
import { commandAdapter } from '@kohort/platform-postgres';
import { useBackfillWorld } from '../test/backfill-world';
import { MOMENTS, beside } from '../test/beside-fills';

jest.setTimeout(240_000);
const days = (more: object = {}): object => ({
  ...{ version: 1, entity: 'profile', ...more },
  where: { aggregate: { event: { name: 'Order Completed' }, fn: 'distinctDays', op: 'gte', value: 2 } },
});
const thrice = {
  version: 1,
  entity: 'profile',
  where: { event: { name: 'Order Completed', count: { op: 'gte', n: 3 } } },
};

describe('a time zone that is changed', () => {
  const world = useBackfillWorld();
  const { query, addSegment, addVersion, ask, run, runAll, numbers, members } = world;

  /** Somebody who has no other orders buys so many hours behind a midnight of UTC. */
  const buy = (name: string, hours: number) =>
    query(sql`with e as (
      insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, ts)
      select workspace_id, gen_random_uuid(), now(), batch_id, source_id, ${name} || ${hours}::text, 'track',
        'Order Completed', ${name}, (date_trunc('day', now() at time zone 'UTC') - interval '3 days'
          + ${hours}::int * interval '1 hour') at time zone 'UTC'
      from event where message_id = 'm0-0' returning *)
      insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
      select e.workspace_id, e.id, p.id, e.batch_id, e.received_at, e.ts, 1 from e join profile p on p.canonical_id = e.user_id`);
  const toTokyo = () =>
    commandAdapter({ database: world.db.database, clock: systemClock })
      .forWorkspace(world.workspaceId, systemClock.now() + 60_000)
      .updateSettings({ timeZone: 'Asia/Tokyo' });
  const asked = () =>
    query(sql<{ id: RunId; what: string }>`
      select r.id, s.key || ' ' || (r.params ->> 'version') as what from run r join segment s on s.id::text = r.params ->> 'segmentId'
      where r.status = 'queued' order by 2`);

  it.each(MOMENTS)('is heard by a version whose fill has been %s when it is changed', async (moment) => {
    // Nine hours on, the first two orders are of one day, and the last two of two.
    for (const [name, hours] of [
      ['u0', -1],
      ['u0', 1],
      ['u4', 14],
      ['u4', 16],
    ] as const)
      await buy(name, hours);
    const serving = await addSegment('serving', days());
    const edited = await addSegment('edited', thrice);
    await runAll([await ask(serving, 1), await ask(edited, 1)]);
    await addVersion(edited, 2, days());
    const first = await addSegment('first', days());
    const own = await addSegment('own', days({ options: { timezone: 'UTC' } }));
    const deps = beside(world.deps, moment, toTokyo);
    const runs = [await ask(first, 1), await ask(own, 1), await ask(edited, 2)];
    for (const one of await runAll(runs, deps)) expect(one).toMatchObject({ status: 'succeeded' });
    const again = await asked();
    expect(again.map(({ what }) => what)).toEqual(['edited 2', 'first 1', 'serving 1']);
    for (const { id } of again) expect(await run(id)).toMatchObject({ status: 'succeeded' });
    const twice = (late: number) => numbers((i) => i % 4 >= 2 || i === late);
    for (const key of ['serving', 'first', 'edited']) expect(await members(key)).toEqual(twice(4));
    expect(await members('own')).toEqual(twice(0));
  });
});
