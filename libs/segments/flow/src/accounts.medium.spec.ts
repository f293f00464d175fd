import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { manualClock } from '@kohort/kernel-clock-random';
import {
  batchIdSchema,
  eventIdSchema,
  profileIdSchema,
  runParams,
  segmentIdSchema,
  sourceIdSchema,
  type BatchId,
  type ProfileId,
  type RunId,
  type SegmentStore,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { openColumnLoader } from '@kohort/platform-columns';
import { AppError } from '@kohort/kernel-errors';
import { runHandler, segmentStore, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { compileToSql, parseRule } from '@kohort/segments-domain';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';
import {
  evaluateAccounts,
  evaluateTouched,
  explainMembership,
  followCrowd,
  RuleSets,
  runDueTimers,
  type CrowdResult,
  type SegmentsDeps,
} from './index';

jest.setTimeout(180_000);
const gold = { trait: { path: 'tier', op: 'eq', value: 'gold' } };
const bought = { event: { name: 'Order Completed', window: { last: { n: 30, unit: 'day' } } } };
const rule = (entity: string, where: unknown): object => ({ version: 1, entity, where });
const leadsTo = (to: string, where: unknown, more: object = { quantifier: 'any' }): object => ({
  relation: { to, ...more, where },
});

/** Accounts, and people by their accounts, as the live path keeps them. */
describe('segments of accounts and by accounts', () => {
  let db: TestDatabase;
  let test: TestColumns;
  let deps: SegmentsDeps;
  let workspaceId: WorkspaceId;
  let sourceId: string;
  let asked: string[];
  beforeAll(async () => {
    [db, test] = await Promise.all([startTestDatabase(), startTestColumns()]);
  });
  afterAll(async () => {
    await test.stop();
    await db.stop();
  });
  beforeEach(async () => {
    workspaceId = await db.addWorkspace();
    sourceId = sourceIdSchema.parse(randomUUID());
    asked = [];
    const store = segmentStore(db.database);
    const told = <K extends keyof SegmentStore>(name: K): Partial<SegmentStore> => ({
      [name]: (...args: never[]) => {
        asked.push(name);
        return (store[name] as (...of: never[]) => unknown)(...args);
      },
    });
    deps = { store: { ...store, ...told('evaluate'), ...told('peopleOfAccount') }, ruleSets: new RuleSets() };
    await query(
      sql`insert into source (workspace_id, id, key, name, kind) values (${workspaceId}, ${sourceId}, 's', 'S', 'http')`,
    );
  });

  async function query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> {
    return db.database.inWorkspace(workspaceId, async (tx) => (await statement.execute(tx)).rows);
  }
  async function addSegment(key: string, json: object): Promise<void> {
    const id = segmentIdSchema.parse(randomUUID());
    const hash = createHash('sha256').update(JSON.stringify(json)).digest();
    await query(sql`insert into segment (workspace_id, id, key, name, kind, status, live_version)
      values (${workspaceId}, ${id}, ${key}, ${key}, 'rule', 'live', 1)`);
    await query(sql`insert into segment_version (workspace_id, segment_id, version, rule, rule_hash)
      values (${workspaceId}, ${id}, 1, ${JSON.stringify(json)}::jsonb, ${hash})`);
  }
  async function people(...names: string[]): Promise<ProfileId[]> {
    const ids = names.map(() => profileIdSchema.parse(randomUUID()));
    await query(sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
      select ${workspaceId}, id, name, now(), now() from unnest(${ids}::uuid[], ${names}::text[]) as p (id, name)`);
    return ids;
  }
  interface Said {
    readonly who: ProfileId;
    readonly name?: string;
    readonly group?: string;
    readonly traits?: object;
    readonly agoMs?: number;
  }
  /** A stored and resolved batch, as the identity stage leaves it. */
  async function said(...entries: readonly Said[]): Promise<BatchId> {
    const batchId = batchIdSchema.parse(randomUUID());
    await query(sql`insert into batch (workspace_id, id, kind) values (${workspaceId}, ${batchId}, 'events')`);
    for (const { who, name = null, group = null, traits = {}, agoMs = 1_000 } of entries) {
      const id = eventIdSchema.parse(randomUUID());
      const account = sql`account_id(${workspaceId}::uuid, ${group}::text)`;
      await query(sql`with e as (
        insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, ts, group_id, traits)
        values (${workspaceId}, ${id}, now(), ${batchId}, ${sourceId}, ${id}, ${name === null ? 'group' : 'track'}, ${name},
          now() - ${agoMs} * interval '1 millisecond', ${group}, ${JSON.stringify(traits)}::jsonb) returning received_at, ts),
        a as (insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
          select ${workspaceId}, ${id}, ${who}, ${batchId}, received_at, ts, 1 from e),
        p as (insert into profile (workspace_id, id, canonical_id, kind, first_seen_at, last_seen_at)
          select ${workspaceId}, ${account}, ${group}, 'account', ts, ts from e where ${group}::text is not null
          on conflict do nothing returning id)
        insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value, event_id)
        select ${workspaceId}::uuid, ${who}::uuid, '$group', ts, ${id}::text, 'custom', to_jsonb(${group}::text), ${id}::uuid from e
          where ${name}::text is null
        union all select ${workspaceId}::uuid, id, '$account', 'epoch'::timestamptz, '', 'custom', to_jsonb(${group}::text), null::uuid from p
        union all select ${workspaceId}::uuid, ${account}, key, ts, ${id}::text, 'custom', value, ${id}::uuid
          from e, jsonb_each(${JSON.stringify(traits)}::jsonb)`);
    }
    return batchId;
  }
  /** What the two jobs of a batch do. */
  async function follow(batchId: BatchId): Promise<void> {
    const batches = { workspaceId, batchIds: [batchId] };
    await evaluateTouched(deps, { ...batches, computedTraits: [] });
    await evaluateAccounts(deps, batches);
  }
  const members = async (): Promise<string[]> =>
    (
      await query(sql<{ who: string }>`select s.key || ':' || p.canonical_id as who from membership m
        join segment s on s.id = m.segment_id join profile p on p.id = m.profile_id where m.member order by 1`)
    ).map(({ who }) => who);

  it('follow group calls, traits of accounts, and who belongs to them', async () => {
    await addSegment('golden', rule('account', gold));
    await addSegment('in_gold', rule('profile', leadsTo('account', gold)));
    await addSegment(
      'buying',
      rule('account', leadsTo('profile', bought, { quantifier: 'count', count: { op: 'gte', n: 2 } })),
    );
    await addSegment('near_buyers', rule('profile', leadsTo('account', leadsTo('profile', bought))));
    const [ada, bob, cy] = await people('ada', 'bob', 'cy');
    if (!ada || !bob || !cy) throw new TypeError('three people');
    await follow(
      await said(
        { who: ada, group: 'acme', traits: { tier: 'tin' } },
        { who: bob, group: 'acme' },
        { who: cy, name: 'X' },
      ),
    );
    expect(await members()).toEqual([]);
    // One of them says what the account is: all of its people enter.
    await follow(await said({ who: ada, group: 'acme', traits: { tier: 'gold' }, agoMs: 500 }));
    expect(await members()).toEqual(['golden:acme', 'in_gold:ada', 'in_gold:bob']);
    await follow(await said({ who: bob, name: 'Order Completed' }));
    expect(await members()).toEqual([
      'golden:acme',
      'in_gold:ada',
      'in_gold:bob',
      'near_buyers:ada',
      'near_buyers:bob',
    ]);
    // A late call: cy has belonged to it for long.
    await follow(await said({ who: cy, group: 'acme', agoMs: 90_000_000 }, { who: cy, name: 'Order Completed' }));
    expect(await members()).toEqual([
      'buying:acme',
      'golden:acme',
      ...['in_gold', 'near_buyers'].flatMap((key) => ['ada', 'bob', 'cy'].map((who) => `${key}:${who}`)),
    ]);
    const why = await explainMembership(deps, { workspaceId, segmentKey: 'in_gold', profileId: cy });
    expect(why).toMatchObject({ member: true, proof: { nodes: [{ values: [{ matching: 1, of: 1 }] }] } });
    const [account] = await query(sql<{ id: ProfileId }>`select account_id(${workspaceId}::uuid, 'acme') as id`);
    if (account === undefined) throw new TypeError('an account');
    const whyIn = await explainMembership(deps, { workspaceId, segmentKey: 'buying', profileId: account.id });
    expect(whyIn).toMatchObject({ member: true, proof: { nodes: [{ values: [{ matching: 2, of: 3 }] }] } });
    expect(await explainMembership(deps, { workspaceId, segmentKey: 'in_gold', profileId: account.id })).toMatchObject({
      member: false,
      proof: { nodes: [] },
    });
    // An event that says nothing rules look at touches its person and its account, and none of the others.
    asked = [];
    await follow(await said({ who: ada, name: 'Page Viewed', group: 'acme' }));
    expect(asked.filter((name) => name === 'evaluate')).toHaveLength(3);
    const loader = openColumnLoader({ database: db.database, columns: test.columns });
    await loader.load(workspaceId);
    await loader.close();
    const rules = { golden: rule('account', gold), in_gold: rule('profile', leadsTo('account', gold)) };
    for (const [key, json] of Object.entries(rules)) {
      const { sql: text, params } = compileToSql(parseRule(json), { workspaceId, nowMs: Date.now() });
      const standing = await query(sql<{ id: string }>`select m.profile_id as id from membership m join segment s
        on s.id = m.segment_id where s.key = ${key} and m.member order by 1`);
      expect([...(await test.columns.store.members(text, params))].sort()).toEqual(standing.map(({ id }) => id));
    }
  });

  it('let time turn accounts, and people by their accounts', async () => {
    const soon = { event: { name: 'Order Completed', window: { last: { n: 2, unit: 'second' } } } };
    await addSegment('active', rule('account', soon));
    await addSegment('in_active', rule('profile', leadsTo('account', soon)));
    const [ada] = await people('ada');
    if (!ada) throw new TypeError('one');
    await follow(
      await said({ who: ada, group: 'acme' }, { who: ada, name: 'Order Completed', group: 'acme', agoMs: -600_000 }),
    );
    const due = await query(sql<{ who: string; now: boolean }>`select p.canonical_id as who, due_at > now() as now
      from segment_timer t join profile p on p.id = t.profile_id order by 1`);
    expect(due).toEqual([
      { who: 'acme', now: true },
      { who: 'ada', now: true },
    ]);
    await query(sql`update event set ts = now() - interval '1 second' where name = 'Order Completed'`);
    await query(sql`update segment_timer set due_at = now() - interval '1 second'`);
    await runDueTimers(deps, 100);
    expect(await members()).toEqual(['active:acme', 'in_active:ada']);
  });

  /** What the worker does with the runs that wait; each start may be given a store of its own. */
  async function work(stores: readonly SegmentStore[] = []): Promise<(CrowdResult | null)[]> {
    const results: (CrowdResult | null)[] = [];
    for (let n = 0; ; n += 1) {
      const [waiting] = await query(sql<{ id: RunId }>`select id from run
        where job = 'segments.crowd' and status = 'queued' order by created_at limit 1`);
      if (waiting === undefined) return results;
      let result: CrowdResult | null = null;
      const handle = runHandler({
        database: db.database,
        clock: manualClock(0),
        params: runParams['segments.crowd'],
        flow: async (context, params) => {
          result = await followCrowd({ ...deps, store: stores[n] ?? deps.store }, context, params);
          return result;
        },
      });
      const input = { workspaceId, runId: waiting.id };
      await handle(input, { signal: new AbortController().signal, isLastAttempt: false }).catch(() => undefined);
      results.push(result);
    }
  }
  const counts = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (
        await query(sql<{ key: string; n: number }>`select s.key, count(*)::int as n from membership m
          join segment s on s.id = m.segment_id where m.member group by 1`)
      ).map(({ key, n }) => [key, n]),
    );

  it('are exact for a crowd: it is counted page by page by a run that goes on where it was broken off', async () => {
    const PEOPLE = 3_000;
    const few = { quantifier: 'count', count: { op: 'gte', n: 2 } };
    const rules = {
      golden: rule('account', gold),
      in_gold: rule('profile', leadsTo('account', gold)),
      buying: rule('account', leadsTo('profile', bought, few)),
      near_buyers: rule('profile', leadsTo('account', leadsTo('profile', bought, few))),
    };
    for (const [key, json] of Object.entries(rules)) await addSegment(key, json);
    const crowd = await people(...Array.from({ length: PEOPLE }, (_, i) => `p${String(i).padStart(4, '0')}`));
    const [first, second, third] = crowd;
    if (first === undefined || second === undefined || third === undefined) throw new TypeError('somebody');
    await query(sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
      select ${workspaceId}, id, '$group', now() - interval '1 hour', id::text, 'custom', '"big"'
      from unnest(${crowd}::uuid[]) as c (id)`);
    const joined = await said();
    await query(sql`with e as (
      insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, ts)
      select ${workspaceId}, gen_random_uuid(), now(), ${joined}, ${sourceId}, id::text, 'group', now() - interval '1 hour'
      from unnest(${crowd}::uuid[]) as c (id) returning id, message_id, received_at, ts)
      insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
      select ${workspaceId}, id, message_id::uuid, ${joined}, received_at, ts, 1 from e`);
    await follow(
      await said({ who: first, group: 'big', traits: { tier: 'gold' } }, { who: first, name: 'Order Completed' }),
    );
    expect(await counts()).toEqual({ golden: 1 });
    // The worker dies among the people: what was done stays, and the next start goes on behind it.
    const { store } = deps;
    const pages: (string | null)[] = [];
    const broken: SegmentStore = {
      ...store,
      evaluate: (request, evaluator) => {
        if (request.profiles.length > 1 && pages.filter((after) => after === null).length > 1 && pages.length > 10)
          throw new AppError({ code: 'TEST_DIED', kind: 'transient', message: 'died' });
        return store.evaluate(request, evaluator);
      },
      peopleOfAccount: (ws, id, page) => {
        pages.push(page.after);
        return store.peopleOfAccount(ws, id, page);
      },
    };
    const going: (string | null)[] = [];
    const resumed: SegmentStore = {
      ...store,
      peopleOfAccount: (ws, id, page) => {
        going.push(page.after);
        return store.peopleOfAccount(ws, id, page);
      },
    };
    expect(await work([broken, resumed])).toMatchObject([null, { people: PEOPLE, entered: PEOPLE, exited: 0 }]);
    expect(going[0]).not.toBeNull();
    expect(going.length).toBeLessThan(7);
    expect(await counts()).toEqual({ golden: 1, in_gold: PEOPLE });
    // A second order: the account enters, and everybody through it.
    await follow(await said({ who: second, name: 'Order Completed' }));
    expect(await work()).toMatchObject([{ entered: PEOPLE + 1 }]);
    const all = { golden: 1, in_gold: PEOPLE, buying: 1, near_buyers: PEOPLE };
    expect(await counts()).toEqual(all);
    const [account] = await query(sql<{ id: ProfileId }>`select account_id(${workspaceId}::uuid, 'big') as id`);
    const why = await explainMembership(deps, {
      workspaceId,
      segmentKey: 'buying',
      profileId: account?.id as ProfileId,
    });
    expect(why).toMatchObject({ member: true, proof: { nodes: [{ values: [{ matching: 2, of: PEOPLE }] }] } });
    // A third changes no number that any of them looks at: the crowd is counted, and nobody told.
    asked = [];
    await follow(await said({ who: third, name: 'Page Viewed' }));
    expect(await work()).toMatchObject([{ people: PEOPLE, entered: 0, exited: 0 }]);
    expect(asked.filter((name) => name === 'evaluate').length).toBeLessThan(4);
    const loader = openColumnLoader({ database: db.database, columns: test.columns });
    await loader.load(workspaceId);
    await loader.close();
    for (const [key, json] of Object.entries(rules)) {
      const { sql: text, params } = compileToSql(parseRule(json), { workspaceId, nowMs: Date.now() });
      const standing = await query(sql<{ id: string }>`select m.profile_id as id from membership m join segment s
        on s.id = m.segment_id where s.key = ${key} and m.member order by 1`);
      expect([...(await test.columns.store.members(text, params))].sort()).toEqual(standing.map(({ id }) => id));
    }
    // An order grows old: the timer of the account wakes the count, and those leave who were in through it.
    const [timer] = await query(sql<{ ahead: boolean }>`select bool_and(due_at > now() + interval '29 days') as ahead
      from segment_timer`);
    expect(timer).toEqual({ ahead: true });
    for (const table of ['event', 'event_assignment'])
      await query(
        sql`update ${sql.table(table)} set ts = now() - interval '31 days' where ${sql.ref(
          table === 'event' ? 'id' : 'event_id',
        )} in (select event_id from event_assignment where profile_id = ${second})`,
      );
    await query(sql`update segment_timer set due_at = now() - interval '1 second' where profile_id = ${account?.id}`);
    await query(sql`update crowd_count set soonest = now() - interval '1 second'`);
    await runDueTimers(deps, 100);
    expect(await work()).toMatchObject([{ entered: 0, exited: PEOPLE + 1 }]);
    expect(await counts()).toEqual({ golden: 1, in_gold: PEOPLE });
    const log = await query(sql`select kind, cause, count(*)::int as n, max(change_version)::int as most
      from membership_change group by 1, 2 order by 1, 2`);
    expect(log).toEqual([
      { kind: 'entered', cause: 'event', n: 2 * PEOPLE + 2, most: 1 },
      { kind: 'exited', cause: 'time', n: PEOPLE + 1, most: 2 },
    ]);
  });

  it('asks nothing of accounts where no rule looks at one', async () => {
    await addSegment('buyers', rule('profile', bought));
    const [ada] = await people('ada');
    if (!ada) throw new TypeError('one');
    const batchId = await said({ who: ada, group: 'acme' }, { who: ada, name: 'Order Completed' });
    await evaluateTouched(deps, { workspaceId, batchIds: [batchId], computedTraits: [] });
    expect(await members()).toEqual(['buyers:ada']);
    expect(await query(sql`select 1 from outbox where topic = 'AccountsTouched'`)).toEqual([]);
    await addSegment('golden', rule('account', gold));
    await evaluateTouched(deps, { workspaceId, batchIds: [batchId], computedTraits: [] });
    expect(await query(sql`select 1 from task where job = 'segments.relate'`)).toHaveLength(1);
  });
});
