import { sql } from 'kysely';
import type { ProfileId, Run, RunId, SegmentId } from '@kohort/kernel-contracts';
import { segmentRefreshes } from '@kohort/platform-postgres';
import { PEOPLE, useBackfillWorld } from '../test/backfill-world';
import { explainCounted, explainMembership } from './index';

jest.setTimeout(240_000);
const rule = (where: unknown): object => ({ version: 1, entity: 'profile', where });
const spent = { event: { name: 'Order Completed' }, fn: 'sum', property: 'total' };
const PLACES = 100;
const best = rule({ top: { by: { aggregate: spent }, n: PLACES, exact: true } });
const often = rule({ sql: { predicate: "countIf(name = 'Order Completed') >= 3" } });
const notBest = rule({ none: [{ segment: { key: 'best' } }] });

describe('segments that are counted over everybody', () => {
  const world = useBackfillWorld();
  const { query, addSegment, ask, run, members, segment } = world;
  const refreshes = () => segmentRefreshes(world.db.database);

  const due = (id: SegmentId) =>
    query(sql`update segment set refresh_minutes = 60, refresh_at = now() - interval '3 hours' where id = ${id}`);
  const asked = async (): Promise<RunId[]> =>
    (
      await query(sql<{ id: RunId }>`select id from run where params ->> 'refresh' is not null and status = 'queued'
        order by created_at`)
    ).map(({ id }) => id);
  async function counted(): Promise<Run> {
    expect(await refreshes().startDue(10)).toBe(1);
    const [runId, ...more] = await asked();
    expect(more).toEqual([]);
    return run(runId as RunId);
  }
  /** Person u1, who has one order, spends more than anybody. */
  const spend = (total: number) =>
    query(sql`with e as (
      insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, ts, properties)
      select workspace_id, gen_random_uuid(), now(), batch_id, source_id, 'more', 'track', name, user_id, ts,
        jsonb_build_object('total', ${total}::int) from event where message_id = 'm1-1' returning *)
      insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
      select e.workspace_id, e.id, p.id, e.batch_id, e.received_at, e.ts, 1 from e join profile p on p.canonical_id = e.user_id`);
  const idOf = async (name: string): Promise<ProfileId> => {
    const [row] = await query(sql<{ id: ProfileId }>`select id from profile where canonical_id = ${name}`);
    if (!row) throw new TypeError('nobody');
    return row.id;
  };
  const changes = () =>
    query(sql`select segment_key as key, kind, cause, count(*)::int as n, count(distinct batch_id)::int as batches
      from membership_change where cause <> 'edit' group by 1, 2, 3 order by 1, 2`);

  it('are counted anew when it is time: once a slot, whoever looks, with a difference that those who refer to them follow', async () => {
    const id = await addSegment('best', best);
    await run(await ask(id, 1));
    await run(await ask(await addSegment('not_best', notBest), 1));
    const before = await members('best');
    expect(before).toHaveLength(PLACES);
    expect(before).not.toContain('u1');
    expect(await refreshes().startDue(10)).toBe(0);
    await spend(1_000_000);
    await due(id);
    const found = await Promise.all([1, 2, 3].map(() => refreshes().startDue(10)));
    expect(found.reduce((sum, n) => sum + n, 0)).toBe(1);
    // While it is under way, a slot that comes due is passed over.
    await due(id);
    expect(await refreshes().startDue(10)).toBe(0);
    const [runId] = await asked();
    const done = await run(runId as RunId);
    expect(done).toMatchObject({
      status: 'succeeded',
      result: { members: PLACES, entered: 1, exited: 1, corrected: 2 },
    });
    const after = await members('best');
    expect(after).toContain('u1');
    expect(await members('not_best')).toHaveLength(PEOPLE - PLACES);
    expect(await members('not_best')).not.toContain('u1');
    expect(await changes()).toEqual(
      ['best', 'not_best'].flatMap((key) =>
        ['entered', 'exited'].map((kind) => ({ key, kind, cause: 'time', n: 1, batches: 1 })),
      ),
    );
    // The task comes again after its end, and a worker that was overtaken writes nothing.
    await run(runId as RunId);
    expect((await changes()).length).toBe(4);
    const [told] = await query(sql<{ ahead: boolean; counted: boolean }>`
      select refresh_at between now() + interval '1 minute' and now() + interval '60 minutes' as ahead,
        counted_at between now() - interval '1 hour' and now() as counted from segment where key = 'best'`);
    expect(told).toEqual({ ahead: true, counted: true });
  });

  it('are counted after an import, once everybody whom it brought is known', async () => {
    const id = await addSegment('best', best);
    await run(await ask(id, 1));
    await due(id);
    await counted();
    await query(sql`insert into task (workspace_id, id, job, entity, payload)
      values (${world.workspaceId}, gen_random_uuid(), 'identity.resolve', 'of-the-import', '{}')`);
    await spend(1_000_000);
    await refreshes().afterImport(world.workspaceId);
    expect(await refreshes().startDue(10)).toBe(0);
    // What comes later is not waited for.
    await query(sql`update task set status = 'done' where entity = 'of-the-import'`);
    await query(sql`insert into task (workspace_id, id, job, entity, payload, created_at)
      values (${world.workspaceId}, gen_random_uuid(), 'identity.resolve', 'later', '{}', now() + interval '1 hour')`);
    expect(await counted()).toMatchObject({ status: 'succeeded', result: { entered: 1, exited: 1 } });
    expect(await changes()).toMatchObject([{ cause: 'import' }, { cause: 'import' }]);
  });

  it('are held when a count would take many out, go on serving, and recover by themselves', async () => {
    const id = await addSegment('often', often);
    await run(await ask(id, 1));
    const size = (await members('often')).length;
    expect(size).toBe(PEOPLE / 4);
    // An outage upstream: the third order of two in five of them is taken away.
    const gone = sql`from event_assignment a join event e on e.id = a.event_id and e.message_id like '%-3'
      and e.user_id ~ '[37]$' where a.sign = 1 group by a.workspace_id, a.event_id, a.profile_id, a.batch_id, a.received_at, a.ts`;
    const move = (sign: number) =>
      query(sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
        select a.workspace_id, a.event_id, a.profile_id, a.batch_id, a.received_at, a.ts, ${sign}::int ${gone}`);
    await move(-1);
    await due(id);
    expect(await counted()).toMatchObject({ status: 'failed', error: { code: 'SEGMENTS_GUARD_HELD' } });
    expect(await segment('often')).toMatchObject({ live_version: 1, status: 'live', n: String(size) });
    const held = () => query(sql`select held is not null as held from segment_version where segment_id = ${id}`);
    expect(await held()).toEqual([{ held: true }]);
    await move(1);
    await due(id);
    expect(await counted()).toMatchObject({ status: 'succeeded', result: { entered: 0, exited: 0 } });
    expect(await held()).toEqual([{ held: false }]);
  });

  it('say of each person which place or predicate it was, and of which instant', async () => {
    const id = await addSegment('best', best);
    await run(await ask(id, 1));
    await run(await ask(await addSegment('often', often), 1));
    const deps = { ...world.deps, columns: world.deps.columns };
    const explain = async (segmentKey: string, name: string) =>
      explainCounted(deps, { workspaceId: world.workspaceId, profileId: await idOf(name), segmentKey });
    const [stamp] = await query(sql<{ at: number }>`
      select floor(extract(epoch from counted_at) * 1000)::float8 as at from segment where key = 'best'`);
    await spend(1_000_000);
    await world.deps.loader.load(world.workspaceId);
    // Three orders of 19 each: nobody has spent more until u1 did, who was counted at an instant before.
    const first = await explain('best', 'u19');
    expect(first).toMatchObject({ evaluatedAt: stamp?.at, member: true });
    expect(first?.proof).toMatchObject({
      countedAt: new Date(stamp?.at ?? 0).toISOString(),
      nodes: [{ id: 'where', result: true, values: [{ n: PLACES, ranked: PEOPLE, lastRank: PLACES, value: 57 }] }],
    });
    expect((await explain('best', 'u0'))?.proof).toMatchObject({ nodes: [{ result: false, values: [{ value: 0 }] }] });
    expect((await explain('often', 'u3'))?.proof).toMatchObject({
      nodes: [{ result: true, values: [{ predicate: "countIf(name = 'Order Completed') >= 3" }] }],
    });
    expect(await explain('often', 'u2')).toMatchObject({ member: false });
    await run(await ask(await addSegment('not_best', notBest), 1));
    expect(await explain('not_best', 'u2')).toBeNull();
    const of = { workspaceId: world.workspaceId, profileId: await idOf('u19'), segmentKey: 'not_best' };
    expect(await explainMembership(world.deps, of)).toMatchObject({ member: false });
  });
});
