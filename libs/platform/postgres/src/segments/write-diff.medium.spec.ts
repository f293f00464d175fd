import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  profileIdSchema,
  segmentIdSchema,
  type Fence,
  type ProfileId,
  type SegmentRule,
  type SegmentStore,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { createRun } from '../runs/create-run';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { segmentStore } from './segment-store.adapter';

const PEOPLE = 12;
const AT = Date.UTC(2026, 0, 1);

interface Filling {
  readonly fence: Fence;
  readonly rule: SegmentRule;
}

describe('steps of a fill', () => {
  let db: TestDatabase;
  let store: SegmentStore;
  let workspaceId: WorkspaceId;
  /** In the order of ids. */
  let ids: readonly ProfileId[];

  const query = async <T>(statement: ReturnType<typeof sql<T>>): Promise<readonly T[]> =>
    (await db.database.inWorkspace(workspaceId, (tx) => statement.execute(tx))).rows;

  /** Another fill of a segment that serves nobody yet, or of a new one. */
  async function filling(of: { rule?: SegmentRule; kind?: string; version?: number } = {}): Promise<Filling> {
    const segmentId = of.rule?.segmentId ?? segmentIdSchema.parse(randomUUID());
    const version = of.version ?? 1;
    if (of.rule === undefined)
      await query(sql`insert into segment (workspace_id, id, key, name, kind, status)
        values (${workspaceId}, ${segmentId}, ${segmentId}, 'S', ${of.kind ?? 'rule'}, 'backfilling')`);
    await query(sql`insert into segment_version (workspace_id, segment_id, version, rule, rule_hash)
      values (${workspaceId}, ${segmentId}, ${version}, '{}', decode('ab', 'hex'))`);
    const { runId } = await db.database.inWorkspace(workspaceId, (tx) =>
      createRun(tx, { workspaceId, job: 'segments.backfill', params: { segmentId, version } }),
    );
    await query(sql`update run set status = 'running', fence = 1 where id = ${runId}`);
    return {
      fence: { workspaceId, runId, fence: 1 },
      rule: { segmentId, key: segmentId, version, rule: {}, ruleHash: 'ab' },
    };
  }
  const step = (of: Filling, entering: readonly ProfileId[], leaving: readonly ProfileId[] = [], flip = false) =>
    store.applyDiff({ ...of, entering, leaving, evaluatedAt: AT, flip, cause: 'edit' });
  const standing = ({ rule }: Filling) =>
    query(sql`select profile_id as id, member, change_version::int as change, segment_version as version, cause,
        extract(epoch from entered_at)::float8 * 1000 as entered, extract(epoch from exited_at)::float8 * 1000 as exited,
        proof, proof_hash
      from membership where segment_id = ${rule.segmentId} order by 1`);
  const logged = ({ rule }: Filling) =>
    query(sql`select profile_id as id, kind, change_version::int as change, segment_version as version, cause, segment_key as key,
        encode(rule_hash, 'hex') as hash, extract(epoch from evaluated_at)::float8 * 1000 as evaluated, proof_hash, event_id
      from membership_change where segment_id = ${rule.segmentId} order by xid, seq`);
  const sizeOf = async ({ rule }: Filling): Promise<number> => {
    const [row] = await query(sql<{ size: string }>`select size from segment where id = ${rule.segmentId}`);
    return Number(row?.size);
  };
  const inside = (id: ProfileId | undefined, change = 1, version = 1) => ({
    ...{ id, member: true, change, version, cause: 'edit', entered: AT, exited: null, proof: null, proof_hash: null },
  });
  const entry = (of: Filling, id: ProfileId | undefined, change = 1) => ({
    ...{ id, kind: 'entered', change, version: of.rule.version, cause: 'edit', key: of.rule.key, hash: 'ab' },
    ...{ evaluated: AT, proof_hash: null, event_id: null },
  });

  beforeAll(async () => {
    db = await startTestDatabase();
    store = segmentStore(db.database);
  });
  beforeEach(async () => {
    workspaceId = await db.addWorkspace();
    ids = Array.from({ length: PEOPLE }, () => profileIdSchema.parse(randomUUID())).sort();
    await query(sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
      select ${workspaceId}, id, id::text, now(), now() from unnest(${ids}::uuid[]) as x (id)`);
  });
  afterAll(() => db.stop());

  it.each([false, true])('write entries alike, with the pointer (%s) and before it', async (flip) => {
    const of = await filling();
    const outcome = await step(of, ids, [], flip);
    expect(outcome).toEqual({ entered: PEOPLE, exited: 0, batchId: expect.any(String) });
    expect(await standing(of)).toEqual(ids.map((id) => inside(id)));
    expect(await logged(of)).toEqual(ids.map((id) => entry(of, id)));
    expect(await sizeOf(of)).toBe(PEOPLE);
    const batches = await query(sql`select row_count as n from batch where id = ${outcome.batchId}`);
    expect(batches).toEqual([{ n: PEOPLE }]);
  });

  it('let nobody in who is gone, and nobody into a segment that was archived', async () => {
    const of = await filling();
    await query(sql`update profile set suppressed_at = now() where id = ${ids[1]}`);
    await query(sql`update profile set merged_into = ${ids[0]} where id = ${ids[2]}`);
    expect(await step(of, ids.slice(0, 4))).toMatchObject({ entered: 2 });
    expect(await standing(of)).toEqual([inside(ids[0]), inside(ids[3])]);
    await query(sql`update segment set status = 'archived' where id = ${of.rule.segmentId}`);
    expect(await step(of, ids.slice(4))).toEqual({ entered: 0, exited: 0, batchId: null });
    expect([await sizeOf(of), (await logged(of)).length]).toEqual([2, 2]);
  });

  it.each([
    { who: 'the first, who is in', place: 4, isOut: false },
    { who: 'the last, who is in', place: 7, isOut: false },
    { who: 'one between them, who was in', place: 5, isOut: true },
  ])('pass over whoever stands already: $who', async ({ place, isOut }) => {
    const of = await filling();
    const before = ids.slice(place, place + 1);
    await step(of, before);
    if (isOut) await step(of, [], before);
    // In no order: the first and the last of them are found by their ids.
    const entering = [ids[5], ids[7], ids[4], ids[6]].flatMap((id) => id ?? []);
    expect(await step(of, entering)).toMatchObject({ entered: isOut ? 4 : 3, exited: 0 });
    const change = (at: number): number => (isOut && at === place ? 3 : 1);
    expect(await standing(of)).toEqual([4, 5, 6, 7].map((at) => inside(ids[at], change(at))));
    expect(await sizeOf(of)).toBe(4);
  });

  it('go on behind those before them, and in gaps that were left, as first ones', async () => {
    const of = await filling();
    await step(
      of,
      [ids[0], ids[1], ids[10]].flatMap((id) => id ?? []),
    );
    expect(await step(of, ids.slice(2, 10))).toMatchObject({ entered: 8 });
    expect(await step(of, ids)).toMatchObject({ entered: 1 });
    expect(await standing(of)).toEqual(ids.map((id) => inside(id)));
  });

  it('wait for those of another version of the segment that are under way, and pass over whom these let in', async () => {
    const first = await filling();
    const second = await filling({ rule: first.rule, version: 2 });
    let goOn = (): void => undefined;
    const told = new Promise<void>((done) => (goOn = done));
    let isHeld = (): void => undefined;
    const held = new Promise<void>((done) => (isHeld = done));
    // Somebody holds the row that the first step ends with: what it wrote is there, and not committed.
    const holding = db.database.inWorkspace(workspaceId, async (tx) => {
      await sql`select 1 from segment where id = ${first.rule.segmentId} for update`.execute(tx);
      isHeld();
      await told;
    });
    await held;
    const waiting = async (n: number): Promise<void> => {
      for (;;) {
        const [row] = await query(
          sql<{ n: number }>`select count(distinct pid)::int as n
            from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`,
        );
        if (row?.n === n) return;
      }
    };
    const one = step(first, ids.slice(0, 8));
    await waiting(1);
    const other = step(second, ids.slice(4));
    await waiting(2);
    goOn();
    await holding;
    expect(await Promise.all([one, other])).toMatchObject([{ entered: 8 }, { entered: 4 }]);
    expect(await standing(first)).toEqual(ids.map((id, i) => inside(id, 1, i < 8 ? 1 : 2)));
    expect(await sizeOf(first)).toBe(PEOPLE);
  });

  it.each(['a list', 'a segment that serves by now'])('are written into %s beside others', async (what) => {
    const of = await filling({ kind: what === 'a list' ? 'list' : 'rule' });
    if (what !== 'a list') await step(of, [], [], true);
    // Another transaction lets somebody in and has not ended: the step waits for it instead of failing.
    let wrote = (): void => undefined;
    const written = new Promise<void>((done) => (wrote = done));
    let goOn = (): void => undefined;
    const told = new Promise<void>((done) => (goOn = done));
    const writing = db.database.inWorkspace(workspaceId, async (tx) => {
      await sql`insert into membership (workspace_id, segment_id, profile_id, member, change_version, segment_version, cause)
        values (${workspaceId}, ${of.rule.segmentId}, ${ids[3]}, true, 1, 1, 'event')`.execute(tx);
      wrote();
      await told;
    });
    await written;
    const stepped = step(of, ids);
    const [first] = await Promise.all([
      stepped,
      (async () => {
        for (;;) {
          const [row] = await query(sql<{ n: number }>`select count(*)::int as n
            from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`);
          if (row?.n === 1) return goOn();
        }
      })(),
      writing,
    ]);
    expect(first).toMatchObject({ entered: PEOPLE - 1 });
  });
});
