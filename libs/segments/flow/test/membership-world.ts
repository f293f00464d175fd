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
import { segmentStore, type TestDatabase } from '@kohort/platform-postgres';
import { evaluateTouched, RuleSets, type EvaluationTotals, type SegmentsDeps } from '../src';

/** A rule over people. */
export const rule = (where: unknown): object => ({ version: 1, entity: 'profile', where });

/** An event of somebody, so long before now. */
export interface EventEntry {
  readonly profileId: ProfileId;
  readonly name: string;
  readonly agoMs: number;
}

/** A line of the change log. */
export interface ChangeLine {
  readonly key: string;
  readonly kind: string;
  readonly version: string;
  readonly cause: string;
  readonly has_event: boolean;
}

/** A workspace with live segments, people and their events, on a real PostgreSQL. */
export class MembershipWorld {
  readonly deps: SegmentsDeps;

  private constructor(
    readonly db: TestDatabase,
    readonly workspaceId: WorkspaceId,
    private readonly sourceId: string,
  ) {
    this.deps = { store: segmentStore(db.database), ruleSets: new RuleSets() };
  }

  static async open(db: TestDatabase): Promise<MembershipWorld> {
    const world = new MembershipWorld(db, await db.addWorkspace(), sourceIdSchema.parse(randomUUID()));
    await world.query(sql`insert into source (workspace_id, id, key, name, kind)
      values (${world.workspaceId}, ${world.sourceId}, 's', 'S', 'http')`);
    return world;
  }

  query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> {
    return this.db.database.inWorkspace(this.workspaceId, async (tx) => (await statement.execute(tx)).rows);
  }

  async addSegment(key: string, json: object, kind = 'rule'): Promise<SegmentId> {
    const id = segmentIdSchema.parse(randomUUID());
    const hash = createHash('sha256').update(JSON.stringify(json)).digest();
    await this.query(sql`insert into segment (workspace_id, id, key, name, kind, status, live_version)
      values (${this.workspaceId}, ${id}, ${key}, ${key}, ${kind}, 'live', 1)`);
    await this.query(sql`insert into segment_version (workspace_id, segment_id, version, rule, rule_hash)
      values (${this.workspaceId}, ${id}, 1, ${JSON.stringify(json)}::jsonb, ${hash})`);
    return id;
  }

  async addProfile(name: string): Promise<ProfileId> {
    const id = profileIdSchema.parse(randomUUID());
    await this.query(sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
      values (${this.workspaceId}, ${id}, ${name}, now(), now())`);
    return id;
  }

  async identify(profileId: ProfileId, type: string, value: string): Promise<void> {
    await this.query(sql`insert into identifier (workspace_id, profile_id, type, value, first_seen_at)
      values (${this.workspaceId}, ${profileId}, ${type}, ${value}, now())`);
  }

  /** A stored and resolved batch: one event for each entry. */
  async addEvents(entries: readonly EventEntry[]): Promise<BatchId> {
    const batchId = batchIdSchema.parse(randomUUID());
    const { workspaceId, sourceId } = this;
    await this.query(sql`insert into batch (workspace_id, id, kind) values (${workspaceId}, ${batchId}, 'events')`);
    for (const { profileId, name, agoMs } of entries) {
      const id = eventIdSchema.parse(randomUUID());
      const at = sql`now() - ${agoMs} * interval '1 millisecond'`;
      await this.query(sql`with e as (
        insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, ts)
        values (${workspaceId}, ${id}, now(), ${batchId}, ${sourceId}, ${id}, 'track', ${name}, ${at}) returning received_at, ts)
        insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign, event_name)
        select ${workspaceId}, ${id}, ${profileId}, ${batchId}, received_at, ts, 1, ${name} from e`);
    }
    return batchId;
  }

  /** One becomes another by a batch: what they did is moved. */
  async merge(batchId: BatchId, { from, to }: { readonly from: ProfileId; readonly to: ProfileId }): Promise<void> {
    await this.query(sql`
      insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign, event_name)
      select workspace_id, event_id, p.id, ${batchId}, received_at, ts, p.sign, event_name from event_assignment,
        (values (${from}::uuid, -1), (${to}::uuid, 1)) as p (id, sign) where profile_id = ${from}`);
    await this.query(sql`update profile set merged_into = ${to} where id = ${from}`);
  }

  /** Who came before is no newcomer to what comes now. */
  async anHourLater(): Promise<void> {
    for (const table of ['profile', 'batch'])
      await this.query(sql`update ${sql.table(table)} set created_at = created_at - interval '1 hour'`);
  }

  touch(batchId: BatchId, computedTraits: readonly string[] = []): Promise<EvaluationTotals> {
    return evaluateTouched(this.deps, { workspaceId: this.workspaceId, batchIds: [batchId], computedTraits });
  }

  /** The change log in its order. */
  changes(): Promise<ChangeLine[]> {
    return this.query(sql<ChangeLine>`
      select segment_key as key, kind, change_version::text as version, cause, event_id is not null as has_event
      from membership_change order by xid, seq`);
  }

  /** Who is in, as `segment:person`. */
  async members(): Promise<readonly string[]> {
    const rows = await this.query(sql<{ who: string }>`select s.key || ':' || p.canonical_id as who from membership m
      join segment s on s.id = m.segment_id join profile p on p.id = m.profile_id where m.member order by 1`);
    return rows.map(({ who }) => who);
  }
}
