import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { systemClock } from '@kohort/kernel-clock-random';
import {
  runIdSchema,
  sourceIdSchema,
  type ArtifactStore,
  type IngestGroupStore,
  type HttpStreamer,
  type IngestStore,
  type Json,
  type RunId,
  type SourceId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { IMPORT_LIMITS, parseMapping } from '@kohort/ingest-domain';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import {
  importedFiles,
  ingestStore,
  knownPeople,
  startTestDatabase,
  type TestDatabase,
} from '@kohort/platform-postgres';
import type { ImportContext, ImportDeps } from '../src/import.flow';

const folder = join(__dirname, '../../../../apps/kohort/mappings');
export const mappings = readdirSync(folder).map((file) => parseMapping(readFileSync(join(folder, file), 'utf8')));

const noNetwork: HttpStreamer = { open: () => Promise.reject(new TypeError('no network here')) };

export interface Ledger {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly suppressed: number;
  readonly quarantined: number;
}

/** A database, an artifact folder, a workspace with a source; what the medium specs of ingest need. */
export class IngestWorld {
  private constructor(
    readonly db: TestDatabase,
    readonly artifacts: ArtifactStore,
    private readonly dir: string,
  ) {}

  static async start(): Promise<IngestWorld> {
    const dir = mkdtempSync(join(tmpdir(), 'kohort-ingest-'));
    return new IngestWorld(await startTestDatabase(), openLocalArtifacts(dir), dir);
  }

  async stop(): Promise<void> {
    await this.db.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  store(): IngestStore & IngestGroupStore {
    return ingestStore(this.db.database, { screen: null });
  }

  deps(extra: Partial<ImportDeps> = {}): ImportDeps {
    const { database } = this.db;
    return {
      store: this.store(),
      people: knownPeople(database),
      files: importedFiles(database),
      http: noNetwork,
      artifacts: this.artifacts,
      mappings,
      clock: systemClock,
      limits: IMPORT_LIMITS,
      ...extra,
    };
  }

  async addSource(): Promise<{ workspaceId: WorkspaceId; sourceId: SourceId }> {
    const workspaceId = await this.db.addWorkspace();
    return { workspaceId, sourceId: (await this.addSiblingSource(workspaceId, 's')).sourceId };
  }

  async addSiblingSource(
    workspaceId: WorkspaceId,
    key = 'sibling',
  ): Promise<{ workspaceId: WorkspaceId; sourceId: SourceId }> {
    const sourceId = sourceIdSchema.parse(randomUUID());
    await this.db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('source')
        .values({ workspace_id: workspaceId, id: sourceId, key, name: 'S', kind: 'import' })
        .execute(),
    );
    return { workspaceId, sourceId };
  }

  async upload(content: Buffer): Promise<string> {
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield content;
    }
    return (await this.artifacts.put(chunks())).key;
  }

  async addRun(workspaceId: WorkspaceId): Promise<RunId> {
    const id = runIdSchema.parse(randomUUID());
    await this.db.database.inWorkspace(workspaceId, (tx) =>
      tx.insertInto('run').values({ workspace_id: workspaceId, id, job: 'ingest.import', params: '{}' }).execute(),
    );
    return id;
  }

  /** Starts a run, again if need be: the next fence and the checkpoint that was committed last. */
  async startRun(
    workspaceId: WorkspaceId,
    runId: RunId,
    signal = new AbortController().signal,
  ): Promise<ImportContext> {
    const row = await this.db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .updateTable('run')
        .set({ status: 'running', fence: sql`fence + 1` })
        .where('workspace_id', '=', workspaceId)
        .where('id', '=', runId)
        .returning(['fence', 'checkpoint'])
        .executeTakeFirstOrThrow(),
    );
    return {
      run: { checkpoint: row.checkpoint as Json },
      fence: { workspaceId, runId, fence: Number(row.fence) },
      signal,
      onProgress: () => undefined,
    };
  }

  async ledger(workspaceId: WorkspaceId): Promise<Ledger> {
    const found = await this.db.database.inWorkspace(workspaceId, (tx) =>
      sql<Record<keyof Ledger, string>>`
        select coalesce(sum(received), 0) as received, coalesce(sum(stored), 0) as stored,
          coalesce(sum(duplicate), 0) as duplicate, coalesce(sum(rejected), 0) as rejected,
          coalesce(sum(suppressed), 0) as suppressed, coalesce(sum(quarantined), 0) as quarantined
        from ledger_minute`.execute(tx),
    );
    const row = found.rows[0];
    const of = (key: keyof Ledger): number => Number(row?.[key] ?? 0);
    return {
      received: of('received'),
      stored: of('stored'),
      duplicate: of('duplicate'),
      rejected: of('rejected'),
      suppressed: of('suppressed'),
      quarantined: of('quarantined'),
    };
  }

  /** What the events of a workspace add up to. */
  async totals(
    workspaceId: WorkspaceId,
  ): Promise<Record<'events' | 'rows' | 'people' | 'orders' | 'revenue' | 'batches', string>> {
    const found = await this.db.database.inWorkspace(workspaceId, (tx) =>
      sql<Record<'events' | 'rows' | 'people' | 'orders' | 'revenue' | 'batches', string>>`
        select count(*) as events, coalesce(sum(row_weight), 0) as rows, count(distinct user_id) as people,
          count(distinct properties ->> 'order_id') as orders,
          coalesce(sum((properties ->> 'revenue')::numeric), 0)::text as revenue,
          (select count(*) from outbox where topic = 'EventsStored') as batches
        from event`.execute(tx),
    );
    const row = found.rows[0];
    if (!row) throw new TypeError('no totals');
    return row;
  }
}
