import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { manualClock } from '@kohort/kernel-clock-random';
import {
  runParams,
  segmentIdSchema,
  type ProfileId,
  type Run,
  type RunId,
  type SegmentId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { AppError } from '@kohort/kernel-errors';
import { openColumnLoader, type OpenColumnLoader } from '@kohort/platform-columns';
import {
  cancelRun,
  createRun,
  getRun,
  runHandler,
  segmentStore,
  startTestDatabase,
  type TestDatabase,
} from '@kohort/platform-postgres';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';
import { backfillSegment, explainMembership, RuleSets, type BackfillDeps } from './index';

jest.setTimeout(240_000);
const PEOPLE = 1_200;
const rule = (where: unknown): object => ({ version: 1, entity: 'profile', where });
const buyers = rule({
  event: { name: 'Order Completed', count: { op: 'gte', n: 2 }, window: { last: { n: 30, unit: 'day' } } },
});
const rich = rule({
  aggregate: { event: { name: 'Order Completed' }, fn: 'sum', property: 'total', op: 'gte', value: 30 },
});
const others = rule({ none: [{ segment: { key: 'buyers' } }] });

describe('back-filling a version', () => {
  let db: TestDatabase;
  let test: TestColumns;
  let loader: OpenColumnLoader;
  let deps: BackfillDeps;
  let workspaceId: WorkspaceId;
  let signal: AbortSignal;
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
  async function addSegment(key: string, json: object): Promise<SegmentId> {
    const id = segmentIdSchema.parse(randomUUID());
    await query(
      sql`insert into segment (workspace_id, id, key, name, kind, status) values (${workspaceId}, ${id}, ${key}, ${key}, 'rule', 'backfilling')`,
    );
    await addVersion(id, 1, json);
    return id;
  }
  async function addVersion(id: SegmentId, version: number, json: object): Promise<void> {
    const hash = createHash('sha256').update(JSON.stringify(json)).digest();
    await query(sql`insert into segment_version (workspace_id, segment_id, version, rule, rule_hash)
      values (${workspaceId}, ${id}, ${version}, ${JSON.stringify(json)}::jsonb, ${hash})`);
  }
  const ask = (segmentId: SegmentId, version: number, more: { released?: boolean } = {}): Promise<RunId> =>
    db.database.inWorkspace(workspaceId, async (tx) => {
      const params = { segmentId, version, ...more };
      return (await createRun(tx, { workspaceId, job: 'segments.backfill', params })).runId;
    });
  async function run(runId: RunId, using: BackfillDeps = deps): Promise<Run> {
    const handle = runHandler({
      database: db.database,
      clock: manualClock(0),
      params: runParams['segments.backfill'],
      flow: (context, params) => {
        signal = context.signal;
        return backfillSegment(using, context, params);
      },
    });
    await handle({ workspaceId, runId }, { signal: new AbortController().signal, isLastAttempt: true }).catch(
      () => undefined,
    );
    const found = await db.database.inWorkspace(workspaceId, (tx) => getRun(tx, { workspaceId, runId }));
    if (!found) throw new TypeError('no run');
    return found;
  }
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

  it('fills a first version, makes it serve, sets the timers, and adds nothing when run again', async () => {
    const id = await addSegment('buyers', buyers);
    const done = await run(await ask(id, 1));
    expect(done).toMatchObject({
      status: 'succeeded',
      result: { members: PEOPLE / 2, entered: PEOPLE / 2, exited: 0, corrected: 0 },
    });
    expect(await members('buyers')).toEqual(numbers((i) => i % 4 >= 2));
    expect(await segment('buyers')).toEqual({
      live_version: 1,
      status: 'live',
      size: String(PEOPLE / 2),
      n: String(PEOPLE / 2),
    });
    const timers = await query(sql`select count(*)::int as n, min(due_at) > now() as ahead from segment_timer`);
    expect(timers).toEqual([{ n: PEOPLE / 2, ahead: true }]);
    const proofs = await query(sql`select count(*)::int as n, min((proof -> 'nodes' -> 0 ->> 'count')::int) as least,
      count(proof_hash)::int as hashes from membership where proof is not null`);
    expect(proofs).toEqual([{ n: PEOPLE / 2, least: 2, hashes: PEOPLE / 2 }]);
    expect(await run(await ask(id, 1))).toMatchObject({ result: { entered: 0, exited: 0, corrected: 0 } });
    const [log] = await query(
      sql`select count(*)::int as n, count(distinct batch_id)::int as batches, min(cause) as cause from membership_change`,
    );
    expect(log).toEqual({ n: PEOPLE / 2, batches: 1, cause: 'edit' });
    const [someone] = await query(sql<{ id: ProfileId }>`select id from profile where canonical_id = 'u2'`);
    const why = await explainMembership(deps, {
      workspaceId,
      profileId: someone?.id as ProfileId,
      segmentKey: 'buyers',
    });
    expect(why).toMatchObject({ member: true, proof: { nodes: [{ count: 2 }] } });
  });

  it('changes to another version all at once, and brings those that refer to it along', async () => {
    const id = await addSegment('buyers', buyers);
    await run(await ask(id, 1));
    await run(await ask(await addSegment('others', others), 1));
    expect(await members('others')).toEqual(numbers((i) => i % 4 < 2));
    await addVersion(id, 2, rule({ event: { name: 'Order Completed', count: { op: 'lte', n: 2 } } }));
    // Readers that look while it happens see one version or the other, whole.
    const seen = new Set<string>();
    let isDone = false;
    const reader = (async () => {
      while (!isDone) {
        const [row] = await query(sql<{
          v: string;
        }>`select live_version || ':' || (select count(*) from membership m where m.segment_id = s.id and member)
          || ':' || (select count(distinct segment_version) from membership m where m.segment_id = s.id and member) as v from segment s where key = 'buyers'`);
        seen.add(row?.v ?? '');
      }
    })();
    const done = await run(await ask(id, 2, { released: true }));
    isDone = true;
    await reader;
    expect(done).toMatchObject({
      status: 'succeeded',
      result: { entered: PEOPLE / 2, exited: PEOPLE / 4, corrected: PEOPLE * 0.75 },
    });
    expect([...seen].every((one) => [`1:${PEOPLE / 2}:1`, `2:${PEOPLE * 0.75}:1`].includes(one))).toBe(true);
    expect(await members('buyers')).toEqual(numbers((i) => i % 4 <= 2));
    expect(await members('others')).toEqual(numbers((i) => i % 4 === 3));
    const versions = await query(sql`select max(change_version)::int as max from membership_change`);
    expect(versions).toEqual([{ max: 2 }]);
  });

  it('holds an edit that takes more than 30 % out, or empties the segment, until somebody releases it', async () => {
    const id = await addSegment('buyers', buyers);
    await run(await ask(id, 1));
    const atLeast = (n: number) => rule({ event: { name: 'Order Completed', count: { op: 'gte', n } } });
    await addVersion(id, 2, atLeast(3));
    await addVersion(id, 3, atLeast(9));
    for (const version of [2, 3]) {
      const held = await run(await ask(id, version));
      expect(held).toMatchObject({ status: 'failed', error: { code: 'SEGMENTS_GUARD_HELD' } });
      expect(await segment('buyers')).toMatchObject({ live_version: 1, n: String(PEOPLE / 2) });
    }
    expect(await query(sql`select count(*)::int as n from membership_change where kind = 'exited'`)).toEqual([
      { n: 0 },
    ]);
    const released = await run(await ask(id, 2, { released: true }));
    expect(released).toMatchObject({ status: 'succeeded', result: { exited: PEOPLE / 4 } });
    expect(await members('buyers')).toEqual(numbers((i) => i % 4 === 3));
    await addVersion(id, 4, rule({ event: { name: 'Order Completed', count: { op: 'gte', n: 2 } } }));
    expect(await run(await ask(id, 4))).toMatchObject({ status: 'succeeded', result: { entered: PEOPLE / 4 } });
  });

  it('asks the column store for sums and sequences, and evaluates person by person what is too much for it', async () => {
    let walked = 0;
    const counted = { ...deps.store };
    counted.read = (...args) => {
      walked += 1;
      return deps.store.read(...args);
    };
    const sums = await addSegment('rich', rich);
    expect(await run(await ask(sums, 1), { ...deps, store: counted })).toMatchObject({
      status: 'succeeded',
      result: { exited: 0, corrected: 0 },
    });
    expect(await members('rich')).toEqual(numbers((i) => (i % 4) * (i % 20) >= 30));
    expect(walked).toBe(1);
    const steps = [{ event: { name: 'Order Completed' } }, { event: { name: 'Order Completed' } }];
    const twice = await addSegment('twice', rule({ sequence: { steps } }));
    expect(await run(await ask(twice, 1), { ...deps, store: counted })).toMatchObject({ status: 'succeeded' });
    expect(await members('twice')).toEqual(numbers((i) => i % 4 >= 2));
    expect(walked).toBe(2);
    const tooHeavy = new AppError({ code: 'COLUMNS_TOO_HEAVY', kind: 'unsuitable-data', message: 'memory' });
    const columns = { ...deps.columns, members: () => Promise.reject(tooHeavy) };
    const again = await addSegment('again', rule({ sequence: { steps } }));
    expect(await run(await ask(again, 1), { ...deps, columns, store: counted })).toMatchObject({ status: 'succeeded' });
    expect(await members('again')).toEqual(numbers((i) => i % 4 >= 2));
    expect(walked).toBeGreaterThan(3);
  });

  it('fills a rule of SQL by the column store alone, and names a predicate that it cannot run', async () => {
    const id = await addSegment('by-sql', rule({ sql: { predicate: "countIf(name = 'Order Completed') >= 2" } }));
    expect(await run(await ask(id, 1))).toMatchObject({ status: 'succeeded', result: { corrected: 0 } });
    expect(await members('by-sql')).toEqual(numbers((i) => i % 4 >= 2));
    const wrong = await addSegment('wrong', rule({ sql: { predicate: 'countIf(name > ts) > 1' } }));
    expect(await run(await ask(wrong, 1))).toMatchObject({
      status: 'failed',
      error: { code: 'SEGMENTS_PREDICATE_REFUSED' },
    });
  });

  it('fills a top by the column store, whose members stay a little longer than others enter', async () => {
    const top = (n: number) => ({
      top: { by: { aggregate: { event: { name: 'Order Completed' }, fn: 'distinctDays' } }, n },
    });
    const id = await addSegment('best', rule(top(40)));
    expect(await run(await ask(id, 1))).toMatchObject({ status: 'succeeded', result: { members: 40, entered: 40 } });
    await addVersion(id, 2, rule(top(39)));
    // 39 × 1.05 is 40.95: the fortieth stays.
    expect(await run(await ask(id, 2))).toMatchObject({ status: 'succeeded', result: { members: 40, exited: 0 } });
    await addVersion(id, 3, rule({ top: { ...top(39).top, exact: true } }));
    expect(await run(await ask(id, 3))).toMatchObject({ status: 'succeeded', result: { members: 39, exited: 1 } });
  });

  it('goes on after a crash, before the pointer and behind it, with the same end', async () => {
    const id = await addSegment('buyers', buyers);
    const runId = await ask(id, 1);
    const crash = new AppError({ code: 'TEST_CRASH', kind: 'transient', message: 'crash' });
    const [beforeFlip, inWalk] = [{ ...deps.store }, { ...deps.store }];
    beforeFlip.applyDiff = (diff) => (diff.flip ? Promise.reject(crash) : deps.store.applyDiff(diff));
    let walked = 0;
    inWalk.evaluate = (request, evaluator) =>
      (walked += 1) > 1 ? Promise.reject(crash) : deps.store.evaluate(request, evaluator);
    const revive = (): Promise<unknown> =>
      query(sql`update run set status = 'queued', error = null where id = ${runId}`);
    expect(await run(runId, { ...deps, store: beforeFlip })).toMatchObject({ status: 'failed' });
    expect(await segment('buyers')).toMatchObject({ live_version: null, n: String(PEOPLE / 2) });
    await revive();
    expect(await run(runId, { ...deps, store: inWalk })).toMatchObject({
      status: 'failed',
      checkpoint: { phase: 'settling', entered: 0 },
    });
    expect(await segment('buyers')).toMatchObject({ live_version: 1, status: 'live' });
    await revive();
    expect(await run(runId)).toMatchObject({ status: 'succeeded', result: { corrected: 0 } });
    expect(await members('buyers')).toEqual(numbers((i) => i % 4 >= 2));
    const [timers] = await query(
      sql<{
        n: number;
        log: number;
      }>`select (select count(*)::int from segment_timer) as n, count(*)::int as log from membership_change`,
    );
    expect(timers).toEqual({ n: PEOPLE / 2, log: PEOPLE / 2 });
  });

  it('stops when a person cancels, and an overtaken worker can write nothing', async () => {
    const id = await addSegment('buyers', buyers);
    const runId = await ask(id, 1);
    const cancelling = { ...deps.store };
    cancelling.membersOf = async (...args) => {
      await db.database.inWorkspace(workspaceId, (tx) => cancelRun(tx, { workspaceId, runId }));
      await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
      return deps.store.membersOf(...args);
    };
    expect(await run(runId, { ...deps, store: cancelling })).toMatchObject({ status: 'cancelled' });
    expect(await segment('buyers')).toMatchObject({ live_version: null, n: '0' });
    const overtaken = { ...deps.store };
    const second = await ask(id, 1);
    overtaken.membersOf = async (...args) => {
      await query(sql`update run set fence = fence + 1 where id = ${second}`);
      return deps.store.membersOf(...args);
    };
    await run(second, { ...deps, store: overtaken });
    expect(await segment('buyers')).toMatchObject({ live_version: null, n: '0' });
  });
});
