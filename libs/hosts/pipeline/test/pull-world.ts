import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Client } from 'pg';
import type { OpenedColumns } from '@kohort/hosts-runtime';
import { resolveIdentities } from '@kohort/identity-flow';
import { systemClock } from '@kohort/kernel-clock-random';
import {
  batchIdSchema,
  sourceIdSchema,
  type ArtifactStore,
  type MessageScreen,
  type JobRecord,
  type Json,
  type JsonObject,
  type RunId,
  type SecretBox,
  type SourceConnectionView,
  type WorkspaceCommands,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { HandlerControl, JobHandlers } from '@kohort/pipeline-map';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { createEgressClient, type EgressClient } from '@kohort/platform-http';
import {
  commandAdapter,
  identityStore,
  readAdapter,
  startTestDatabase,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { SuppressionKeys, messageScreen } from '@kohort/privacy-domain';
import { createSecretBox, sourcePlace } from '@kohort/plugin-kit-host';
import { bindSources } from '../src/bind-sources';
import { recordHandlers } from '../src/record-handlers';

/** Traits of customers, as rows of the source's table. */
export const CUSTOMERS: JsonObject = {
  name: 'customers',
  version: 1,
  format: 'table',
  createProfiles: true,
  match: { columns: ['id', 'plan'] },
  fields: {
    id: { column: 'id', type: 'text', required: true },
    plan: { column: 'plan', type: 'text' },
    spent: { column: 'spent', type: 'decimal' },
    changed: { column: 'changed', type: 'timestamp', format: 'iso' },
  },
  message: {
    type: 'identify',
    userId: { field: 'id' },
    timestamp: { field: 'changed' },
    traits: { plan: { field: 'plan' }, spent: { field: 'spent' } },
  },
};

const READER = 'reader-secret-1';

/** Where a worker may be stopped: with a page settled and the next one asked for, or with everything gone taken back. */
export type StopPoint = 'page' | 'gone';
type Sources = ReturnType<typeof bindSources>;

/** Sources that say when a pull has come to a point at which it may be stopped. */
function watched({ connections, connectors }: Sources, reached: (point: StopPoint) => void): Sources {
  let takenBack = false;
  return {
    connections: {
      ...connections,
      async unseen(place) {
        const found = await connections.unseen(place);
        if (found.records.length === 0 && takenBack) reached('gone');
        takenBack = found.records.length > 0;
        return found;
      },
    },
    connectors: {
      ...connectors,
      async open(connection, control) {
        const source = await connectors.open(connection, control);
        if (source.kind !== 'rows') return source;
        const { mirror } = source;
        return {
          kind: 'rows',
          ...(mirror ? { mirror } : {}),
          async *pages(from) {
            for await (const page of source.pages(from)) {
              yield page;
              if (page.rows.length > 0) reached('page');
            }
          },
          close: () => source.close(),
        };
      },
    },
  };
}

/** Kohort's database with the pipeline's handlers, and a second database in the same server to pull from. */
export class PullWorld {
  readonly secrets: SecretBox = createSecretBox([Buffer.alloc(32, 3)]);
  workspaceId!: WorkspaceId;
  private stopping: { readonly at: StopPoint; readonly controller: AbortController } | null = null;

  private constructor(
    readonly db: TestDatabase,
    readonly warehouse: Client,
    readonly handlers: JobHandlers,
    readonly sources: ReturnType<typeof bindSources>,
    readonly artifacts: ArtifactStore,
    private readonly screen: MessageScreen,
    private readonly http: EgressClient,
    private readonly dir: string,
  ) {}

  /** `allow`: more `host:port` pairs that may be private. */
  static async start(allow: readonly string[] = []): Promise<PullWorld> {
    const db = await startTestDatabase();
    const admin = new Client({ connectionString: db.url });
    await admin.connect();
    await admin.query('create database warehouse');
    await admin.end();
    const url = new URL(db.url);
    url.pathname = '/warehouse';
    const warehouse = new Client({ connectionString: url.toString() });
    await warehouse.connect();
    await warehouse.query(`create table customer (id text primary key, plan text, spent numeric, changed timestamptz not null);
      create role reader login password '${READER}'; grant select on customer to reader`);
    const egressAllow = [`${url.hostname}:${url.port}`, ...allow];
    const http = createEgressClient({ allow: egressAllow });
    const dir = mkdtempSync(join(tmpdir(), 'kohort-pull-'));
    const artifacts = openLocalArtifacts(dir);
    const engines = { database: db.database, artifacts, clock: systemClock };
    const bound = bindSources({ engines, http, egressAllow, secrets: createSecretBox([Buffer.alloc(32, 3)]) });
    const sources = watched(bound, (point) => world.stopAt(point));
    const columns = {} as OpenedColumns;
    const screen = messageScreen(new SuppressionKeys([Buffer.alloc(32, 5)]));
    const handlers = recordHandlers({ engines, columns, mappings: [], http, sources, screen });
    const world: PullWorld = new PullWorld(db, warehouse, handlers, sources, artifacts, screen, http, dir);
    return world;
  }

  async stop(): Promise<void> {
    await this.warehouse.end();
    await this.http.close();
    await this.db.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  get commands(): WorkspaceCommands {
    const adapter = commandAdapter({ database: this.db.database, clock: systemClock });
    return adapter.forWorkspace(this.workspaceId, Date.now() + 60_000);
  }

  /** A new workspace with a source. */
  async reset(): Promise<void> {
    this.workspaceId = await this.db.addWorkspace();
    const source = { key: 'warehouse', name: 'Warehouse', kind: 'import', writeKeyDigest: Buffer.from(randomUUID()) };
    sourceIdSchema.parse((await this.commands.createSource(source, null)).record.id);
    await this.warehouse.query('truncate customer');
  }

  async fill(from: number, to: number, at = '2026-01-01T00:00:00Z'): Promise<void> {
    await this.warehouse.query(
      `insert into customer select 'c' || n, case n % 2 when 0 then 'pro' else 'basic' end, n * 1.25,
         $3::timestamptz + n * interval '1 second' from generate_series($1::int, $2::int) n`,
      [from, to, at],
    );
  }

  /** A connection to the table of customers. */
  connect(settings: JsonObject = {}, more: { mapping?: JsonObject; everyMinutes?: number } = {}) {
    const url = new URL(this.db.url);
    const given = {
      host: url.hostname,
      port: Number(url.port),
      database: 'warehouse',
      user: 'reader',
      tls: 'off',
      table: 'customer',
      ...(settings['mirror'] === true ? {} : { cursorColumn: 'changed' }),
      ...settings,
    };
    return this.connectTo({ plugin: 'postgres-source', settings: given, secrets: { password: READER } }, more);
  }

  async connectTo(
    to: { readonly plugin: string; readonly settings: JsonObject; readonly secrets: Readonly<Record<string, string>> },
    more: { mapping?: JsonObject; everyMinutes?: number } = {},
  ): Promise<SourceConnectionView> {
    const { plugin, settings, secrets } = to;
    const made = await this.commands.createSourceConnection(
      {
        key: `c_${randomUUID().slice(0, 8)}`,
        name: 'Customers',
        plugin,
        settings,
        secrets: null,
        sourceKey: 'warehouse',
        mapping: more.mapping ?? CUSTOMERS,
        createProfiles: null,
        everyMinutes: more.everyMinutes ?? null,
      },
      null,
    );
    const place = sourcePlace({ workspaceId: this.workspaceId, key: made.record.key });
    const sealed = Buffer.from(this.secrets.seal(place, secrets));
    await this.query(sql`update source_connection set secrets = ${sealed} where id = ${made.record.id}`);
    return made.record;
  }

  async query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> {
    return this.db.database.inWorkspace(this.workspaceId, async (tx) => (await statement.execute(tx)).rows);
  }

  async request(connection: SourceConnectionView, full = false): Promise<RunId> {
    const params = { connectionId: connection.id, ...(full ? { full } : {}) };
    const run = await this.commands.requestRun({ job: 'ingest.pull', params, idempotencyKey: null });
    return run.id as RunId;
  }

  /** Works a run once, as the queue would. */
  async work(
    job: 'ingest.import' | 'ingest.pull' | 'ingest.inspect',
    runId: RunId,
    control: Partial<HandlerControl> = {},
  ): Promise<void> {
    const full: HandlerControl = { signal: new AbortController().signal, isLastAttempt: false, ...control };
    await this.handlers[job]?.({ workspaceId: this.workspaceId, runId }, full);
  }

  /** Works a run until it comes to a point, where its worker is stopped; answers whether it came there. */
  async workUntil(at: StopPoint, runId: RunId): Promise<boolean> {
    const controller = new AbortController();
    this.stopping = { at, controller };
    await this.work('ingest.pull', runId, { signal: controller.signal }).catch((thrown: unknown) => {
      if (!controller.signal.aborted) throw thrown;
    });
    this.stopping = null;
    return controller.signal.aborted;
  }

  private stopAt(point: StopPoint): void {
    if (this.stopping?.at !== point) return;
    const { signal } = this.stopping.controller;
    this.stopping.controller.abort();
    signal.throwIfAborted();
  }

  /** Works off what identity owes. */
  async resolve(): Promise<void> {
    const batches = await this.query(
      sql<{ id: string }>`select id from batch where kind = 'events' order by created_at`,
    );
    const batchIds = batches.map(({ id }) => batchIdSchema.parse(id));
    const store = identityStore(this.db.database, { screen: this.screen });
    await resolveIdentities({ store }, { workspaceId: this.workspaceId, batchIds });
  }

  async job(runId: RunId): Promise<JobRecord & { result: Json }> {
    const reader = readAdapter({ database: this.db.database, clock: systemClock }).forWorkspace(
      this.workspaceId,
      Date.now() + 60_000,
    );
    const [job] = await reader.jobs.byIds([runId]);
    if (!job) throw new TypeError('no job');
    return job;
  }

  async sourceId(): Promise<string> {
    const [row] = await this.query(sql<{ id: string }>`select id from source`);
    return row?.id ?? '';
  }

  async storedEvents(): Promise<number> {
    const [row] = await this.query(sql<{ n: number }>`select count(*)::int as n from event`);
    return row?.n ?? 0;
  }

  async pull(connection: SourceConnectionView, full = false) {
    const runId = await this.request(connection, full);
    await this.work('ingest.pull', runId);
    return this.job(runId);
  }
}
