import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { batchIdSchema, sourceIdSchema } from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import { listen, segmentStore, startTestDatabase, TIMER_CHANNEL, type TestDatabase } from '@kohort/platform-postgres';
import { evaluateTouched, RuleSets } from '@kohort/segments-flow';
import { startTimers } from './timers';

/** How many people leave by time, spread at random over how long, the first of them after `leadMs`. */
export interface ExitLoad {
  readonly people: number;
  readonly spanMs: number;
  readonly leadMs: number;
  readonly random: Random;
}

const WINDOW_MS = 3_600_000;
const BATCH = 250;
const NAME = 'Order Completed';

/**
 * Lets people leave a segment by time alone, with the timers running, and tells how late each exit was recorded, by the
 * database's clock alone.
 *
 * Units   milliseconds, ascending, one for each exit
 */
export async function exitLags(db: TestDatabase, load: ExitLoad): Promise<readonly number[]> {
  const workspaceId = await db.addWorkspace();
  const inWorkspace = <T>(statement: ReturnType<typeof sql<T>>) =>
    db.database.inWorkspace(workspaceId, async (tx) => (await statement.execute(tx)).rows);
  const [sourceId, segmentId] = [sourceIdSchema.parse(randomUUID()), randomUUID()];
  const rule = {
    version: 1,
    entity: 'profile',
    where: { event: { name: NAME, window: { last: { n: 1, unit: 'hour' } } } },
  };
  const hash = createHash('sha256').update(JSON.stringify(rule)).digest();
  await inWorkspace(sql`insert into source (workspace_id, id, key, name, kind)
    values (${workspaceId}, ${sourceId}, 's', 'S', 'http')`);
  await inWorkspace(sql`insert into segment (workspace_id, id, key, name, kind, status, live_version)
    values (${workspaceId}, ${segmentId}, 'recent', 'Recent', 'rule', 'live', 1)`);
  await inWorkspace(sql`insert into segment_version (workspace_id, segment_id, version, rule, rule_hash)
    values (${workspaceId}, ${segmentId}, 1, ${JSON.stringify(rule)}::jsonb, ${hash})`);
  const segments = { store: segmentStore(db.database), ruleSets: new RuleSets() };
  const timers = startTimers({
    segments,
    connections: { startDue: () => Promise.resolve(0) },
    refreshes: { startDue: () => Promise.resolve(0) },
    logger: silentLogger,
    onTimerSet: (wake) => listen(db.database.url, TIMER_CHANNEL, wake),
  });
  try {
    for (let from = 0; from < load.people; from += BATCH) {
      const ids = Array.from({ length: Math.min(BATCH, load.people - from) }, () => randomUUID());
      const leftMs = ids.map(() => Math.floor(load.leadMs + load.random.next() * load.spanMs));
      const batchId = batchIdSchema.parse(randomUUID());
      await inWorkspace(sql`insert into batch (workspace_id, id, kind) values (${workspaceId}, ${batchId}, 'events')`);
      await inWorkspace(sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        select ${workspaceId}, id, id::text, now(), now() from unnest(${ids}::uuid[]) as x (id)`);
      await inWorkspace(sql`with e as (
          insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, ts)
          select ${workspaceId}, id, now(), ${batchId}, ${sourceId}, id::text, 'track', ${NAME},
            date_trunc('milliseconds', now()) + (ms - ${WINDOW_MS}) * interval '1 millisecond'
          from unnest(${ids}::uuid[], ${leftMs}::int[]) as x (id, ms) returning id, received_at, ts)
        insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
        select ${workspaceId}, id, id, ${batchId}, received_at, ts, 1 from e`);
      await evaluateTouched(segments, { workspaceId, batchIds: [batchId], computedTraits: [] });
    }
    for (;;) {
      const [found] = await inWorkspace(sql<{ n: number }>`
        select count(*)::int as n, pg_sleep(0.1) from membership_change where kind = 'exited'`);
      if ((found?.n ?? 0) >= load.people) break;
    }
  } finally {
    await timers.stop();
  }
  const rows = await inWorkspace(sql<{ lag: number }>`
    select (extract(epoch from c.recorded_at - e.ts) * 1000)::float8 - ${WINDOW_MS} as lag
    from membership_change c join event e on e.workspace_id = c.workspace_id and e.id = c.profile_id
    where c.kind = 'exited' and c.cause = 'time' order by 1`);
  return rows.map(({ lag }) => lag);
}

/** The same on a database of its own, seeded. */
export async function runExits(load: Omit<ExitLoad, 'random'>): Promise<readonly number[]> {
  const db = await startTestDatabase();
  try {
    return await exitLags(db, { ...load, random: seededRandom(7) });
  } finally {
    await db.stop();
  }
}
