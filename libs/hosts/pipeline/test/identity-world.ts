import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { storedDecision } from '@kohort/identity-domain';
import { rebuildIdentities, resolveIdentities } from '@kohort/identity-flow';
import {
  batchIdSchema,
  profileIdSchema,
  runIdSchema,
  sourceIdSchema,
  type BatchId,
  type Identifier,
  type IdentityRules,
  type MessageType,
  type NormalisedMessage,
  type ProfileId,
  type JobControl,
  type Json,
  type RunId,
  runParams,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { seededRandom, systemClock } from '@kohort/kernel-clock-random';
import type { OpenColumnLoader } from '@kohort/platform-columns';
import {
  identityAdmin,
  identityHistory,
  identityStore,
  ingestStore,
  linkStore,
  segmentStore,
  startRun,
  syncStore,
  type RebuildSizes,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { silentLogger } from '@kohort/kernel-telemetry';
import { evaluateTouched, RuleSets, runDueTimers } from '@kohort/segments-flow';
import { trackChanges, type SyncPorts } from '@kohort/sync-flow';
import type { TestColumns } from '@kohort/testing-columns';

const RECEIVED_AT = Date.UTC(2026, 10, 1);
export type Draft = Partial<NormalisedMessage> & { readonly n: number };

function messageOf({ n, ...rest }: Draft): NormalisedMessage {
  const type: MessageType = rest.type ?? 'track';
  return {
    name: type === 'track' ? 'Order Completed' : null,
    messageId: `m${String(n).padStart(3, '0')}`,
    userId: null,
    anonymousId: null,
    previousId: null,
    groupId: null,
    ts: RECEIVED_AT + n * 1000,
    originalTs: null,
    sentAt: null,
    receivedAt: RECEIVED_AT,
    properties: {},
    traits: {},
    context: {},
    flags: [],
    rowWeight: 1,
    ...rest,
    type,
  };
}

const SEGMENTS = {
  buyers: { event: { name: 'Order Completed', count: { op: 'gte', n: 2 } } },
  pro: { trait: { path: 'plan', op: 'eq', value: 'pro' } },
  quiet: { none: [{ event: { name: 'Order Completed' } }] },
};

/** What a world is made with. */
export interface WorldParts {
  readonly db: TestDatabase;
  readonly store: TestColumns;
  readonly loader: OpenColumnLoader;
  /** Of the steps of a rebuild. */
  readonly sizes?: RebuildSizes;
}

const nothingIsSent = async (): Promise<never> => {
  throw new TypeError('nothing is sent in these worlds');
};

/** A workspace whose people are watched in every place that tells of them: tables, segments, column store. */
export class IdentityWorld {
  private evaluated = '0';
  private tracked = '0';
  private readonly deps;
  private readonly sync: SyncPorts;

  private constructor(
    private readonly parts: WorldParts,
    readonly workspaceId: WorkspaceId,
    private readonly sourceId: string,
  ) {
    this.deps = { store: segmentStore(parts.db.database), ruleSets: new RuleSets() };
    const plan = () => ({ pageMembers: 1, traitKeys: [] });
    const deliverer = { plan, deliver: nothingIsSent, preview: nothingIsSent, check: nothingIsSent };
    const store = syncStore(parts.db.database);
    this.sync = { store, deliverer, clock: systemClock, random: seededRandom(1), logger: silentLogger };
  }

  static async open(
    parts: WorldParts,
    rules: IdentityRules | null,
    segments: Readonly<Record<string, Json>> = SEGMENTS,
  ): Promise<IdentityWorld> {
    const world = new IdentityWorld(parts, await parts.db.addWorkspace(), randomUUID());
    const { workspaceId } = world;
    await world.query(sql`insert into source (workspace_id, id, key, name, kind)
      values (${workspaceId}, ${world.sourceId}, 's', 'S', 'http')`);
    if (rules) await world.saveRules(rules, 'active');
    for (const [key, where] of Object.entries(segments)) {
      const id = randomUUID();
      const rule = JSON.stringify({ version: 1, entity: 'profile', where });
      await world.query(sql`with s as (insert into segment (workspace_id, id, key, name, kind, status, live_version)
          values (${workspaceId}, ${id}, ${key}, ${key}, 'rule', 'live', 1) returning workspace_id, id)
        insert into segment_version (workspace_id, segment_id, version, rule, rule_hash)
        select workspace_id, id, 1, ${rule}::jsonb, ${createHash('sha256').update(rule).digest()} from s`);
    }
    const destination = randomUUID();
    await world.query(sql`insert into destination (workspace_id, id, key, name, plugin, settings)
      values (${workspaceId}, ${destination}, 'hook', 'Hook', 'webhook', '{}')`);
    await world.query(sql`insert into sync (workspace_id, id, destination_id, segment_id)
      select workspace_id, gen_random_uuid(), ${destination}, id from segment`);
    return world;
  }

  /** The same world, seen through other parts. */
  on(parts: WorldParts): IdentityWorld {
    return new IdentityWorld(parts, this.workspaceId, this.sourceId);
  }

  query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> {
    return this.parts.db.database.inWorkspace(this.workspaceId, async (tx) => (await statement.execute(tx)).rows);
  }

  get admin() {
    const admin = identityAdmin({ database: this.parts.db.database, clock: systemClock });
    return admin.forWorkspace(this.workspaceId, systemClock.now() + 60_000);
  }

  async saveRules(rules: IdentityRules, status: string): Promise<number> {
    const [row] = await this.query(sql<{ version: number }>`
      insert into identity_rules (workspace_id, version, rules, status, saved_by)
      select ${this.workspaceId}, coalesce(max(version), 0) + 1, ${JSON.stringify(rules)}::jsonb, ${status}, 'test'
      from identity_rules returning version`);
    return row?.version ?? 0;
  }

  /** Stores and resolves a batch. The segments follow at `settle`. */
  async accept(drafts: readonly Draft[]): Promise<void> {
    const { workspaceId, parts } = this;
    const { batchId } = await ingestStore(parts.db.database, { screen: null }).store({
      workspaceId,
      sourceId: sourceIdSchema.parse(this.sourceId),
      receivedAt: RECEIVED_AT,
      dedupeDays: 7,
      messages: drafts.map((draft) => ({ message: messageOf(draft), bodyHash: 'ab' })),
      refused: { rejected: 0, suppressed: 0, quarantined: 0 },
    });
    if (batchId) {
      await resolveIdentities(
        { store: identityStore(parts.db.database, { screen: null }) },
        { workspaceId, batchIds: [batchId] },
      );
    }
  }

  /** Evaluates what has been touched since the last time, and tells the syncs what they owe. */
  async settle(): Promise<void> {
    const rows = await this.query(sql<{ seq: string; batch: BatchId }>`
      select seq, payload->>'batchId' as batch from outbox
      where topic = 'ProfilesTouched' and seq > ${this.evaluated}::bigint order by seq`);
    const batchIds = [...new Set(rows.map(({ batch }) => batchIdSchema.parse(batch)))];
    if (batchIds.length > 0)
      await evaluateTouched(this.deps, { workspaceId: this.workspaceId, batchIds, computedTraits: [] });
    this.evaluated = rows.at(-1)?.seq ?? this.evaluated;
    const changes = await this.query(sql<{ seq: string; batch: BatchId }>`
      select seq, payload->>'batchId' as batch from outbox
      where topic = 'MembershipChanged' and seq > ${this.tracked}::bigint order by seq`);
    const tracked = changes.map(({ batch }) => batchIdSchema.parse(batch));
    if (tracked.length > 0) await trackChanges(this.sync, { workspaceId: this.workspaceId, batchIds: tracked });
    this.tracked = changes.at(-1)?.seq ?? this.tracked;
  }

  /** An hour goes by: who came before is no newcomer to what is accepted from now on. */
  async anHourLater(): Promise<void> {
    await this.query(sql`update profile set created_at = created_at - interval '1 hour'`);
    await this.query(sql`update batch set created_at = created_at - interval '1 hour'`);
  }

  /** By the database's clock, epoch milliseconds. */
  async now(): Promise<number> {
    const [row] = await this.query(sql<{ ms: number }>`select floor(extract(epoch from now()) * 1000)::float8 as ms`);
    return row?.ms ?? 0;
  }

  /** Lets what time alone has changed be written. */
  async passTime(): Promise<void> {
    for (;;) if ((await runDueTimers(this.deps, 1_000)).profiles === 0) return;
  }

  /** Who is in, as `segment profile-id`. */
  async membersByName(): Promise<ReadonlySet<string>> {
    const rows = await this.query(sql<{ line: string }>`select s.key || ' ' || m.profile_id as line
      from membership m join segment s on s.id = m.segment_id where m.member`);
    return new Set(rows.map(({ line }) => line));
  }

  /** Ids of people by each of their names. */
  async profilesByName(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.query(sql<{ value: string; id: string }>`select value, profile_id as id from identifier`);
    return new Map(rows.map(({ value, id }) => [value, id]));
  }

  /** The link is barred before anybody speaks of it. */
  async neverLink([one, other]: readonly [Identifier, Identifier], rules: IdentityRules | null): Promise<void> {
    const [a, b] = storedDecision(rules).orderOf(one, other);
    await this.query(sql`insert into identity_link
        (workspace_id, a_key, b_key, a_type, a_value, b_type, b_value, said_at, message_id, cause, state)
      values (${this.workspaceId}, identifier_key(${a.type}, ${a.value}), identifier_key(${b.type}, ${b.value}), ${a.type},
        ${a.value}, ${b.type}, ${b.value}, now(), '', 'link', 'barred') on conflict do nothing`);
  }

  mergeLog(): Promise<{ id: string; a_type: string; a_value: string; b_type: string; b_value: string }[]> {
    return this.query(
      sql`select id, a_type, a_value, b_type, b_value from merge_log where kind = 'merged' order by merged_at, id`,
    );
  }

  async unmerge(mergeId: string): Promise<void> {
    await this.settle();
    await this.admin.unmerge({ mergeId, actor: 'test' }, storedDecision);
  }

  /** What a linkage that finds these pairs keeps of them; answers the pairs that are offered, by the people's names. */
  async offered(pairs: readonly (readonly [string, string])[]): Promise<readonly string[]> {
    const { workspaceId, parts } = this;
    const runId = runIdSchema.parse(randomUUID());
    await this.query(sql`insert into run (workspace_id, id, job, params, status, fence)
      values (${workspaceId}, ${runId}, 'identity.link', '{}', 'running', 1)`);
    const ids = new Map<string, ProfileId>();
    const people = await this.query(
      sql<{ id: string; value: string }>`select profile_id as id, value from identifier order by type desc, value`,
    );
    for (const { id, value } of people) ids.set(value, profileIdSchema.parse(id));
    const found = pairs.map(([one, other]) => {
      const [a, b] = [ids.get(one), ids.get(other)].filter((id) => id !== undefined).sort();
      if (a === undefined || b === undefined) throw new TypeError('there are such people');
      return { profileIds: [a, b] as const, probability: 0.9, weight: 3, verdict: 'match' as const, evidence: [] };
    });
    await linkStore(parts.db.database).put({ workspaceId, runId, fence: 1 }, found);
    const open = await this.admin.linkCandidates({ state: 'open', minProbability: null }, { first: 50, after: null });
    const at = new Set(open.items.map(({ node }) => node.profileIds.join()));
    return pairs.flatMap((pair, i) => (at.has(found[i]?.profileIds.join() ?? '') ? [pair.join(' ')] : []));
  }

  /** A run of a rebuild that has not begun. */
  async rebuildRun(version: number): Promise<RunId> {
    const runId = runIdSchema.parse(randomUUID());
    await this.query(sql`insert into run (workspace_id, id, job, params, status)
      values (${this.workspaceId}, ${runId}, 'identity.rebuild', ${JSON.stringify({ version })}, 'queued')`);
    return runId;
  }

  /** Goes on with a run as its handler would, until it ends or the signal stops it. */
  async goOn(runId: RunId, control: JobControl = {}): Promise<unknown> {
    const { workspaceId, parts } = this;
    const { database } = parts.db;
    const session = await startRun(database, { workspaceId, runId, clock: systemClock });
    if (!session) throw new TypeError('the run has ended');
    const { context } = session;
    const signal = AbortSignal.any([context.signal, ...(control.signal ? [control.signal] : [])]);
    try {
      const result = await rebuildIdentities(
        { history: identityHistory(database, { screen: null, ...(parts.sizes ? { sizes: parts.sizes } : {}) }) },
        { ...context, signal, onProgress: control.onProgress ?? context.onProgress },
        runParams['identity.rebuild'].parse(context.run.params),
      );
      await session.succeed({});
      return result;
    } catch (thrown) {
      await session.release(undefined);
      throw thrown;
    }
  }

  async rebuild(version: number, control: JobControl = {}): Promise<unknown> {
    const result = await this.goOn(await this.rebuildRun(version), control);
    await this.settle();
    return result;
  }

  /** Everything that the set of events decides, by names. */
  async picture(): Promise<object> {
    await this.settle();
    const texts = async (statement: ReturnType<typeof sql<{ line: string }>>): Promise<string[]> =>
      (await this.query(statement)).map(({ line }) => line).sort();
    return {
      profiles: await texts(sql`select canonical_id || ' ' || extract(epoch from first_seen_at) || ' '
        || extract(epoch from last_seen_at) as line from profile where merged_into is null`),
      identifiers: await texts(sql`select concat_ws(' ', i.type, i.value, p.canonical_id, p.merged_into is null,
        extract(epoch from i.first_seen_at)) as line from identifier i join profile p on p.id = i.profile_id`),
      events:
        await texts(sql`select concat_ws(' ', e.message_id, p.canonical_id, p.merged_into is null, sum(a.sign)) as line
        from event e join event_assignment a on a.event_id = e.id join profile p on p.id = a.profile_id
        group by e.message_id, p.canonical_id, p.merged_into is null having sum(a.sign) <> 0`),
      traits:
        await texts(sql`select concat_ws(' ', p.canonical_id, t.key, t.message_id, t.value, extract(epoch from t.valid_from)) as line
        from trait_value t join profile p on p.id = t.profile_id
        where t.sign = 1 and not exists (select 1 from trait_value g where g.profile_id = t.profile_id and g.key = t.key
          and g.valid_from = t.valid_from and g.message_id = t.message_id and g.sign = -1)`),
      members:
        await texts(sql`select s.key || ' ' || p.canonical_id || ' ' || (p.merged_into is null) as line from membership m
        join segment s on s.id = m.segment_id join profile p on p.id = m.profile_id where m.member`),
      desired: await texts(sql`select s.key || ' ' || p.canonical_id || ' ' || (p.merged_into is null) as line
        from sync_member d join sync y on y.id = d.sync_id join segment s on s.id = y.segment_id
        join profile p on p.id = d.profile_id where d.desired`),
    };
  }

  /** What the column store should say, by the tables. */
  async columnsWanted(): Promise<readonly string[]> {
    const rows = await this.query(sql<{ line: string }>`
      select concat_ws(' ', 'event', p.canonical_id, e.message_id, '') as line from event e
      join event_assignment a on a.event_id = e.id join profile p on p.id = a.profile_id
      where e.name is not null group by e.message_id, p.canonical_id, p.id having sum(a.sign) > 0
      union all select concat_ws(' ', 'trait', p.canonical_id, t.key, t.message_id, t.value) from trait_value t
      join profile p on p.id = t.profile_id
      group by p.id, p.canonical_id, t.key, t.message_id, t.value having sum(t.sign) > 0
      union all select concat_ws(' ', 'member', p.canonical_id, s.key, '') from membership m
      join segment s on s.id = m.segment_id join profile p on p.id = m.profile_id where m.member`);
    return rows.map(({ line }) => line).sort();
  }

  /** What it says, in the same words. */
  async columns(): Promise<readonly string[]> {
    const { store, loader } = this.parts;
    await loader.load(this.workspaceId);
    const names = new Map(
      (await this.query(sql<{ id: string; name: string }>`select id, canonical_id as name from profile`)).map(
        ({ id, name }) => [id, name],
      ),
    );
    const messages = new Map(
      (await this.query(sql<{ id: string; m: string }>`select id, message_id as m from event`)).map(({ id, m }) => [
        id,
        m,
      ]),
    );
    const from = store.columns.database;
    const rows = await store.columns.select(
      `SELECT 'event' AS kind, toString(profile_id) AS who, toString(event_id) AS what, '' AS value FROM ${from}.live_events
         WHERE workspace_id = {workspaceId:UUID}
       UNION ALL SELECT 'trait', toString(profile_id), concat(key, ' ', message_id), value FROM ${from}.traits
         WHERE workspace_id = {workspaceId:UUID}
       UNION ALL SELECT 'member', toString(profile_id), segment_key, '' FROM ${from}.memberships
         WHERE workspace_id = {workspaceId:UUID}`,
      { workspaceId: this.workspaceId },
    );
    return rows
      .map((row) => {
        const text = (key: string): string => String(Reflect.get(Object(row), key));
        return [text('kind'), names.get(text('who')), messages.get(text('what')) ?? text('what'), text('value')].join(
          ' ',
        );
      })
      .sort();
  }
}
