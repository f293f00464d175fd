import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { seededRandom, shuffle } from '@kohort/kernel-clock-random';
import {
  KNOWN_PEOPLE_ONLY,
  sourceIdSchema,
  type BatchId,
  type MessageType,
  type NormalisedMessage,
  type SourceId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { identityStore, ingestStore, startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { resolveIdentities } from './resolve-identities.flow';

const receivedAt = Date.UTC(2026, 10, 21);
type Draft = Partial<NormalisedMessage> & { readonly n: number };

function messageOf({ n, ...rest }: Draft): NormalisedMessage {
  const type: MessageType = rest.type ?? 'track';
  return {
    name: type === 'track' ? 'X' : null,
    messageId: `m${n}`,
    userId: null,
    anonymousId: null,
    previousId: null,
    groupId: null,
    ts: receivedAt + n * 1000,
    originalTs: null,
    sentAt: null,
    receivedAt,
    properties: {},
    traits: {},
    context: {},
    flags: [],
    rowWeight: 1,
    ...rest,
    type,
  };
}

describe('resolving identities', () => {
  let db: TestDatabase;
  let origin: { workspaceId: WorkspaceId; sourceId: SourceId };
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());
  beforeEach(async () => {
    origin = { workspaceId: await db.addWorkspace(), sourceId: sourceIdSchema.parse(randomUUID()) };
    await query(sql`insert into source (workspace_id, id, key, name, kind)
      values (${origin.workspaceId}, ${origin.sourceId}, 's', 'S', 'http')`);
  });

  async function query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> {
    return db.database.inWorkspace(origin.workspaceId, async (tx) => (await statement.execute(tx)).rows);
  }
  async function stored(drafts: readonly Draft[]): Promise<BatchId> {
    const { batchId } = await ingestStore(db.database, { screen: null }).store({
      ...origin,
      receivedAt,
      dedupeDays: 7,
      messages: drafts.map((draft) => ({ message: messageOf(draft), bodyHash: 'ab' })),
      refused: { rejected: 0, suppressed: 0, quarantined: 0 },
    });
    if (batchId === null) throw new TypeError('nothing was stored');
    return batchId;
  }
  const resolve = (batchId: BatchId) =>
    resolveIdentities(
      { store: identityStore(db.database, { screen: null }) },
      { workspaceId: origin.workspaceId, batchIds: [batchId] },
    );
  const live = sql`select e.message_id, a.profile_id from event e
    join event_assignment a on a.workspace_id = e.workspace_id and a.event_id = e.id
    group by 1, 2 having sum(a.sign) > 0`;
  /** Canonical id of each message's person; fails when a message counts for two. */
  async function people(): Promise<Record<string, string>> {
    const rows = await query(sql<{ message_id: string; canonical_id: string; n: string }>`
      select message_id, canonical_id, count(*) over (partition by message_id) as n from (${live}) as live
      join profile p on p.id = live.profile_id and p.merged_into is null order by message_id`);
    expect(rows.filter((row) => row.n !== '1')).toEqual([]);
    return Object.fromEntries(rows.map((row) => [row.message_id, row.canonical_id]));
  }

  it('makes accounts of group calls; who belongs to them goes with the call when people are merged', async () => {
    const group = { type: 'group', groupId: 'acme' } as const;
    await resolve(
      await stored([
        { ...group, n: 1, userId: 'u1', traits: { tier: 'gold', $account: 'forged' } },
        { ...group, n: 2, anonymousId: 'a1', traits: { tier: 'silver' } },
        { n: 3, userId: 'u1', groupId: 'other' },
        { n: 4, userId: 'u1', type: 'identify', traits: { $group: 'forged', plan: 'pro' } },
      ]),
    );
    const facts = () =>
      query(sql<{ who: string; key: string; values: string[] }>`
        select who, key, array_agg(value order by value) as values from (
          select p.canonical_id as who, p.kind, t.key, t.value #>> '{}' as value from trait_value t
          join profile p on p.workspace_id = t.workspace_id and p.id = t.profile_id
          group by 1, 2, 3, 4, t.message_id having sum(t.sign) > 0) as live
        group by kind, who, key order by kind, who, key`);
    const accounts = [
      { who: 'acme', key: '$account', values: ['acme'] },
      { who: 'acme', key: 'tier', values: ['gold', 'silver'] },
      { who: 'other', key: '$account', values: ['other'] },
    ];
    expect(await facts()).toEqual([
      ...accounts,
      { who: 'a1', key: '$group', values: ['acme'] },
      { who: 'u1', key: '$group', values: ['acme'] },
      { who: 'u1', key: 'plan', values: ['pro'] },
    ]);
    await resolve(await stored([{ n: 5, userId: 'u1', anonymousId: 'a1' }]));
    expect(await facts()).toEqual([
      ...accounts,
      { who: 'u1', key: '$group', values: ['acme', 'acme'] },
      { who: 'u1', key: 'plan', values: ['pro'] },
    ]);
    expect(await query(sql`select count(*)::int as n from identifier where type <> 'previous_id'`)).toEqual([{ n: 2 }]);
  });

  it('merges two people when a message shows that they are one, and moves what was theirs', async () => {
    await resolve(
      await stored([
        { n: 1, anonymousId: 'a1', traits: { city: 'Ulm' }, type: 'identify' },
        { n: 2, userId: 'u1' },
      ]),
    );
    expect(await people()).toEqual({ m1: 'a1', m2: 'u1' });
    const batchId = await stored([{ n: 3, userId: 'u1', anonymousId: 'a1' }]);
    expect(await resolve(batchId)).toEqual({ events: 1, created: 0, merged: 1, moved: 1, unidentified: 0 });
    expect(await people()).toEqual({ m1: 'u1', m2: 'u1', m3: 'u1' });
    expect(await resolve(batchId)).toEqual({ events: 0, created: 0, merged: 0, moved: 0, unidentified: 0 });
    const touched = await query(sql<{ canonical_id: string; sum: string }>`
      select p.canonical_id, sum(a.sign) from event_assignment a join profile p on p.id = a.profile_id
      where a.batch_id = ${batchId} group by 1 order by 1`);
    expect(touched).toEqual([
      { canonical_id: 'a1', sum: '-1' },
      { canonical_id: 'u1', sum: '2' },
    ]);
    expect(
      await query(
        sql`select p.canonical_id, t.sign from trait_value t join profile p on p.id = t.profile_id order by 1, 2`,
      ),
    ).toEqual([
      { canonical_id: 'a1', sign: -1 },
      { canonical_id: 'a1', sign: 1 },
      { canonical_id: 'u1', sign: 1 },
    ]);
    expect(await query(sql`select reason, count(*)::int as n from merge_log group by 1`)).toEqual([
      { reason: 'link', n: 1 },
    ]);
    expect(await query(sql`select topic from outbox order by seq`)).toEqual(
      ['EventsStored', 'ProfilesTouched', 'EventsStored', 'ProfilesTouched'].map((topic) => ({ topic })),
    );
  });

  it('keeps the first and last time a person was seen, and the traits with their instants', async () => {
    await resolve(
      await stored([{ n: 5, userId: 'u', type: 'identify', traits: { plan: 'pro', old: null, tags: ['a'] } }]),
    );
    await resolve(
      await stored([
        { n: 1, userId: 'u' },
        { n: 9, userId: 'u' },
      ]),
    );
    expect(await query(sql`select canonical_id, first_seen_at, last_seen_at from profile`)).toEqual([
      { canonical_id: 'u', first_seen_at: new Date(receivedAt + 1000), last_seen_at: new Date(receivedAt + 9000) },
    ]);
    expect(await query(sql`select key, value, valid_from, kind from trait_value order by key`)).toEqual([
      { key: 'old', value: null, valid_from: new Date(receivedAt + 5000), kind: 'custom' },
      { key: 'plan', value: 'pro', valid_from: new Date(receivedAt + 5000), kind: 'custom' },
      { key: 'tags', value: ['a'], valid_from: new Date(receivedAt + 5000), kind: 'custom' },
    ]);
  });

  it('leaves events that name nobody stored and unassigned', async () => {
    expect(await resolve(await stored([{ n: 1, userId: 'null' }]))).toMatchObject({ events: 0, unidentified: 1 });
    expect(await query(sql`select count(*)::int as n from profile`)).toEqual([{ n: 0 }]);
    expect(await query(sql`select topic from outbox`)).toEqual([{ topic: 'EventsStored' }]);
  });

  it('makes nobody of events that may make nobody, and updates those who are known', async () => {
    const only = { type: 'identify', flags: [KNOWN_PEOPLE_ONLY], traits: { plan: 'pro' } } as const;
    expect(await resolve(await stored([{ n: 1, userId: 'u1', ...only }]))).toMatchObject({
      events: 0,
      unidentified: 1,
    });
    await resolve(await stored([{ n: 2, userId: 'u1' }]));
    const batch = await stored([
      { n: 3, userId: 'u1', ...only },
      { n: 4, userId: 'u2', ...only },
    ]);
    expect(await resolve(batch)).toMatchObject({ events: 1, created: 0, unidentified: 1 });
    expect(await query(sql`select canonical_id from profile`)).toEqual([{ canonical_id: 'u1' }]);
    expect(await query(sql`select message_id, value from trait_value`)).toEqual([{ message_id: 'm3', value: 'pro' }]);
  });

  it('makes one profile of an identifier that concurrent batches name, however they overlap', async () => {
    const batches: BatchId[] = [];
    for (let b = 0; b < 8; b += 1) {
      const drafts = Array.from({ length: 60 }, (_, i): Draft => {
        const n = b * 60 + i;
        return i % 3 === 0 ? { n, userId: `u${n % 40}`, anonymousId: `a${n % 80}` } : { n, anonymousId: `a${n % 80}` };
      });
      batches.push(await stored(drafts));
    }
    await Promise.all([...batches, ...batches].map(resolve));
    const found = await people();
    expect(Object.keys(found)).toHaveLength(480);
    const owners = await query(sql<{ profiles: string; identifiers: string; stale: string }>`
      select (select count(*) from profile where merged_into is null) as profiles,
        (select count(distinct (type, value)) from identifier) as identifiers,
        (select count(*) from identifier i join profile p on p.id = i.profile_id where p.merged_into is not null) as stale`);
    expect(owners).toEqual([{ profiles: String(new Set(Object.values(found)).size), identifiers: '120', stale: '0' }]);
  });

  it('gives the same people in any order of arrival, whatever the batches', async () => {
    const random = seededRandom(3);
    const drafts = Array.from({ length: 120 }, (_, n): Draft => {
      const pick = random.int(4);
      const userId = `u${random.int(25)}`;
      const anonymousId = `a${random.int(60)}`;
      if (pick === 0)
        return { n, type: 'alias', userId, previousId: random.int(2) ? anonymousId : `u${random.int(25)}` };
      if (pick === 1) return { n, userId, anonymousId };
      return pick === 2 ? { n, userId } : { n, anonymousId };
    });
    const outcomes: Record<string, string>[] = [];
    for (let trial = 0; trial < 4; trial += 1) {
      const workspaceId = await db.addWorkspace();
      origin = { ...origin, workspaceId };
      await query(sql`insert into source (workspace_id, id, key, name, kind)
        values (${workspaceId}, ${origin.sourceId}, 's', 'S', 'http')`);
      const order = shuffle([...drafts], seededRandom(trial));
      const size = [120, 17, 5, 40][trial] ?? 120;
      for (let at = 0; at < order.length; at += size) await resolve(await stored(order.slice(at, at + size)));
      outcomes.push(await people());
    }
    expect(new Set(Object.values(outcomes[0] ?? {})).size).toBeGreaterThan(3);
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  });

  it('refuses what a limit stands against, tells of it once, and ends alike in any order and from concurrent workers', async () => {
    const rules = { identifiers: [{ type: 'user_id', limit: { count: 1, period: 'ever' } }, { type: 'anonymous_id' }] };
    const random = seededRandom(11);
    const drafts = Array.from({ length: 150 }, (_, n): Draft => ({
      n,
      userId: random.int(3) ? `u${random.int(20)}` : null,
      anonymousId: `a${random.int(30)}`,
    }));
    const outcomes: Record<string, string>[] = [];
    for (let trial = 0; trial < 3; trial += 1) {
      const workspaceId = await db.addWorkspace();
      origin = { ...origin, workspaceId };
      await query(sql`insert into source (workspace_id, id, key, name, kind)
        values (${workspaceId}, ${origin.sourceId}, 's', 'S', 'http')`);
      await query(sql`insert into identity_rules (workspace_id, version, rules, status, saved_by)
        values (${workspaceId}, 3, ${JSON.stringify(rules)}::jsonb, 'active', 'test')`);
      const order = trial === 0 ? drafts : shuffle([...drafts], seededRandom(trial));
      const batches: BatchId[] = [];
      for (let at = 0; at < order.length; at += 25) batches.push(await stored(order.slice(at, at + 25)));
      await Promise.all(batches.map(resolve));
      outcomes.push(await people());
    }
    expect(Object.keys(outcomes[0] ?? {})).toHaveLength(150);
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    const users = await query(sql<{ most: number }>`select max(n)::int as most from (
      select count(*) as n from identifier where type = 'user_id' group by profile_id) c`);
    expect(users).toEqual([{ most: 1 }]);
    const log = await query(sql<{ n: number; told: number; rules: number }>`
      select (select count(*)::int from identity_link where state = 'refused' and reason = 'user_id') as n,
        count(distinct (a_type, a_value, b_type, b_value))::int as told, min(rules_version) as rules
      from merge_log where kind = 'refused' and detail = 'user_id'`);
    expect(log[0]?.n).toBeGreaterThan(5);
    expect(log[0]).toMatchObject({ rules: 3 });
    expect(log[0]?.told).toBeGreaterThanOrEqual(log[0]?.n ?? Infinity);
  });
});
