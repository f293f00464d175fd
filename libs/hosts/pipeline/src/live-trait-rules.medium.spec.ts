import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { editFeatures, LiveTraits } from '@kohort/features-flow';
import { threadCompute, textReader } from '@kohort/hosts-runtime';
import { systemClock } from '@kohort/kernel-clock-random';
import { batchIdSchema, type BatchId } from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import { openLocalArtifacts } from '@kohort/platform-artifacts';
import { openColumnLoader, type OpenColumnLoader } from '@kohort/platform-columns';
import {
  featureStatisticsStore,
  featureStore,
  liveTraitStore,
  startTestDatabase,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';
import { IdentityWorld, type Draft } from '../test/identity-world';
import { openPipelineHost, type PipelineHost } from './pipeline-host';

/** Neither names an event. */
const RULES = {
  regulars: { trait: { path: 'orders_made', op: 'gte', value: 2 } },
  readers: { trait: { path: 'articles_read', op: 'gte', value: 2 } },
};
const counted = (key: string, event: string) => ({
  ...{ key, label: 'Own', unit: 'units', live: true },
  formula: { aggregate: 'count' as const, event },
});
const TRAITS = [counted('orders_made', 'Order Completed'), counted('articles_read', 'Article Read')];

describe('rules over live traits', () => {
  let db: TestDatabase;
  let store: TestColumns;
  let loader: OpenColumnLoader;
  let world: IdentityWorld;
  let host: PipelineHost;
  const dir = mkdtempSync(join(tmpdir(), 'kohort-live-traits-'));
  beforeAll(async () => {
    [db, store] = await Promise.all([startTestDatabase(), startTestColumns()]);
    loader = openColumnLoader({ database: db.database, columns: store.columns });
    host = openPipelineHost({
      ...{ mappings: [], secrets: null, egressAllow: [], suppressionKeys: [Buffer.alloc(32, 8)] },
      ...{
        threadsDir: dir,
        heapLimitMb: 64,
        columns: { columns: store.columns, loader, close: async () => undefined },
      },
      engines: {
        database: db.database,
        artifacts: openLocalArtifacts(dir),
        clock: systemClock,
        logger: silentLogger,
      },
      compute: threadCompute({ names: [], threadsDir: dir, heapLimitMb: 64 }),
    });
  });
  afterAll(async () => {
    await host.close();
    await loader.close();
    await store.stop();
    await db.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  beforeEach(async () => {
    world = await IdentityWorld.open({ db, store, loader }, null, RULES);
    await editFeatures(featureStore(db.database), world.workspaceId, { set: TRAITS, remove: [], afterVersion: 1 });
  });

  let serial = 0;
  const did = (userId: string, name: string): Draft => ({ n: (serial += 1), type: 'track', name, userId });
  const batches = async (): Promise<readonly BatchId[]> => {
    const rows = await world.query(sql<{ batch: string }>`
      select payload->>'batchId' as batch from outbox where topic = 'ProfilesTouched' order by seq`);
    return [...new Set(rows.map(({ batch }) => batchIdSchema.parse(batch)))];
  };
  const accept = async (...drafts: readonly Draft[]): Promise<readonly BatchId[]> => {
    const before = await batches();
    await world.accept(drafts);
    return (await batches()).filter((id) => !before.includes(id));
  };
  const evaluate = async (batchIds: readonly BatchId[]): Promise<void> => {
    const control = { signal: new AbortController().signal, isLastAttempt: true };
    await host.handlers['segments.evaluate']?.({ workspaceId: world.workspaceId, batchIds }, control);
  };
  const members = async (): Promise<readonly string[]> => {
    const rows = await world.query(sql<{ line: string }>`
      select s.key || ' ' || p.canonical_id as line from membership m join segment s on s.id = m.segment_id
      join profile p on p.id = m.profile_id where m.member order by 1`);
    return rows.map(({ line }) => line);
  };
  /** What no rule says stands until the rule is asked again. */
  const misplace = () =>
    world.query(sql`insert into membership (workspace_id, segment_id, profile_id, member, change_version, segment_version, cause)
      select s.workspace_id, s.id, p.id, true, 1, 1, 'edit' from segment s cross join profile p`);

  it('are asked of whom an event changed such a trait, and of nobody else', async () => {
    await evaluate(await accept(did('ada', 'Order Completed'), did('bob', 'Signed In')));
    await world.anHourLater();
    await evaluate(await accept(did('ada', 'Order Completed'), did('bob', 'Article Read')));
    expect(await members()).toEqual(['regulars ada']);
    await world.query(sql`delete from membership`);
    await misplace();
    // No trait looks at these, and one at those.
    await evaluate(await accept(did('ada', 'Signed In'), did('bob', 'Signed In')));
    expect(await members()).toEqual(['readers ada', 'readers bob', 'regulars ada', 'regulars bob']);
    await evaluate(await accept(did('bob', 'Article Read')));
    expect(await members()).toEqual(['readers ada', 'readers bob', 'regulars ada', 'regulars bob']);
    await evaluate(await accept(did('ada', 'Article Read')));
    expect(await members()).toEqual(['readers bob', 'regulars ada', 'regulars bob']);
    await evaluate(await accept(did('bob', 'Order Completed')));
    expect(await members()).toEqual(['readers bob', 'regulars ada']);
  });

  it('are asked when the batch comes again of which the trait was computed, whatever became of it then', async () => {
    await evaluate(await accept(did('ada', 'Order Completed')));
    await world.anHourLater();
    const batchIds = await accept(did('ada', 'Order Completed'));
    const ports = { features: featureStore(db.database), statistics: featureStatisticsStore(db.database) };
    const live = new LiveTraits({ ...ports, live: liveTraitStore(db.database), clock: systemClock, texts: textReader });
    expect(await live.touch({ workspaceId: world.workspaceId, batchIds })).toEqual({
      changed: 1,
      keys: ['orders_made'],
    });
    expect(await members()).toEqual([]);
    await evaluate(batchIds);
    expect(await members()).toEqual(['regulars ada']);
  });
});
