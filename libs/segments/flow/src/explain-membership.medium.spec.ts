import { sql } from 'kysely';
import type { BatchId, ProfileId } from '@kohort/kernel-contracts';
import { useBackfillWorld } from '../test/backfill-world';
import { evaluateTouched, explainMembership } from './index';

jest.setTimeout(240_000);
const rule = (where: unknown): object => ({ version: 1, entity: 'profile', where });
const buyers = rule({
  event: { name: 'Order Completed', count: { op: 'gte', n: 2 }, window: { last: { n: 30, unit: 'day' } } },
});

describe('explaining a membership', () => {
  const world = useBackfillWorld();
  const { query, addSegment, addVersion, ask, run } = world;

  it('speaks of the version that serves, and the recorded proof stays one of the version that it was worked out by', async () => {
    const id = await addSegment('buyers', buyers);
    await run(await ask(id, 1));
    const { workspaceId } = world;
    const touch = async () => {
      const batches = await query(sql<{ id: BatchId }>`select id from batch where kind = 'events'`);
      await evaluateTouched(world.deps, { workspaceId, batchIds: batches.map((one) => one.id), computedTraits: [] });
    };
    await touch();
    const [person] = await query(sql<{ id: ProfileId }>`select id from profile where canonical_id = 'u3'`);
    const why = () =>
      explainMembership(world.deps, { workspaceId, profileId: person?.id as ProfileId, segmentKey: 'buyers' });
    const stored = () =>
      query(sql`select segment_version as version, proof_version as proven, proof -> 'nodes' -> 0 ->> 'count' as count
        from membership where profile_id = ${person?.id}`);
    expect(await why()).toMatchObject({ segmentVersion: 1, member: true, proof: { nodes: [{ count: 2 }] } });
    expect(await stored()).toEqual([{ version: 1, proven: null, count: '2' }]);
    // The third order, which lies before the window of the first version.
    await addVersion(id, 2, rule({ event: { name: 'Order Completed', count: { op: 'gte', n: 1 } } }));
    await run(await ask(id, 2));
    await touch();
    expect(await why()).toMatchObject({
      ...{ segmentVersion: 2, member: true },
      proof: { nodes: [{ count: 3 }] },
    });
    expect(await stored()).toEqual([{ version: 2, proven: 1, count: '2' }]);
    await addVersion(id, 3, rule({ event: { name: 'Page Viewed' } }));
    await run(await ask(id, 3));
    expect(await stored()).toEqual([{ version: 3, proven: 1, count: '2' }]);
    // Who leaves or comes again is proven anew.
    for (const n of [9, 1]) {
      const version = n === 9 ? 4 : 5;
      await addVersion(id, version, rule({ event: { name: 'Order Completed', count: { op: 'gte', n } } }));
      await run(await ask(id, version, { released: true }));
    }
    expect(await stored()).toEqual([{ version: 5, proven: null, count: null }]);
    await touch();
    expect(await stored()).toEqual([{ version: 5, proven: null, count: '3' }]);
    await addVersion(id, 6, buyers);
    await run(await ask(id, 6, { released: true }));
    expect(await stored()).toEqual([{ version: 6, proven: 5, count: '3' }]);
    await query(sql`update profile set suppressed_at = now() where id = ${person?.id}`);
    await touch();
    expect(await stored()).toEqual([{ version: 6, proven: null, count: null }]);
  });
});
