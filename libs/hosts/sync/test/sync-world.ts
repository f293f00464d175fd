import { randomUUID } from 'node:crypto';
import { manualClock, seededRandom, type ManualClock } from '@kohort/kernel-clock-random';
import {
  batchIdSchema,
  destinationIdSchema,
  profileIdSchema,
  runIdSchema,
  segmentIdSchema,
  syncIdSchema,
  type BatchId,
  type Deliverer,
  type DestinationId,
  type Json,
  type ProfileId,
  type RunContext,
  type RunId,
  type RunParams,
  type SegmentId,
  type SyncId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import { createEgressClient, type EgressClient } from '@kohort/platform-http';
import { syncStore, type TestDatabase } from '@kohort/platform-postgres';
import { createDeliverer, createPluginList, noFiles } from '@kohort/plugin-kit-host';
import { scriptedDestination, type Answer, type Call, type ScriptedDestination } from '@kohort/plugin-kit-testkit';
import { runSync, trackChanges, type SyncPorts } from '@kohort/sync-flow';
import { firstPartyPlugins } from '../src/plugins';

export const SECRET = 'whsec_c2VnLXN5bmMtZGVtby1zZWNyZXQtMzItYnl0ZXMteHg=';

interface Message {
  readonly data: { readonly action: 'add' | 'remove'; readonly members?: readonly { readonly id: string }[] };
}

/** A receiver with set semantics: what it holds is what arrived, whatever was answered. */
export class Receiver {
  readonly held = new Set<string>();
  readonly operations: { readonly id: string; readonly action: string; readonly messageId: string }[] = [];
  /** Ids that spoil every message they are in. */
  readonly refused = new Set<string>();

  take(call: Call): Answer {
    const message: Message = JSON.parse(call.body);
    const { action, members } = message.data;
    // A check carries nobody.
    if (!members) return { status: 200, body: '{}' };
    if (members.some((member) => this.refused.has(member.id))) return { status: 400, body: '{"error":"bad member"}' };
    for (const { id } of members) {
      if (action === 'add') this.held.add(id);
      else this.held.delete(id);
      this.operations.push({ id, action, messageId: call.headers['webhook-id'] ?? '' });
    }
    return { status: 200, body: '{}' };
  }
}

/** One workspace with one segment that is synced to one webhook, on a real database and over real HTTP. */
export class SyncWorld {
  readonly clock: ManualClock = manualClock(Date.UTC(2026, 0, 2));
  lastBatch: BatchId | undefined;
  private readonly versions = new Map<ProfileId, number>();
  private readonly inside = new Set<ProfileId>();

  private constructor(
    readonly db: TestDatabase,
    readonly workspaceId: WorkspaceId,
    readonly receiver: Receiver,
    readonly shop: ScriptedDestination,
    private readonly http: EgressClient,
    readonly ids: { readonly segmentId: SegmentId; readonly destinationId: DestinationId; readonly syncId: SyncId },
    readonly ports: SyncPorts,
  ) {}

  static async create(db: TestDatabase, settings: Record<string, Json> = {}): Promise<SyncWorld> {
    const receiver = new Receiver();
    const shop = await scriptedDestination((call) => receiver.take(call));
    const http = createEgressClient({ allow: [shop.pair] });
    const workspaceId = await db.addWorkspace();
    const ids = {
      segmentId: segmentIdSchema.parse(randomUUID()),
      destinationId: destinationIdSchema.parse(randomUUID()),
      syncId: syncIdSchema.parse(randomUUID()),
    };
    const clock = manualClock(Date.UTC(2026, 0, 2));
    const deliverer = createDeliverer({
      plugins: createPluginList(firstPartyPlugins),
      machine: { http, files: noFiles, clock },
      openSecrets: () => Promise.resolve({}),
    });
    const ports: SyncPorts = {
      store: syncStore(db.database),
      deliverer,
      clock,
      random: seededRandom(5),
      logger: silentLogger,
    };
    const world = new SyncWorld(db, workspaceId, receiver, shop, http, ids, ports);
    await world.addRows({ url: shop.url, secret: SECRET, ...settings });
    return Object.assign(world, { clock });
  }

  async close(): Promise<void> {
    await this.http.close();
    await this.shop.close();
  }

  private async addRows(settings: Record<string, Json>): Promise<void> {
    const { segmentId, destinationId, syncId } = this.ids;
    const of = { workspace_id: this.workspaceId };
    await this.db.database.inWorkspace(this.workspaceId, async (tx) => {
      await tx
        .insertInto('segment')
        .values({ ...of, id: segmentId, key: 'vip', name: 'VIP', kind: 'rule', status: 'live', live_version: null })
        .execute();
      await tx
        .insertInto('destination')
        .values({
          ...of,
          id: destinationId,
          key: 'hook',
          name: 'Hook',
          plugin: 'webhook',
          settings: JSON.stringify(settings),
          secrets: null,
        })
        .execute();
      await tx
        .insertInto('sync')
        .values({ ...of, id: syncId, destination_id: destinationId, segment_id: segmentId })
        .execute();
    });
  }

  async addPeople(count: number): Promise<ProfileId[]> {
    const people = Array.from({ length: count }, () => profileIdSchema.parse(randomUUID()));
    await this.db.database.inWorkspace(this.workspaceId, async (tx) => {
      for (let i = 0; i < people.length; i += 1_000) {
        const part = people.slice(i, i + 1_000);
        const seen = new Date(0);
        await tx
          .insertInto('profile')
          .values(
            part.map((id) => ({
              workspace_id: this.workspaceId,
              id,
              canonical_id: id,
              merged_into: null,
              first_seen_at: seen,
              last_seen_at: seen,
            })),
          )
          .execute();
        await tx
          .insertInto('identifier')
          .values(
            part.map((id) => ({
              workspace_id: this.workspaceId,
              type: 'user_id',
              value: `u-${id}`,
              profile_id: id,
              first_seen_at: seen,
            })),
          )
          .execute();
      }
    });
    return people;
  }

  /** Lets people enter or leave: membership, change log and batch as the segments stage writes them. */
  async turn(people: readonly ProfileId[], member: boolean, track = true): Promise<{ created: number }> {
    const batchId = batchIdSchema.parse(randomUUID());
    const at = new Date(this.clock.now());
    const rows = people.map((profileId) => {
      const version = (this.versions.get(profileId) ?? 0) + 1;
      this.versions.set(profileId, version);
      if (member) this.inside.add(profileId);
      else this.inside.delete(profileId);
      return { profileId, version };
    });
    const of = { workspace_id: this.workspaceId, segment_id: this.ids.segmentId };
    await this.db.database.inWorkspace(this.workspaceId, async (tx) => {
      await tx
        .insertInto('batch')
        .values({ workspace_id: this.workspaceId, id: batchId, kind: 'membership', row_count: rows.length })
        .execute();
      for (let i = 0; i < rows.length; i += 1_000) {
        const part = rows.slice(i, i + 1_000);
        const state = {
          member,
          segment_version: 1,
          cause: 'event',
          entered_at: member ? at : null,
          exited_at: member ? null : at,
          proof_hash: null,
        };
        await tx
          .insertInto('membership')
          .values(part.map((row) => ({ ...of, ...state, profile_id: row.profileId, change_version: row.version })))
          .onConflict((conflict) =>
            conflict.columns(['workspace_id', 'segment_id', 'profile_id']).doUpdateSet((eb) => ({
              member: eb.ref('excluded.member'),
              change_version: eb.ref('excluded.change_version'),
              entered_at: eb.ref('excluded.entered_at'),
              exited_at: eb.ref('excluded.exited_at'),
            })),
          )
          .execute();
        await tx
          .insertInto('membership_change')
          .values(
            part.map((row) => ({
              ...of,
              batch_id: batchId,
              segment_key: 'vip',
              profile_id: row.profileId,
              kind: member ? 'entered' : 'exited',
              change_version: row.version,
              segment_version: 1,
              rule_hash: Buffer.from('00', 'hex'),
              evaluated_at: at,
              cause: 'event',
              proof_hash: null,
              event_id: null,
            })),
          )
          .execute();
      }
    });
    this.lastBatch = batchId;
    if (!track) return { created: 0 };
    const done = await trackChanges(this.ports, { workspaceId: this.workspaceId, batchIds: [batchId] });
    return { created: done.runs };
  }

  desired(): string[] {
    return [...this.inside].sort();
  }

  held(): string[] {
    return [...this.receiver.held].sort();
  }

  async openRuns(): Promise<{ id: RunId; params: RunParams<'sync.run'> }[]> {
    const rows = await this.db.database.inWorkspace(this.workspaceId, (tx) =>
      tx.selectFrom('run').select(['id', 'params']).where('status', '=', 'queued').orderBy('created_at').execute(),
    );
    return rows.map((row) => ({ id: runIdSchema.parse(row.id), params: row.params as RunParams<'sync.run'> }));
  }

  /** Starts a run as a host does: a higher fence with each start. */
  async start(runId: RunId, signal = new AbortController().signal): Promise<RunContext> {
    const row = await this.db.database.inWorkspace(this.workspaceId, (tx) =>
      tx
        .updateTable('run')
        .set((eb) => ({ status: 'running', fence: eb('fence', '+', '1'), starts: eb('starts', '+', 1) }))
        .where('id', '=', runId)
        .returning(['fence', 'params'])
        .executeTakeFirstOrThrow(),
    );
    const params = row.params as Json;
    return {
      run: {
        workspaceId: this.workspaceId,
        id: runId,
        job: 'sync.run',
        status: 'running',
        params,
        progress: null,
        checkpoint: null,
        result: null,
        error: null,
        cancelRequested: false,
        createdAt: 0,
        startedAt: 0,
        finishedAt: null,
      },
      fence: { workspaceId: this.workspaceId, runId, fence: Number(row.fence) },
      signal,
      onProgress: () => undefined,
    };
  }

  async end(runId: RunId): Promise<void> {
    await this.db.database.inWorkspace(this.workspaceId, (tx) =>
      tx.updateTable('run').set({ status: 'succeeded' }).where('id', '=', runId).execute(),
    );
  }

  /** Runs the oldest open run to its end. */
  async runOnce(deliverer?: Deliverer): Promise<Record<string, Json>> {
    const [open] = await this.openRuns();
    if (!open) return { status: 'none' };
    const context = await this.start(open.id);
    const result = await runSync(deliverer ? { ...this.ports, deliverer } : this.ports, context, open.params);
    await this.end(open.id);
    return { ...(result as Record<string, Json>), runId: open.id };
  }

  /** Runs whatever is open, letting time pass between, until nothing is. */
  async drain(maxRuns = 40): Promise<number> {
    for (let runs = 0; runs < maxRuns; runs += 1) {
      const { status } = await this.runOnce();
      if (status === 'none') return runs;
      this.clock.advance(900_000);
    }
    return maxRuns;
  }

  async states(): Promise<Record<string, number>> {
    const rows = await this.db.database.inWorkspace(this.workspaceId, (tx) =>
      tx
        .selectFrom('sync_member')
        .select(['state', (eb) => eb.fn.countAll<string>().as('count')])
        .groupBy('state')
        .execute(),
    );
    return Object.fromEntries(rows.map((row) => [row.state, Number(row.count)]));
  }
}
