import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Random } from '@kohort/kernel-clock-random';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { LOG_CHANNEL, openDatabase, type Database } from '@kohort/platform-postgres';
import type { DoorDatabase } from './door-database';

/** Whether somebody is in, and the version that says so. */
export interface State {
  readonly member: boolean;
  readonly version: number;
}

/** How a transaction of changes is written. */
export interface WriteOptions {
  readonly random: Pick<Random, 'int'>;
  /** It commits so long after its rows were numbered. */
  readonly holdMs?: number;
  /** Says so to the gateways, as the relay does. */
  readonly tell?: boolean;
}

/** People and segments, and the changes that are written of them at random; `truth` is what they come to. */
export class ChangeWorld {
  /** By `segment:profile`. */
  readonly truth = new Map<string, State>();
  /** Ids of all changes that were committed. */
  readonly written: string[] = [];

  private constructor(
    private readonly database: Database,
    readonly workspaceId: WorkspaceId,
    readonly segments: readonly { readonly id: string; readonly key: string }[],
    readonly people: readonly string[],
  ) {}

  /** In the workspace of a door's database, with connections of its own: `close` it. */
  static async open(
    door: Pick<DoorDatabase, 'url' | 'workspaceId'>,
    sizes: { readonly people: number; readonly segments: number; readonly writers?: number },
  ): Promise<ChangeWorld> {
    const connections = { maxConnections: sizes.writers ?? 4, applicationName: 'writers' };
    return ChangeWorld.seed(openDatabase({ url: door.url, ...connections }), door.workspaceId, sizes);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  static async seed(
    database: Database,
    workspaceId: WorkspaceId,
    sizes: { readonly people: number; readonly segments: number },
  ): Promise<ChangeWorld> {
    const segments = Array.from({ length: sizes.segments }, (_, i) => ({ id: randomUUID(), key: `segment-${i}` }));
    const people = Array.from({ length: sizes.people }, () => randomUUID());
    await database.inWorkspace(workspaceId, async (tx) => {
      await sql`insert into segment (workspace_id, id, key, name, kind, status)
        select ${workspaceId}::uuid, t.id, t.key, t.key, 'rule', 'live'
        from unnest(${segments.map(({ id }) => id)}::uuid[], ${segments.map(({ key }) => key)}::text[]) as t(id, key)`.execute(
        tx,
      );
      await sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        select ${workspaceId}::uuid, id, id::text, now(), now() from unnest(${people}::uuid[]) as t(id)`.execute(tx);
    });
    return new ChangeWorld(database, workspaceId, segments, people);
  }

  /** One transaction in which `count` people enter or leave a segment; it commits `holdMs` after they were numbered. */
  async write(count: number, options: WriteOptions): Promise<void> {
    const { random, holdMs = 0, tell = false } = options;
    const rows = Array.from({ length: count }, () => this.flip(random));
    const list = <K extends keyof (typeof rows)[number]>(name: K) => rows.map((row) => row[name]);
    await this.database.inWorkspace(this.workspaceId, async (tx) => {
      await sql`
        with batch as (
          insert into batch (workspace_id, id, kind) values (${this.workspaceId}, gen_random_uuid(), 'membership')
          returning id)
        insert into membership_change (workspace_id, batch_id, segment_id, segment_key, profile_id, kind, change_version,
          segment_version, rule_hash, evaluated_at, cause)
        select ${this.workspaceId}::uuid, batch.id, t.segment_id, t.segment_key, t.profile_id, t.kind, t.version, 1, '',
          now(), 'event'
        from batch, unnest(${list('segmentId')}::uuid[], ${list('segmentKey')}::text[], ${list('profileId')}::uuid[],
          ${list('kind')}::text[], ${list('version')}::bigint[])
          as t(segment_id, segment_key, profile_id, kind, version)`.execute(tx);
      if (holdMs > 0) await sql`select pg_sleep(${holdMs / 1_000})`.execute(tx);
    });
    if (tell) await sql`select pg_notify(${LOG_CHANNEL}, 'MembershipChanged')`.execute(this.database.relay);
    for (const row of rows) this.written.push(`${row.segmentId}:${row.profileId}:${row.version}`);
  }

  /** Who is in, as `segment:profile`. */
  members(segmentId?: string): Set<string> {
    const all = [...this.truth].filter(([key, state]) => state.member && (!segmentId || key.startsWith(segmentId)));
    return new Set(all.map(([key]) => key));
  }

  private flip(random: Pick<Random, 'int'>) {
    const segment = this.segments[random.int(this.segments.length)];
    const profileId = this.people[random.int(this.people.length)] ?? '';
    const key = `${segment?.id}:${profileId}`;
    const { member, version } = this.truth.get(key) ?? { member: false, version: 0 };
    this.truth.set(key, { member: !member, version: version + 1 });
    return {
      ...{ segmentId: segment?.id ?? '', segmentKey: segment?.key ?? '', profileId },
      ...{ kind: member ? 'exited' : 'entered', version: version + 1 },
    };
  }
}
