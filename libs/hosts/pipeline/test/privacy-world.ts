import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { acceptEvents } from '@kohort/ingest-flow';
import { resolveIdentities } from '@kohort/identity-flow';
import { manualClock, type ManualClock } from '@kohort/kernel-clock-random';
import {
  batchIdSchema,
  sourceIdSchema,
  type IngestEnvelope,
  type IngestVerdict,
  type Json,
  type SourceId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import {
  identityStore,
  ingestStore,
  privacyStore,
  suppressionGate,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { SuppressionKeys, messageScreen } from '@kohort/privacy-domain';
import type { PrivacyPorts } from '@kohort/privacy-flow';

/** A workspace with one source: the door, identity and privacy on a real database. */
export class PrivacyWorld {
  readonly keys = new SuppressionKeys([Buffer.alloc(32, 5)]);
  readonly screen = messageScreen(this.keys);
  readonly clock: ManualClock = manualClock(Date.UTC(2026, 0, 2));
  readonly artifacts;
  readonly store;
  readonly gate;
  readonly ports: PrivacyPorts;
  private readonly resolved = new Set<string>();
  private sent = 0;

  private constructor(
    readonly db: TestDatabase,
    readonly workspaceId: WorkspaceId,
    readonly sourceId: SourceId,
    private readonly dir: string,
  ) {
    const { screen, keys, clock } = this;
    this.artifacts = openLocalArtifacts(dir);
    this.store = ingestStore(db.database, { screen });
    this.gate = suppressionGate(db.database, screen);
    this.ports = { store: privacyStore(db.database), keys, clock };
  }

  static async create(db: TestDatabase): Promise<PrivacyWorld> {
    const workspaceId = await db.addWorkspace();
    const sourceId = sourceIdSchema.parse(randomUUID());
    await db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('source')
        .values({ workspace_id: workspaceId, id: sourceId, key: 's', name: 'S', kind: 'http' })
        .execute(),
    );
    return new PrivacyWorld(db, workspaceId, sourceId, mkdtempSync(join(tmpdir(), 'kohort-privacy-')));
  }

  close(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Sends items as one call. */
  send(
    items: readonly Record<string, Json>[],
    envelope: Partial<IngestEnvelope> = {},
  ): Promise<readonly IngestVerdict[]> {
    this.clock.advance(1_000);
    const door = acceptEvents({ store: this.store, dedupeDays: 7, suppression: this.gate });
    const named = items.map((item) => {
      this.sent += 1;
      return { messageId: `m${this.sent}`, ...item };
    });
    const call = { receivedAt: this.clock.now(), sentAt: null, context: {}, integrations: {}, ...envelope };
    return door.accept({ workspaceId: this.workspaceId, sourceId: this.sourceId }, named, call);
  }

  async batches(topic: string): Promise<string[]> {
    const rows = await this.db.database.inWorkspace(this.workspaceId, (tx) =>
      tx.selectFrom('outbox').select('payload').where('topic', '=', topic).orderBy('seq').execute(),
    );
    return rows.map(({ payload }) => (payload as { readonly batchId: string }).batchId);
  }

  /** What the relay would hand to `identity.resolve`. */
  async resolve(): Promise<void> {
    const { workspaceId } = this;
    const store = identityStore(this.db.database, { screen: this.screen });
    const open = (await this.batches('EventsStored')).filter((id) => !this.resolved.has(id));
    for (const id of open) this.resolved.add(id);
    const batchIds = open.map((id) => batchIdSchema.parse(id));
    if (batchIds.length > 0) await resolveIdentities({ store }, { workspaceId, batchIds });
  }

  /** How many rows there are: `from` is a table with or without its `where`. */
  async count(from: string): Promise<number> {
    const found = await this.db.database.inWorkspace(this.workspaceId, (tx) =>
      sql<{ n: string }>`select count(*) as n from ${sql.raw(from)}`.execute(tx),
    );
    return Number(found.rows[0]?.n ?? -1);
  }
}
