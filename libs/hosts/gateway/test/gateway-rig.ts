import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashKey, mintKey, type Scope } from '@kohort/access-domain';
import { systemClock } from '@kohort/kernel-clock-random';
import type { IngestPort, WorkspaceId } from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { startTestDatabase, type TestDatabase } from '@kohort/platform-postgres';
import { startGateway } from '../src/start-gateway';
import type { GatewayOptions, RunningGateway } from '../src/gateway-options';

/** What GraphQL answered, over HTTP. */
export interface Answered {
  readonly status: number;
  readonly data: Record<string, never> | null;
  readonly errors: readonly { message: string; extensions: Record<string, unknown> }[];
  readonly extensions: Record<string, unknown> | undefined;
  readonly text: string;
}

export const pepper = Buffer.from('test pepper');
export const ALL: readonly Scope[] = ['graphql:read', 'graphql:write', 'ingest:write', 'artifacts:write', 'keys:write'];

/** A store that accepts everything and remembers what it was given. */
export function recordingIngest(): IngestPort & { readonly calls: Parameters<IngestPort['accept']>[] } {
  const calls: Parameters<IngestPort['accept']>[] = [];
  return {
    calls,
    accept: async (...call) => {
      calls.push(call);
      return call[1].map((_item, index) => ({ index, outcome: 'stored', messageId: `m${index}`, reason: null }));
    },
  };
}

/** A gateway on a PostgreSQL of its own. */
export class GatewayRig {
  private constructor(
    readonly db: TestDatabase,
    readonly gateway: RunningGateway,
    readonly ingest: ReturnType<typeof recordingIngest>,
    private readonly dir: string,
  ) {}

  static async start(options: Partial<GatewayOptions> = {}): Promise<GatewayRig> {
    const db = await startTestDatabase();
    const dir = mkdtempSync(join(tmpdir(), 'kohort-gateway-'));
    const ingest = recordingIngest();
    const gateway = await startGateway({
      database: db.database,
      artifacts: openLocalArtifacts(dir),
      ingest,
      logger: silentLogger,
      clock: systemClock,
      port: 0,
      pepper,
      secretKeys: [Buffer.alloc(32, 7)],
      suppressionKeys: [Buffer.alloc(32, 8)],
      cursorKey: Buffer.from('cursor key'),
      production: false,
      pollMs: 50,
      ...options,
    }).catch(async (thrown: unknown) => {
      await db.stop();
      throw thrown;
    });
    return new GatewayRig(db, gateway, ingest, dir);
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await this.db.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A key of a workspace, stored. */
  async key(workspaceId: WorkspaceId, scopes: readonly Scope[] = ALL): Promise<{ id: string; text: string }> {
    const text = mintKey('api', workspaceId, randomBytes(32));
    const id = randomUUID();
    await this.db.database.inWorkspace(workspaceId, (tx) =>
      tx
        .insertInto('api_key')
        .values({
          workspace_id: workspaceId,
          id,
          name: 'test',
          secret_hash: Buffer.from(hashKey(text, pepper)),
          scopes: [...scopes],
        })
        .execute(),
    );
    return { id, text };
  }

  async ask(key: string | null, query: string, variables: Record<string, unknown> = {}): Promise<Answered> {
    const response = await fetch(`${this.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const body = JSON.parse(text) as Partial<Answered>;
    const { data = null, errors = [], extensions } = body;
    return { status: response.status, data, errors, extensions, text };
  }
}
