import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { manualClock } from '@kohort/kernel-clock-random';
import {
  runParams,
  segmentIdSchema,
  type Run,
  type RunContext,
  type RunId,
  type SegmentId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { openColumnLoader, type OpenColumnLoader } from '@kohort/platform-columns';
import {
  createRun,
  getRun,
  runsHandler,
  segmentStore,
  startTestDatabase,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';
import { backfillSegments, RuleSets, type BackfillDeps } from '../src';

export const PEOPLE = 1_200;

/** A workspace on real engines whose versions are filled, as seen from a spec; registers its own hooks. */
export function useBackfillWorld() {
  let db: TestDatabase;
  let test: TestColumns;
  let loader: OpenColumnLoader;
  let deps: BackfillDeps;
  let workspaceId: WorkspaceId;
  let started: readonly RunContext[] = [];
  beforeAll(async () => {
    [db, test] = await Promise.all([startTestDatabase(), startTestColumns()]);
    loader = openColumnLoader({ database: db.database, columns: test.columns });
    deps = { store: segmentStore(db.database), ruleSets: new RuleSets(), columns: test.columns.store, loader };
  });
  afterAll(async () => {
    await loader.close();
    await test.stop();
    await db.stop();
  });
  beforeEach(async () => {
    workspaceId = await db.addWorkspace();
    await fill();
  });

  async function query<T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> {
    return db.database.inWorkspace(workspaceId, async (tx) => (await statement.execute(tx)).rows);
  }
  /** Person i has i % 4 orders, one every ten days back from now, of i % 20 each. */
  async function fill(): Promise<void> {
    const [source, batch] = [randomUUID(), randomUUID()];
    await query(
      sql`insert into source (workspace_id, id, key, name, kind) values (${workspaceId}, ${source}, 's', 'S', 'http')`,
    );
    await query(sql`insert into batch (workspace_id, id, kind) values (${workspaceId}, ${batch}, 'events')`);
    await query(sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
      select ${workspaceId}, gen_random_uuid(), 'u' || i, now(), now() from generate_series(0, ${PEOPLE - 1}) i`);
    await query(sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, ts, properties)
      select ${workspaceId}, gen_random_uuid(), now(), ${batch}, ${source}, 'm' || i || '-' || k, 'track',
        case when k = 0 then 'Page Viewed' else 'Order Completed' end, 'u' || i, now() - k * interval '10 days 1 hour',
        jsonb_build_object('total', i % 20)
      from generate_series(0, ${PEOPLE - 1}) i, lateral generate_series(0, i % 4) k`);
    await query(sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
      select e.workspace_id, e.id, p.id, e.batch_id, e.received_at, e.ts, 1 from event e
      join profile p on p.workspace_id = e.workspace_id and p.canonical_id = e.user_id`);
  }
  async function addSegment(key: string, json: object, kind = 'rule'): Promise<SegmentId> {
    const id = segmentIdSchema.parse(randomUUID());
    await query(
      sql`insert into segment (workspace_id, id, key, name, kind, status) values (${workspaceId}, ${id}, ${key}, ${key}, ${kind}, 'backfilling')`,
    );
    await addVersion(id, 1, json);
    return id;
  }
  async function addVersion(id: SegmentId, version: number, json: object): Promise<void> {
    const hash = createHash('sha256').update(JSON.stringify(json)).digest();
    await query(sql`insert into segment_version (workspace_id, segment_id, version, rule, rule_hash)
      values (${workspaceId}, ${id}, ${version}, ${JSON.stringify(json)}::jsonb, ${hash})`);
  }
  const ask = (
    segmentId: SegmentId,
    version: number,
    more: { released?: boolean; emptied?: boolean } = {},
  ): Promise<RunId> =>
    db.database.inWorkspace(workspaceId, async (tx) => {
      const params = { segmentId, version, ...more };
      return (await createRun(tx, { workspaceId, job: 'segments.backfill', params })).runId;
    });
  const segment = async (
    key: string,
  ): Promise<{ live_version: number | null; status: string; size: string; n: string }> => {
    const [row] = await query(sql<{ live_version: number | null; status: string; size: string; n: string }>`
      select live_version, status, size, (select count(*) from membership m where m.segment_id = s.id and member) as n
      from segment s where key = ${key}`);
    if (!row) throw new TypeError('no segment');
    return row;
  };
  const numbers = (from: (i: number) => boolean): string[] =>
    Array.from({ length: PEOPLE }, (_, i) => i)
      .filter(from)
      .map((i) => `u${i}`)
      .sort();
  const members = async (key: string): Promise<string[]> =>
    (
      await query(sql<{
        who: string;
      }>`select p.canonical_id as who from membership m join profile p on p.id = m.profile_id
      join segment s on s.id = m.segment_id where m.member and s.key = ${key}`)
    )
      .map(({ who }) => who)
      .sort();
  /** As a worker does with what waits together. */
  async function carryOut(runIds: readonly RunId[], using: BackfillDeps = deps, isLastAttempt = true): Promise<void> {
    const handle = runsHandler({
      database: db.database,
      clock: manualClock(0),
      params: runParams['segments.backfill'],
      flow: (runs) => {
        started = runs.map(({ context }) => context);
        return backfillSegments(using, runs);
      },
    });
    await handle({ workspaceId, runIds }, { signal: new AbortController().signal, isLastAttempt });
  }
  const found = (runIds: readonly RunId[]): Promise<readonly Run[]> =>
    db.database.inWorkspace(workspaceId, async (tx) => {
      const rows = await Promise.all(runIds.map((runId) => getRun(tx, { workspaceId, runId })));
      return rows.flatMap((one) => one ?? []);
    });
  async function runAll(runIds: readonly RunId[], using?: BackfillDeps): Promise<readonly Run[]> {
    await carryOut(runIds, using);
    return found(runIds);
  }
  /** One alone, which may not be allowed to write how it ended. */
  async function run(runId: RunId, using?: BackfillDeps, isLastAttempt?: boolean): Promise<Run> {
    await carryOut([runId], using, isLastAttempt).catch(() => undefined);
    const [one] = await found([runId]);
    if (!one) throw new TypeError('no run');
    return one;
  }
  return {
    query,
    addSegment,
    addVersion,
    ask,
    run,
    runAll,
    segment,
    numbers,
    members,
    get db(): TestDatabase {
      return db;
    },
    /** Of the runs that were started together last. */
    get started(): readonly RunContext[] {
      return started;
    },
    get deps(): BackfillDeps {
      return deps;
    },
    get workspaceId(): WorkspaceId {
      return workspaceId;
    },
  };
}
