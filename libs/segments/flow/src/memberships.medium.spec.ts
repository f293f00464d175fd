import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { batchIdSchema, type BatchId, type ProfileId } from '@kohort/kernel-contracts';
import { privacyStore, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { MembershipWorld, rule } from '../test/membership-world';
import { explainMembership, rescoreSegments, runDueTimers } from './index';

jest.setTimeout(180_000);
const DAY = 86_400_000;
const buyers = rule({
  event: { name: 'Order Completed', count: { op: 'gte', n: 2 }, window: { last: { n: 30, unit: 'day' } } },
});
const quiet = rule({ none: [{ event: { name: 'Order Completed' } }] });
const order = (profileId: ProfileId, agoMs = 0) => ({ profileId, name: 'Order Completed', agoMs });

describe('memberships', () => {
  let db: TestDatabase;
  let world: MembershipWorld;
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());
  beforeEach(async () => {
    world = await MembershipWorld.open(db);
  });
  const topics = async (): Promise<number> =>
    (await world.query(sql<{ n: number }>`select count(*)::int as n from outbox where topic = 'MembershipChanged'`))[0]
      ?.n ?? 0;

  it('asks for consent: unknown is no, a statement of any identifier is heard at once, and a later one undoes it', async () => {
    await world.addSegment('mail', rule({ consent: { purpose: 'email' } }));
    const [anna, ben] = [await world.addProfile('anna'), await world.addProfile('ben')];
    await world.query(sql`insert into identifier (workspace_id, profile_id, type, value, first_seen_at)
      select ${world.workspaceId}, id, 'user_id', canonical_id, now() from profile
      where workspace_id = ${world.workspaceId}::uuid`);
    expect(await world.touch(await world.addEvents([order(anna), order(ben)]))).toEqual({
      profiles: 2,
      entered: 0,
      exited: 0,
    });
    const privacy = privacyStore(db.database);
    const say = async (state: 'granted' | 'withdrawn', at: number): Promise<BatchId> => {
      const subject = { type: 'user_id', value: 'anna' } as const;
      const said = { subject, purpose: 'email', state, kind: 'explicit', at, basis: 'consent' } as const;
      const { batchId } = await privacy.record(world.workspaceId, [{ ...said, source: 'api', proof: '' }]);
      const told = await world.query(sql<{
        topic: string;
      }>`select topic from outbox where payload->>'batchId' = ${batchId}
        order by topic`);
      expect(told.map(({ topic }) => topic)).toEqual(['ProfilesTouched']);
      return batchIdSchema.parse(batchId);
    };
    expect(await world.touch(await say('granted', 1_000))).toEqual({ profiles: 1, entered: 1, exited: 0 });
    expect(await world.members()).toEqual(['mail:anna']);
    const why = await explainMembership(world.deps, {
      workspaceId: world.workspaceId,
      segmentKey: 'mail',
      profileId: ben,
    });
    expect(why.proof).toMatchObject({ flip: { text: 'consent for "email" given' } });
    expect(await world.touch(await say('withdrawn', 2_000))).toEqual({ profiles: 1, entered: 0, exited: 1 });
    expect(await world.members()).toEqual([]);
  });

  it('writes an entry once, with proof, log, timer, size and outbox row, however often it is asked', async () => {
    await world.addSegment('buyers', buyers);
    const anna = await world.addProfile('anna');
    const first = await world.addEvents([order(anna, 10 * DAY)]);
    expect(await world.touch(first)).toEqual({ profiles: 1, entered: 0, exited: 0 });
    const second = await world.addEvents([order(anna, DAY)]);
    expect(await world.touch(second)).toEqual({ profiles: 1, entered: 1, exited: 0 });
    expect(await world.touch(second)).toEqual({ profiles: 1, entered: 0, exited: 0 });
    expect(await world.touch(first)).toEqual({ profiles: 1, entered: 0, exited: 0 });
    expect(await world.changes()).toEqual([
      { key: 'buyers', kind: 'entered', version: '1', cause: 'event', has_event: true },
    ]);
    expect(await topics()).toBe(1);
    const [row] = await world.query(sql<{ size: string; count: number; bytes: number; days: number; rows: number }>`
      select (select size::text from segment) as size, (proof -> 'nodes' -> 0 ->> 'count')::int as count,
        length(proof_hash) as bytes, (select extract(epoch from due_at - now()) / 86400 from segment_timer)::float8 as days,
        (select row_count from batch where kind = 'membership') as rows
      from membership where member`);
    expect(row).toMatchObject({ size: '1', count: 2, bytes: 32, rows: 1 });
    expect(row?.days).toBeGreaterThan(19.9);
    expect(row?.days).toBeLessThan(20.1);
  });

  it('lets people out by time alone, once, and enters them again with a higher version', async () => {
    await world.addSegment('buyers', buyers);
    await world.addSegment('quiet', quiet);
    const anna = await world.addProfile('anna');
    await world.touch(await world.addEvents([order(anna, 30 * DAY - 3_000), order(anna, DAY)]));
    expect(await world.members()).toEqual(['buyers:anna']);
    expect(await world.deps.store.nextTimerMs()).toBeLessThanOrEqual(3_000);
    while ((await world.deps.store.nextTimerMs()) !== 0) await world.query(sql`select pg_sleep(0.02)`);
    expect(await runDueTimers(world.deps, 100)).toEqual({ profiles: 1, entered: 0, exited: 1 });
    expect(await runDueTimers(world.deps, 100)).toEqual({ profiles: 0, entered: 0, exited: 0 });
    await world.touch(await world.addEvents([order(anna)]));
    expect((await world.changes()).map(({ key, kind, version, cause }) => [key, kind, version, cause])).toEqual([
      ['buyers', 'entered', '1', 'event'],
      ['buyers', 'exited', '2', 'time'],
      ['buyers', 'entered', '3', 'event'],
    ]);
    const [late] = await world.query(sql<{ ms: number }>`select extract(epoch from evaluated_at - (
      select min(ts) + interval '30 days' from event)) * 1000 as ms from membership_change where cause = 'time'`);
    expect(Number(late?.ms)).toBeGreaterThanOrEqual(0);
  });

  it('serialises batches that share people: versions rise by one, nothing is done twice or missed', async () => {
    const none = rule({ event: { name: 'Order Completed', count: { op: 'eq', n: 1 } } });
    await world.addSegment('once', none);
    await world.addSegment('buyers', buyers);
    const people = await Promise.all(Array.from({ length: 12 }, (_, i) => world.addProfile(`p${i}`)));
    const batches: BatchId[] = [];
    for (let round = 0; round < 4; round += 1) {
      batches.push(
        await world.addEvents(people.filter((_, i) => (i + round) % 2 === 0).map((id) => order(id, round * 1000))),
      );
    }
    await Promise.all([...batches, ...batches, ...batches].map((batchId) => world.touch(batchId)));
    const wanted = people.map((_, i) => `buyers:p${i}`).sort();
    expect((await world.members()).filter((who) => who.startsWith('buyers'))).toEqual(wanted);
    const gaps = await world.query(sql`select segment_id, profile_id from membership_change group by 1, 2
      having count(*) <> max(change_version) or min(change_version) <> 1`);
    expect(gaps).toEqual([]);
    const twice =
      await world.query(sql`select 1 from (select kind, lag(kind) over (partition by segment_id, profile_id order by change_version) as before
      from membership_change) as c where kind = before`);
    expect(twice).toEqual([]);
    const sizes = await world.query(sql<{ wrong: number }>`select count(*)::int as wrong from segment s
      where size <> (select count(*) from membership m where m.segment_id = s.id and member)`);
    expect(sizes).toEqual([{ wrong: 0 }]);
  });

  it('takes the absorbed out and brings the survivor in when two people turn out to be one', async () => {
    await world.addSegment('buyers', buyers);
    await world.addSegment('quiet', quiet);
    const [anna, guest] = [await world.addProfile('anna'), await world.addProfile('guest')];
    await world.touch(await world.addEvents([order(anna, DAY)]));
    await world.touch(await world.addEvents([order(guest, DAY), order(guest, 2 * DAY)]));
    expect(await world.members()).toEqual(['buyers:guest']);
    const batchId = await world.addEvents([{ profileId: anna, name: 'Page Viewed', agoMs: 0 }]);
    await world.query(sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
      select workspace_id, event_id, p.id, ${batchId}, received_at, ts, p.sign from event_assignment,
        (values (${guest}::uuid, -1), (${anna}::uuid, 1)) as p (id, sign) where profile_id = ${guest}`);
    await world.query(sql`update profile set merged_into = ${anna} where id = ${guest}`);
    expect(await world.touch(batchId)).toEqual({ profiles: 2, entered: 1, exited: 1 });
    expect(await world.members()).toEqual(['buyers:anna']);
    expect(
      (await world.changes())
        .slice(-2)
        .map(({ kind, cause }) => [kind, cause])
        .sort(),
    ).toEqual([
      ['entered', 'merge'],
      ['exited', 'merge'],
    ]);
  });

  it('keeps a rule that cannot be read from stopping the others', async () => {
    await world.addSegment('broken', { version: 1, entity: 'profile', where: { evnt: {} } });
    await world.addSegment('quiet', quiet);
    const anna = await world.addProfile('anna');
    expect(
      await world.touch(await world.addEvents([{ profileId: anna, name: 'Page Viewed', agoMs: 0 }])),
    ).toMatchObject({
      entered: 1,
    });
    expect(world.deps.ruleSets.of(await world.deps.store.liveRules(world.workspaceId)).unreadable).toEqual(['broken']);
  });

  it('explains members and others, with what would turn the answer round', async () => {
    await world.addSegment('buyers', buyers);
    await world.addSegment(
      'rich',
      rule({ all: [{ segment: { key: 'buyers' } }, { trait: { path: 'plan', op: 'eq', value: 'pro' } }] }),
    );
    const anna = await world.addProfile('anna');
    await world.touch(await world.addEvents([order(anna, DAY)]));
    const outside = await explainMembership(world.deps, {
      workspaceId: world.workspaceId,
      profileId: anna,
      segmentKey: 'buyers',
    });
    expect(outside).toMatchObject({ member: false, recorded: null, segmentVersion: 1 });
    expect(outside.proof.flip?.text).toMatch(/^one more "Order Completed" before 2/);
    await world.touch(await world.addEvents([order(anna)]));
    const inside = await explainMembership(world.deps, {
      workspaceId: world.workspaceId,
      profileId: anna,
      segmentKey: 'buyers',
    });
    expect(inside).toMatchObject({ member: true, recorded: { member: true, changeVersion: 1 } });
    expect(inside.proof.flip).toMatchObject({ kind: 'time', by: new Date(inside.nextChangeAt ?? 0).toISOString() });
    const rich = await explainMembership(world.deps, {
      workspaceId: world.workspaceId,
      profileId: anna,
      segmentKey: 'rich',
    });
    expect(rich.proof.flip?.text).toContain('plan');
    await expect(
      explainMembership(world.deps, { workspaceId: world.workspaceId, profileId: anna, segmentKey: 'nope' }),
    ).rejects.toMatchObject({
      code: 'SEGMENTS_SEGMENT_NOT_LIVE',
    });
  });

  it('follows new scores of a model', async () => {
    await world.addSegment(
      'likely',
      rule({ prediction: { model: 'orders_30d', measure: 'percentile', op: 'gte', value: 90 } }),
      'predictive',
    );
    const [anna, ben] = [await world.addProfile('anna'), await world.addProfile('ben')];
    const modelId = randomUUID();
    await world.query(
      sql`insert into model (workspace_id, id, key, name, kind, live_version) values (${world.workspaceId}, ${modelId}, 'orders_30d', 'O', 'propensity', 1)`,
    );
    for (const [id, percentile] of [
      [anna, 95],
      [ben, 50],
    ] as const) {
      await world.query(sql`insert into score (workspace_id, model_id, profile_id, version, as_of, probability, percentile)
        values (${world.workspaceId}, ${modelId}, ${id}, 1, now(), 0.5, ${percentile})`);
    }
    expect(await rescoreSegments(world.deps, { workspaceId: world.workspaceId })).toEqual({
      profiles: 2,
      entered: 1,
      exited: 0,
    });
    expect(await world.members()).toEqual(['likely:anna']);
    expect((await world.changes())[0]).toMatchObject({ cause: 'model' });
  });
});
