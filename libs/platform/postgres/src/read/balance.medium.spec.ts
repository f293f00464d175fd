import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Client } from 'pg';
import { seededRandom, systemClock } from '@kohort/kernel-clock-random';
import { sourceIdSchema, type SourceId, type WorkspaceId } from '@kohort/kernel-contracts';
import { sealHours } from '../ingest/seal-hours';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { readAdapter } from './read.adapter';

const HOUR = 3_600_000;
const random = seededRandom(20261122);
const pick = <T>(list: readonly T[]): T => list[random.int(list.length)] as T;

describe('the books held against the events', () => {
  let db: TestDatabase;
  let workspaceId: WorkspaceId;
  let sources: SourceId[];
  let batchId: string;
  let profileId: string;
  const now = Date.now();
  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());
  beforeEach(async () => {
    workspaceId = await db.addWorkspace();
    sources = [1, 2].map(() => sourceIdSchema.parse(randomUUID()));
    batchId = randomUUID();
    profileId = randomUUID();
    await db.database.inWorkspace(workspaceId, async (tx) => {
      const ours = { workspace_id: workspaceId };
      for (const id of sources) {
        await tx
          .insertInto('source')
          .values({ ...ours, id, key: id, name: 's', kind: 'http' })
          .execute();
      }
      await tx
        .insertInto('batch')
        .values({ ...ours, id: batchId, kind: 'events' })
        .execute();
      const seen = { first_seen_at: new Date(now), last_seen_at: new Date(now) };
      await tx
        .insertInto('profile')
        .values({ ...ours, id: profileId, canonical_id: profileId, ...seen })
        .execute();
    });
  });

  /** Events at random instants of the last `days`, some of them of several rows. */
  const add = async (count: number, days: number, minAgeMs = 0): Promise<string[]> => {
    const rows = Array.from({ length: count }, () => ({
      id: randomUUID(),
      at: now - minAgeMs - Math.floor(random.next() * days * 24 * HOUR),
      source: pick(sources),
      weight: 1 + random.int(3),
    }));
    await db.database.inWorkspace(workspaceId, (tx) =>
      sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, ts, row_weight)
        select ${workspaceId}::uuid, m.id, 'epoch'::timestamptz + m.at * interval '1 millisecond', ${batchId}::uuid, m.source,
          m.id::text, 'track', now(), m.weight
        from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ at }) => at)}::float8[],
          ${rows.map(({ source }) => source)}::uuid[], ${rows.map(({ weight }) => weight)}::int[]) as m (id, at, source, weight)`.execute(
        tx,
      ),
    );
    return rows.map(({ id }) => id);
  };
  const assign = (share: number) =>
    db.database.inWorkspace(workspaceId, (tx) =>
      sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
        select e.workspace_id, e.id, ${profileId}::uuid, e.batch_id, e.received_at, e.ts, 1 from event e
        where e.workspace_id = ${workspaceId}::uuid and get_byte(uuid_send(e.id), 0) < ${Math.floor(share * 256)} and not exists (
          select 1 from event_assignment a where a.workspace_id = e.workspace_id and a.event_id = e.id)`.execute(tx),
    );
  const remove = (byte: number) =>
    db.database.inWorkspace(workspaceId, (tx) =>
      sql`delete from event where workspace_id = ${workspaceId}::uuid and get_byte(uuid_send(id), 1) = ${byte}`.execute(
        tx,
      ),
    );
  const seal = async () => {
    await db.database.inWorkspace(workspaceId, (tx) =>
      sql`update event_open_hour set checked_at = '-infinity'`.execute(tx),
    );
    while (await sealHours(db.database, workspaceId));
  };
  interface Range {
    readonly fromMs?: number;
    readonly toMs?: number;
    readonly sourceId?: SourceId;
  }
  const counted = async (of: Range) => {
    const reader = readAdapter({ database: db.database, clock: systemClock });
    const { processed, pending } = await reader
      .forWorkspace(workspaceId, systemClock.now() + 20_000)
      .tracking.balance(of);
    return { processed, pending };
  };
  const naive = async ({ fromMs, toMs, sourceId }: Range) => {
    const minute = (ms: number): number => Math.floor(ms / 60_000) * 60_000;
    const found = await db.database.inWorkspace(workspaceId, (tx) =>
      sql<{ at: number; source_id: string; weight: number; assigned: boolean }>`
        select (extract(epoch from received_at) * 1000)::float8 as at, source_id, row_weight as weight,
          id in (select event_id from event_assignment where workspace_id = ${workspaceId}::uuid) as assigned
        from event where workspace_id = ${workspaceId}::uuid`.execute(tx),
    );
    const sum = { processed: 0, pending: 0 };
    for (const row of found.rows) {
      if (fromMs !== undefined && row.at < minute(fromMs)) continue;
      if (toMs !== undefined && row.at >= minute(toMs)) continue;
      if (sourceId !== undefined && row.source_id !== sourceId) continue;
      sum[row.assigned ? 'processed' : 'pending'] += row.weight;
    }
    return sum;
  };
  const anyTime = (): number => now - Math.floor(random.next() * 12 * 24 * HOUR);
  const anyRange = (): Range => {
    const [a, b] = [anyTime(), anyTime()].sort((x, y) => x - y) as [number, number];
    const whole = (ms: number): number => (random.next() < 0.3 ? Math.floor(ms / HOUR) * HOUR : ms);
    return {
      ...(random.next() < 0.7 ? { fromMs: whole(a) } : {}),
      ...(random.next() < 0.7 ? { toMs: whole(random.next() < 0.2 ? a + 600_000 : b) } : {}),
      ...(random.next() < 0.3 ? { sourceId: pick(sources) } : {}),
    };
  };

  it.each([1, 2])('gives the figures of a naive count whatever came, went or was counted: world %s', async () => {
    await add(400, 10);
    const steps = [
      () => seal(),
      () => add(30, 10),
      () => assign(random.next()),
      () => assign(1),
      () => remove(random.int(256)),
      () => add(10, 0.1),
    ];
    for (let step = 0; step < 12; step += 1) {
      await pick(steps)();
      for (const range of [{}, anyRange(), anyRange(), anyRange()]) {
        expect({ range, ...(await counted(range)) }).toEqual({ range, ...(await naive(range)) });
      }
    }
  });

  it('does not read what is counted', async () => {
    await add(500, 9, 4 * HOUR);
    await assign(1);
    await seal();
    const before = await counted({});
    expect(before.processed).toBeGreaterThan(500);
    // Behind the back of all triggers, as nobody can but the owner of the machine.
    const client = new Client({ connectionString: db.url });
    await client.connect();
    await client.query("set session_replication_role = 'replica'");
    await client.query('delete from kohort.event');
    await client.end();
    expect(await counted({})).toEqual(before);
    expect(await counted({ sourceId: sources[0] })).not.toEqual(before);
  });

  it('waits for no one who writes in time, and lets what is late open its hour while it counts', async () => {
    await add(300, 9, 4 * HOUR);
    await assign(1);
    await Promise.all([seal(), ...Array.from({ length: 6 }, () => add(5, 8, 4 * HOUR))]);
    expect(await counted({})).toEqual(await naive({}));
    await assign(1);
    await seal();
    expect(await counted({})).toEqual(await naive({}));
    const open = await db.database.inWorkspace(workspaceId, (tx) =>
      tx.selectFrom('event_open_hour').selectAll().execute(),
    );
    expect(open).toEqual([]);
  });
});
