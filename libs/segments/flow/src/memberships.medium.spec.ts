import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  batchIdSchema,
  eventIdSchema,
  profileIdSchema,
  segmentIdSchema,
  sourceIdSchema,
  type BatchId,
  type ProfileId,
  type SegmentId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { privacyStore, segmentStore, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import {
  evaluateTouched,
  explainMembership,
  rescoreSegments,
  RuleSets,
  runDueTimers,
  type SegmentsDeps,
} from './index';

jest.setTimeout(180_000);
const DAY = 86_400_000;
const rule = (where: unknown): object => ({ version: 1, entity: 'profile', where });
const buyers = rule({
  event: { name: 'Order Completed', count: { op: 'gte', n: 2 }, window: { last: { n: 30, unit: 'day' } } },
});
const quiet = rule({ none: [{ event: { name: 'Order Completed' } }] });

describe('memberships', () => {
  let db: TestDatabase;
  let deps: SegmentsDeps;
  let workspaceId: WorkspaceId;
  let sourceId: string;
  beforeAll(async () => {
    db = await startTestDatabase();
    deps = { store: segmentStore(db.database), ruleSets: new RuleSets() };
  });
  afterAll(() => db.stop());
  beforeEach(async () => {
    workspaceId = await db.addWorkspace();
    sourceId = sourceIdSchema.parse(randomUUID());
    await query(
      sql`insert into source (workspace_id, id, key, name, kind) values (${workspaceId}, ${sourceId}, 's', 'S', 'http')`,
    );
  });

  async function query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> {
    return db.database.inWorkspace(workspaceId, async (tx) => (await statement.execute(tx)).rows);
  }
  async function addSegment(key: string, json: object, kind = 'rule'): Promise<SegmentId> {
    const id = segmentIdSchema.parse(randomUUID());
    const hash = createHash('sha256').update(JSON.stringify(json)).digest();
    await query(sql`insert into segment (workspace_id, id, key, name, kind, status, live_version)
      values (${workspaceId}, ${id}, ${key}, ${key}, ${kind}, 'live', 1)`);
    await query(sql`insert into segment_version (workspace_id, segment_id, version, rule, rule_hash)
      values (${workspaceId}, ${id}, 1, ${JSON.stringify(json)}::jsonb, ${hash})`);
    return id;
  }
  async function addProfile(name: string): Promise<ProfileId> {
    const id = profileIdSchema.parse(randomUUID());
    await query(sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
      values (${workspaceId}, ${id}, ${name}, now(), now())`);
    return id;
  }
  /** A stored and resolved batch: one event for each entry, `agoMs` before now. */
  async function addEvents(
    entries: readonly { profileId: ProfileId; name: string; agoMs: number }[],
  ): Promise<BatchId> {
    const batchId = batchIdSchema.parse(randomUUID());
    await query(sql`insert into batch (workspace_id, id, kind) values (${workspaceId}, ${batchId}, 'events')`);
    for (const { profileId, name, agoMs } of entries) {
      const id = eventIdSchema.parse(randomUUID());
      const at = sql`now() - ${agoMs} * interval '1 millisecond'`;
      await query(sql`with e as (
        insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, ts)
        values (${workspaceId}, ${id}, now(), ${batchId}, ${sourceId}, ${id}, 'track', ${name}, ${at}) returning received_at, ts)
        insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign, event_name)
        select ${workspaceId}, ${id}, ${profileId}, ${batchId}, received_at, ts, 1, ${name} from e`);
    }
    return batchId;
  }
  const touch = (batchId: BatchId, computedTraits: readonly string[] = []) =>
    evaluateTouched(deps, { workspaceId, batchIds: [batchId], computedTraits });
  const order = (profileId: ProfileId, agoMs = 0) => ({ profileId, name: 'Order Completed', agoMs });
  const changes = (): Promise<{ key: string; kind: string; version: string; cause: string; has_event: boolean }[]> =>
    query(sql`select segment_key as key, kind, change_version::text as version, cause, event_id is not null as has_event
      from membership_change order by xid, seq`);
  const members = async (): Promise<string[]> =>
    (
      await query(sql<{ who: string }>`select s.key || ':' || p.canonical_id as who from membership m
      join segment s on s.id = m.segment_id join profile p on p.id = m.profile_id where m.member order by 1`)
    ).map(({ who }) => who);
  const topics = async (): Promise<number> =>
    (await query(sql<{ n: number }>`select count(*)::int as n from outbox where topic = 'MembershipChanged'`))[0]?.n ??
    0;

  it('asks for consent: unknown is no, a statement of any identifier is heard at once, and a later one undoes it', async () => {
    await addSegment('mail', rule({ consent: { purpose: 'email' } }));
    const [anna, ben] = [await addProfile('anna'), await addProfile('ben')];
    await query(sql`insert into identifier (workspace_id, profile_id, type, value, first_seen_at)
      select ${workspaceId}, id, 'user_id', canonical_id, now() from profile
      where workspace_id = ${workspaceId}::uuid`);
    expect(await touch(await addEvents([order(anna), order(ben)]))).toEqual({ profiles: 2, entered: 0, exited: 0 });
    const privacy = privacyStore(db.database);
    const say = async (state: 'granted' | 'withdrawn', at: number): Promise<BatchId> => {
      const subject = { type: 'user_id', value: 'anna' } as const;
      const said = { subject, purpose: 'email', state, kind: 'explicit', at, basis: 'consent' } as const;
      const { batchId } = await privacy.record(workspaceId, [{ ...said, source: 'api', proof: '' }]);
      const told = await query(sql<{ topic: string }>`select topic from outbox where payload->>'batchId' = ${batchId}
        order by topic`);
      expect(told.map(({ topic }) => topic)).toEqual(['ProfilesTouched']);
      return batchIdSchema.parse(batchId);
    };
    expect(await touch(await say('granted', 1_000))).toEqual({ profiles: 1, entered: 1, exited: 0 });
    expect(await members()).toEqual(['mail:anna']);
    const why = await explainMembership(deps, { workspaceId, segmentKey: 'mail', profileId: ben });
    expect(why.proof).toMatchObject({ flip: { text: 'consent for "email" given' } });
    expect(await touch(await say('withdrawn', 2_000))).toEqual({ profiles: 1, entered: 0, exited: 1 });
    expect(await members()).toEqual([]);
  });

  it('writes an entry once, with proof, log, timer, size and outbox row, however often it is asked', async () => {
    await addSegment('buyers', buyers);
    const anna = await addProfile('anna');
    const first = await addEvents([order(anna, 10 * DAY)]);
    expect(await touch(first)).toEqual({ profiles: 1, entered: 0, exited: 0 });
    const second = await addEvents([order(anna, DAY)]);
    expect(await touch(second)).toEqual({ profiles: 1, entered: 1, exited: 0 });
    expect(await touch(second)).toEqual({ profiles: 1, entered: 0, exited: 0 });
    expect(await touch(first)).toEqual({ profiles: 1, entered: 0, exited: 0 });
    expect(await changes()).toEqual([
      { key: 'buyers', kind: 'entered', version: '1', cause: 'event', has_event: true },
    ]);
    expect(await topics()).toBe(1);
    const [row] = await query(sql<{ size: string; count: number; bytes: number; days: number; rows: number }>`
      select (select size::text from segment) as size, (proof -> 'nodes' -> 0 ->> 'count')::int as count,
        length(proof_hash) as bytes, (select extract(epoch from due_at - now()) / 86400 from segment_timer)::float8 as days,
        (select row_count from batch where kind = 'membership') as rows
      from membership where member`);
    expect(row).toMatchObject({ size: '1', count: 2, bytes: 32, rows: 1 });
    expect(row?.days).toBeGreaterThan(19.9);
    expect(row?.days).toBeLessThan(20.1);
  });

  it('lets people out by time alone, once, and enters them again with a higher version', async () => {
    await addSegment('buyers', buyers);
    await addSegment('quiet', quiet);
    const anna = await addProfile('anna');
    await touch(await addEvents([order(anna, 30 * DAY - 3_000), order(anna, DAY)]));
    expect(await members()).toEqual(['buyers:anna']);
    expect(await deps.store.nextTimerMs()).toBeLessThanOrEqual(3_000);
    while ((await deps.store.nextTimerMs()) !== 0) await query(sql`select pg_sleep(0.02)`);
    expect(await runDueTimers(deps, 100)).toEqual({ profiles: 1, entered: 0, exited: 1 });
    expect(await runDueTimers(deps, 100)).toEqual({ profiles: 0, entered: 0, exited: 0 });
    await touch(await addEvents([order(anna)]));
    expect((await changes()).map(({ key, kind, version, cause }) => [key, kind, version, cause])).toEqual([
      ['buyers', 'entered', '1', 'event'],
      ['buyers', 'exited', '2', 'time'],
      ['buyers', 'entered', '3', 'event'],
    ]);
    const [late] = await query(sql<{ ms: number }>`select extract(epoch from evaluated_at - (
      select min(ts) + interval '30 days' from event)) * 1000 as ms from membership_change where cause = 'time'`);
    expect(Number(late?.ms)).toBeGreaterThanOrEqual(0);
  });

  it('asks those rules alone that look at what is new of somebody who was known before', async () => {
    const trait = (path: string): object => rule({ trait: { path, op: 'exists' } });
    const viewers = rule({ event: { name: 'Page Viewed' } });
    const ids = [await addSegment('buyers', buyers), await addSegment('free', trait('plan'))];
    ids.push(await addSegment('often', trait('orders_7d')), await addSegment('viewers', viewers));
    ids.push(
      await addSegment('both', rule({ all: [{ segment: { key: 'buyers' } }, { segment: { key: 'viewers' } }] })),
    );
    await addSegment('quiet', quiet);
    const anna = await addProfile('anna');
    await touch(await addEvents([order(anna, DAY), order(anna, 2 * DAY)]));
    expect(await members()).toEqual(['buyers:anna']);
    const anHourLater = async (): Promise<void> => {
      for (const table of ['profile', 'batch'])
        await query(sql`update ${sql.table(table)} set created_at = created_at - interval '1 hour'`);
    };
    // What no rule says stands until the rule is asked again.
    const misplace = (...of: readonly (SegmentId | undefined)[]) =>
      query(sql`insert into membership (workspace_id, segment_id, profile_id, member, change_version, segment_version, cause)
        select ${workspaceId}, id, ${anna}, true, 1, 1, 'edit' from unnest(${of}::uuid[]) as s (id)
        on conflict (workspace_id, segment_id, profile_id) do update set member = true`);
    const view = { profileId: anna, name: 'Page Viewed', agoMs: 0 };
    await misplace(ids[1], ids[2]);
    await anHourLater();
    expect(await touch(await addEvents([view]))).toEqual({ profiles: 1, entered: 2, exited: 0 });
    expect(await members()).toEqual(['both:anna', 'buyers:anna', 'free:anna', 'often:anna', 'viewers:anna']);
    // The timer of a rule that was not asked is as it was.
    expect(await query(sql`select 1 from segment_timer where segment_id = ${ids[0]}`)).toHaveLength(1);
    // A trait that was computed of the event is news too.
    expect(await touch(await addEvents([view]), ['orders_7d'])).toEqual({ profiles: 1, entered: 0, exited: 1 });
    expect(await members()).toContain('free:anna');
    // A person who is new is asked about whole, and so is one of whom something else came.
    const ben = await addProfile('ben');
    expect(await touch(await addEvents([{ ...view, profileId: ben }]))).toMatchObject({ entered: 2 });
    expect(await members()).toEqual(expect.arrayContaining(['free:anna', 'quiet:ben', 'viewers:ben']));
    const said = await addEvents([view]);
    await query(sql`update event set type = 'identify' where batch_id = ${said}`);
    expect(await touch(said)).toEqual({ profiles: 1, entered: 0, exited: 1 });
    expect(await members()).not.toContain('free:anna');
    await misplace(ids[1]);
    await query(sql`update profile set suppressed_at = now() where id = ${anna}`);
    await touch(await addEvents([view]));
    expect((await members()).filter((who) => who.endsWith('anna'))).toEqual([]);
  });

  it('asks about somebody at once who is taken off the suppression list', async () => {
    await addSegment('buyers', buyers);
    const anna = await addProfile('anna');
    await query(sql`insert into identifier (workspace_id, profile_id, type, value, first_seen_at)
      values (${workspaceId}, ${anna}, 'user_id', 'anna', now())`);
    await query(sql`update profile set suppressed_at = now() where id = ${anna}`);
    await touch(await addEvents([order(anna), order(anna, DAY)]));
    expect(await members()).toEqual([]);
    const lookup = { ids: ['anna'], emails: [], phones: [] };
    const asked = { identifiers: [], lookup, reason: 'asked for it', digestsOf: () => [] };
    await privacyStore(db.database).unsuppress(workspaceId, asked);
    expect(await runDueTimers(deps, 100)).toEqual({ profiles: 1, entered: 1, exited: 0 });
    expect(await members()).toEqual(['buyers:anna']);
  });

  it('serialises batches that share people: versions rise by one, nothing is done twice or missed', async () => {
    const none = rule({ event: { name: 'Order Completed', count: { op: 'eq', n: 1 } } });
    await addSegment('once', none);
    await addSegment('buyers', buyers);
    const people = await Promise.all(Array.from({ length: 12 }, (_, i) => addProfile(`p${i}`)));
    const batches: BatchId[] = [];
    for (let round = 0; round < 4; round += 1) {
      batches.push(
        await addEvents(people.filter((_, i) => (i + round) % 2 === 0).map((id) => order(id, round * 1000))),
      );
    }
    await Promise.all([...batches, ...batches, ...batches].map((batchId) => touch(batchId)));
    const wanted = people.map((_, i) => `buyers:p${i}`).sort();
    expect((await members()).filter((who) => who.startsWith('buyers'))).toEqual(wanted);
    const gaps = await query(sql`select segment_id, profile_id from membership_change group by 1, 2
      having count(*) <> max(change_version) or min(change_version) <> 1`);
    expect(gaps).toEqual([]);
    const twice =
      await query(sql`select 1 from (select kind, lag(kind) over (partition by segment_id, profile_id order by change_version) as before
      from membership_change) as c where kind = before`);
    expect(twice).toEqual([]);
    const sizes = await query(sql<{ wrong: number }>`select count(*)::int as wrong from segment s
      where size <> (select count(*) from membership m where m.segment_id = s.id and member)`);
    expect(sizes).toEqual([{ wrong: 0 }]);
  });

  it('takes the absorbed out and brings the survivor in when two people turn out to be one', async () => {
    await addSegment('buyers', buyers);
    await addSegment('quiet', quiet);
    const [anna, guest] = [await addProfile('anna'), await addProfile('guest')];
    await touch(await addEvents([order(anna, DAY)]));
    await touch(await addEvents([order(guest, DAY), order(guest, 2 * DAY)]));
    expect(await members()).toEqual(['buyers:guest']);
    const batchId = await addEvents([{ profileId: anna, name: 'Page Viewed', agoMs: 0 }]);
    await query(sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
      select workspace_id, event_id, p.id, ${batchId}, received_at, ts, p.sign from event_assignment,
        (values (${guest}::uuid, -1), (${anna}::uuid, 1)) as p (id, sign) where profile_id = ${guest}`);
    await query(sql`update profile set merged_into = ${anna} where id = ${guest}`);
    expect(await touch(batchId)).toEqual({ profiles: 2, entered: 1, exited: 1 });
    expect(await members()).toEqual(['buyers:anna']);
    expect(
      (await changes())
        .slice(-2)
        .map(({ kind, cause }) => [kind, cause])
        .sort(),
    ).toEqual([
      ['entered', 'merge'],
      ['exited', 'merge'],
    ]);
  });

  it('keeps a rule that cannot be read from stopping the others', async () => {
    await addSegment('broken', { version: 1, entity: 'profile', where: { evnt: {} } });
    await addSegment('quiet', quiet);
    const anna = await addProfile('anna');
    expect(await touch(await addEvents([{ profileId: anna, name: 'Page Viewed', agoMs: 0 }]))).toMatchObject({
      entered: 1,
    });
    expect(deps.ruleSets.of(await deps.store.liveRules(workspaceId)).unreadable).toEqual(['broken']);
  });

  it('explains members and others, with what would turn the answer round', async () => {
    await addSegment('buyers', buyers);
    await addSegment(
      'rich',
      rule({ all: [{ segment: { key: 'buyers' } }, { trait: { path: 'plan', op: 'eq', value: 'pro' } }] }),
    );
    const anna = await addProfile('anna');
    await touch(await addEvents([order(anna, DAY)]));
    const outside = await explainMembership(deps, { workspaceId, profileId: anna, segmentKey: 'buyers' });
    expect(outside).toMatchObject({ member: false, recorded: null, segmentVersion: 1 });
    expect(outside.proof.flip?.text).toMatch(/^one more "Order Completed" before 2/);
    await touch(await addEvents([order(anna)]));
    const inside = await explainMembership(deps, { workspaceId, profileId: anna, segmentKey: 'buyers' });
    expect(inside).toMatchObject({ member: true, recorded: { member: true, changeVersion: 1 } });
    expect(inside.proof.flip).toMatchObject({ kind: 'time', by: new Date(inside.nextChangeAt ?? 0).toISOString() });
    const rich = await explainMembership(deps, { workspaceId, profileId: anna, segmentKey: 'rich' });
    expect(rich.proof.flip?.text).toContain('plan');
    await expect(explainMembership(deps, { workspaceId, profileId: anna, segmentKey: 'nope' })).rejects.toMatchObject({
      code: 'SEGMENTS_SEGMENT_NOT_LIVE',
    });
  });

  it('follows new scores of a model', async () => {
    await addSegment(
      'likely',
      rule({ prediction: { model: 'orders_30d', measure: 'percentile', op: 'gte', value: 90 } }),
      'predictive',
    );
    const [anna, ben] = [await addProfile('anna'), await addProfile('ben')];
    const modelId = randomUUID();
    await query(
      sql`insert into model (workspace_id, id, key, name, kind, live_version) values (${workspaceId}, ${modelId}, 'orders_30d', 'O', 'propensity', 1)`,
    );
    for (const [id, percentile] of [
      [anna, 95],
      [ben, 50],
    ] as const) {
      await query(sql`insert into score (workspace_id, model_id, profile_id, version, as_of, probability, percentile)
        values (${workspaceId}, ${modelId}, ${id}, 1, now(), 0.5, ${percentile})`);
    }
    expect(await rescoreSegments(deps, { workspaceId })).toEqual({ profiles: 2, entered: 1, exited: 0 });
    expect(await members()).toEqual(['likely:anna']);
    expect((await changes())[0]).toMatchObject({ cause: 'model' });
  });
});
