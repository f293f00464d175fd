import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  profileIdSchema,
  segmentIdSchema,
  type ProfileId,
  type SegmentStore,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { PACK_LEAD_MS } from './fill-timers';
import { segmentStore } from './segment-store.adapter';

const DAY_MS = 86_400_000;
const SOON_MS = 600_000;
const PEOPLE = 2_600;

describe('timers of a fill', () => {
  let db: TestDatabase;
  let store: SegmentStore;
  let workspaceId: WorkspaceId;
  let ids: readonly ProfileId[];
  let now: number;
  const segmentId = segmentIdSchema.parse(randomUUID());

  const query = async <T>(statement: ReturnType<typeof sql<T>>): Promise<readonly T[]> =>
    (await db.database.inWorkspace(workspaceId, (tx) => statement.execute(tx))).rows;
  const rows = () =>
    query(sql<{ id: ProfileId; due: number }>`
      select profile_id as id, round(extract(epoch from due_at) * 1000)::float8 as due from segment_timer order by 1`);
  const packs = () =>
    query(sql<{ n: number; isFirst: boolean }>`
      select cardinality(profile_ids) as n, first_due_at = due_at[1] as "isFirst" from segment_timer_pack order by place`);
  /** When each person's answer turns: every hundredth soon, the others in a month, the last first. */
  const dueOf = (i: number): number => (i % 100 === 0 ? now + SOON_MS + i : now + 30 * DAY_MS - i * 1_000);
  const set = (count: number) => {
    const profileIds = ids.slice(0, count);
    return store.setTimers({ workspaceId, segmentId, profileIds, dueAt: profileIds.map((_, i) => dueOf(i)) });
  };

  beforeAll(async () => {
    db = await startTestDatabase();
    store = segmentStore(db.database);
    workspaceId = await db.addWorkspace();
    ids = Array.from({ length: PEOPLE }, () => profileIdSchema.parse(randomUUID()));
    await query(sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
      select ${workspaceId}, id, id::text, now(), now() from unnest(${ids}::uuid[]) as x (id)`);
    const [clock] = await query(sql<{ now: number }>`select floor(extract(epoch from now()) * 1000)::float8 as now`);
    now = clock?.now ?? NaN;
  });
  afterAll(() => db.stop());

  it('stand as rows when they are few', async () => {
    await set(40);
    expect(await rows()).toHaveLength(40);
    expect(await packs()).toEqual([]);
    await query(sql`delete from segment_timer`);
  });

  it('are packed in their order unless they are soon due, and replace what was packed before', async () => {
    await set(PEOPLE);
    await set(PEOPLE);
    expect((await rows()).map(({ due }) => due).sort()).toEqual(
      Array.from({ length: PEOPLE / 100 }, (_, i) => dueOf(i * 100)).sort(),
    );
    expect(await packs()).toEqual([
      { n: 2_000, isFirst: true },
      { n: 574, isFirst: true },
    ]);
    expect(await store.nextTimerMs()).toBeLessThanOrEqual(SOON_MS);
  });

  it('become rows shortly before the first is due, of who is still there, at the earlier of two instants', async () => {
    // Of the last 2,000, whose instants are the first.
    const [later, earlier, gone] = [2_597, 2_598, 2_599].map((i) => `${ids[i]}`);
    await query(sql`update profile set merged_into = ${ids[0]} where id = ${gone}`);
    await query(sql`insert into segment_timer (workspace_id, segment_id, profile_id, due_at)
      select ${workspaceId}, ${segmentId}, id, now() + days * interval '1 day'
      from (values (${earlier}::uuid, 2), (${later}::uuid, 90)) as x (id, days)`);
    await query(sql`update segment_timer_pack set first_due_at = now() + ${PACK_LEAD_MS / 2} * interval '1 millisecond'
      where place = 0`);
    expect(await store.nextTimerMs()).toBe(0);
    expect(await store.dueTimers(10)).toEqual([]);
    expect(await packs()).toEqual([{ n: 574, isFirst: true }]);
    const set = new Map((await rows()).map(({ id, due }) => [`${id}`, due]));
    expect(set.size).toBe(26 + 1_999);
    expect(set.has(`${gone}`)).toBe(false);
    expect(set.get(`${earlier}`)).toBeLessThan(now + 3 * DAY_MS);
    expect(set.get(`${later}`)).toBe(dueOf(2_597));
    expect(await store.nextTimerMs()).toBeLessThanOrEqual(SOON_MS);
  });

  it('of another workspace are neither opened nor seen', async () => {
    const other = await db.addWorkspace();
    const seen = await db.database.inWorkspace(other, (tx) =>
      sql<{ n: number }>`select count(*)::int as n from segment_timer_pack`.execute(tx),
    );
    expect(seen.rows).toEqual([{ n: 0 }]);
  });
});
