import { sql } from 'kysely';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';

/** What is counted in one transaction: a week. */
const PORTION_MS = 7 * 86_400_000;
const PORTION = sql`interval '7 days'`;
/** An hour is counted so long after its end. The trigger of 0022-sealed-hours lets through what is an hour old at most. */
const SETTLED = sql`interval '2 hours'`;
const OPEN_HOURS_AT_ONCE = 24;
/** An open hour is looked at again so often. */
const RECHECK = sql`interval '10 minutes'`;

interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** Counts the hours of the spans anew. Those with events that belong to nobody yet stay open. */
async function countHours(tx: WorkspaceTransaction, workspaceId: WorkspaceId, spans: readonly Span[]): Promise<void> {
  if (spans.length === 0) return;
  await sql`
    with span as (
      select * from unnest(${spans.map(({ from }) => from)}::timestamptz[], ${spans.map(({ to }) => to)}::timestamptz[])
        as s (a, b)
    ), gone as (
      delete from event_sealed_hour h using span s
      where h.workspace_id = ${workspaceId}::uuid and h.hour >= s.a and h.hour < s.b
    ), settled as (
      delete from event_open_hour o using span s
      where o.workspace_id = ${workspaceId}::uuid and o.hour >= s.a and o.hour < s.b
    )
    select`.execute(tx);
  await sql`
    with counted as materialized (
      select date_bin('1 hour', e.received_at, 'epoch') as hour, e.source_id, sum(e.row_weight) as records,
        bool_or(not exists (
          select 1 from event_assignment a where a.workspace_id = e.workspace_id and a.event_id = e.id)) as is_pending
      from unnest(${spans.map(({ from }) => from)}::timestamptz[], ${spans.map(({ to }) => to)}::timestamptz[])
        as s (a, b)
      join event e on e.workspace_id = ${workspaceId}::uuid and e.received_at >= s.a and e.received_at < s.b
      group by 1, 2
    ), pending as (
      insert into event_open_hour (workspace_id, hour, checked_at)
      select distinct ${workspaceId}::uuid, hour, now() from counted where is_pending
    )
    insert into event_sealed_hour (workspace_id, hour, source_id, records)
    select ${workspaceId}::uuid, hour, source_id, records from counted`.execute(tx);
}

async function nextPortion(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<Span | null> {
  const until = sql`(date_bin('1 hour', now(), 'epoch') - ${SETTLED})`;
  const found = await sql<{ a: Date | null; b: Date | null }>`
    select f.a, least(f.a + ${PORTION}, ${until}) as b
    from (select coalesce(
      (select sealed_until from event_seal where workspace_id = ${workspaceId}::uuid),
      (select date_bin('1 hour', min(received_at), 'epoch') from event where workspace_id = ${workspaceId}::uuid)
    ) as a) as f
    where f.a < ${until}`.execute(tx);
  const [row] = found.rows;
  return row?.a && row.b ? { from: row.a, to: row.b } : null;
}

/**
 * Counts what the events of the next past hours stand for, at most a week of them, and those open again. True: there is
 * more to count at once.
 *
 * Promise   the counts equal the events at each commit: who writes or deletes events of a counted hour waits for the
 *           counting or opens the hour
 * Cost      reads the events of those hours once
 */
export async function sealHours(database: Database, workspaceId: WorkspaceId): Promise<boolean> {
  return database.inWorkspace(workspaceId, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('event_seal ' || ${workspaceId}, 0))`.execute(tx);
    const next = await nextPortion(tx, workspaceId);
    if (next) {
      await countHours(tx, workspaceId, [next]);
      await sql`insert into event_seal (workspace_id, sealed_until) values (${workspaceId}::uuid, ${next.to})
        on conflict (workspace_id) do update set sealed_until = excluded.sealed_until`.execute(tx);
    }
    const open = await sql<Span>`
      select hour as from, hour + interval '1 hour' as to from event_open_hour
      where workspace_id = ${workspaceId}::uuid and checked_at < now() - ${RECHECK}
      order by checked_at, hour limit ${OPEN_HOURS_AT_ONCE}`.execute(tx);
    await countHours(tx, workspaceId, open.rows);
    const isWholePortion = next !== null && next.to.getTime() - next.from.getTime() >= PORTION_MS;
    return isWholePortion || open.rows.length === OPEN_HOURS_AT_ONCE;
  });
}
