import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import {
  sourceConnectionIdSchema,
  type IngestStore,
  type OpenedSource,
  type SourceConnectionId,
  type SourceConnectors,
  type SourceId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { sourceConnections } from '@kohort/platform-postgres';
import { IngestWorld } from '../test/ingest-world';
import { pullFlow } from './pull.flow';
import type { PullDeps } from './pull-session';

const HEADER = 'order_id,customer_id,ordered_at,revenue\n';
const orders = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `o${from + i},c${i % 50},2026-01-01T00:00:00Z,1.25\n`).join('');

interface Held {
  readonly name: string;
  readonly version: string;
  readonly content: Buffer;
}

/** A source of files in memory; the position is the name of the last one. */
function connectors(held: readonly Held[], reads: string[]): SourceConnectors {
  const opened: OpenedSource = {
    kind: 'files',
    async *files({ position }) {
      const after = typeof position === 'string' ? position : '';
      for (const { name, version, content } of held.filter((one) => one.name > after)) {
        yield {
          name,
          version,
          bytes: content.length,
          position: name,
          async *read(range = { start: 0, end: content.length }) {
            reads.push(name);
            yield content.subarray(range.start, range.end);
          },
        };
      }
    },
    close: () => Promise.resolve(),
  };
  const none = (): Promise<never> => Promise.reject(new TypeError('not asked for'));
  return { check: none, discover: none, open: () => Promise.resolve(opened) };
}

describe('pulling files', () => {
  let world: IngestWorld;
  let origin: { workspaceId: WorkspaceId; sourceId: SourceId };
  let connectionId: SourceConnectionId;
  beforeAll(async () => {
    world = await IngestWorld.start();
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    origin = await world.addSource();
    connectionId = sourceConnectionIdSchema.parse(randomUUID());
    await query(sql`insert into source_connection (workspace_id, id, key, name, plugin, settings, source_id, mapping)
      values (${origin.workspaceId}, ${connectionId}, 'c', 'C', 'memory', '{}', ${origin.sourceId}, '"auto"')`);
  });

  const query = <T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> =>
    world.db.database.inWorkspace(origin.workspaceId, async (tx) => (await statement.execute(tx)).rows);
  const deps = (held: readonly Held[], extra: Partial<PullDeps> = {}, reads: string[] = []): PullDeps => ({
    ...world.deps(),
    connections: sourceConnections(world.db.database),
    connectors: connectors(held, reads),
    ...extra,
  });
  const pull = async (of: PullDeps, runId = world.addRun(origin.workspaceId)) =>
    pullFlow(of, await world.startRun(origin.workspaceId, await runId), { connectionId });

  const a = { name: 'a.csv', version: '1', content: Buffer.from(HEADER + orders(0, 6_000)) };
  const b = { name: 'b.csv.gz', version: '1', content: gzipSync(Buffer.from(HEADER + orders(6_000, 9_000))) };
  const empty = { name: 'c.csv', version: '1', content: Buffer.alloc(0) };
  const bad = { name: 'd.csv', version: '1', content: Buffer.from(`${HEADER}x,,2026-01-01T00:00:00Z,1\n`) };

  it('takes each file once, lists what was left out with its file, and then what is new alone', async () => {
    const first = await pull(deps([a, b, empty, bad]));
    expect(first).toMatchObject({
      files: 4,
      rows: 9_001,
      counts: { stored: 9_000, rejected: 1 },
      createProfiles: true,
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of world.artifacts.read(first.rejectFileKey ?? '')) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({
      file: 'd.csv',
      line: 2,
      code: 'missing_value',
    });
    const reads: string[] = [];
    const later = { name: 'e.csv', version: '1', content: Buffer.from(HEADER + orders(9_000, 9_010)) };
    expect(await pull(deps([a, b, empty, bad, later], {}, reads))).toMatchObject({ files: 1, rows: 10 });
    expect(new Set(reads)).toEqual(new Set(['e.csv']));
  });

  it.each(['before', 'after'] as const)('goes on within a file when it is killed %s any commit', async (when) => {
    const runId = world.addRun(origin.workspaceId);
    let ended = false;
    for (let kill = 1; !ended; kill += 1) {
      expect(kill).toBeLessThan(20);
      let calls = 0;
      const inner = world.store();
      const store: IngestStore = {
        async store(request) {
          calls += 1;
          if (calls === 2 && when === 'before') throw new TypeError('killed');
          const outcome = await inner.store(request);
          if (calls === 2) throw new TypeError('killed');
          return outcome;
        },
      };
      ended = await pull(deps([a, b], { store }), runId).then(
        (result) => {
          expect(result).toMatchObject({ files: 2, rows: 9_000, counts: { stored: 9_000, duplicate: 0 } });
          return true;
        },
        (thrown: unknown) => {
          expect(thrown).toBeInstanceOf(TypeError);
          return false;
        },
      );
    }
    expect(await world.totals(origin.workspaceId)).toMatchObject({ events: '9000', orders: '9000' });
    expect(await query(sql`select position, run_id from source_connection`)).toEqual([
      { position: 'b.csv.gz', run_id: null },
    ]);
  });
});
