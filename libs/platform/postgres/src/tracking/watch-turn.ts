import { sql } from 'kysely';
import { workspaceIdSchema, type WatchTurn, type WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';

/** Records of an hour may still be on their way to their commit for so long after it has ended. */
const GRACE = sql`interval '2 minutes'`;
/** A look is due each minute: when none was for so long, nobody looked. */
const AWAY = sql`interval '10 minutes'`;
/** Begin and end of a time away are only known to about this: what came in then says nothing of the time between. */
const EDGE = sql`interval '2 minutes'`;
/** Hours before the last whole one that are judged belatedly. */
const MISSED_HOURS = 47;

interface TurnRow {
  now: number;
  hour: number;
  is_due: boolean;
  missed_from: number | null;
  away_from: number | null;
  away_to: number | null;
  away_heard: boolean | null;
  time_zone: string;
}

const millis = (expression: ReturnType<typeof sql>) => sql`(extract(epoch from ${expression}) * 1000)::float8`;

/**
 * Takes the turn to look, when the last look was long enough ago: of two processes that ask at once one gets it. When
 * none was for long, it is remembered from when to when.
 */
export async function takeTurn(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  everyMs: number,
): Promise<WatchTurn | null> {
  const made = await sql`insert into watch_turn (workspace_id, looked_at, hour_done)
    values (${workspaceId}::uuid, now(), 'epoch') on conflict do nothing`.execute(tx);
  const isFirst = made.numAffectedRows === 1n;
  const last = sql`(date_trunc('hour', now() - ${GRACE}) - interval '1 hour')`;
  const taken = await sql<TurnRow>`
    with held as (
      select t.*, t.looked_at < now() - ${AWAY} as was_away from watch_turn t
      where t.workspace_id = ${workspaceId}::uuid
        and (${isFirst} or t.looked_at <= now() - ${everyMs} * interval '1 millisecond')
      for update
    ), heard as (
      select exists (select 1 from ledger_minute m where m.workspace_id = ${workspaceId}::uuid
        and m.minute > h.looked_at + ${EDGE} and m.minute < now() - ${EDGE} and m.received > 0) as anything
      from held h where h.was_away
    )
    update watch_turn t set looked_at = now(),
      away_from = case when h.was_away then h.looked_at else h.away_from end,
      away_to = case when h.was_away then now() else h.away_to end,
      away_heard = case when h.was_away then (select anything from heard) else h.away_heard end
    from held h where t.workspace_id = h.workspace_id
    returning ${millis(sql`now()`)} as now, ${millis(last)} as hour, t.hour_done < ${last} as is_due,
      case when t.hour_done > 'epoch' and t.hour_done < ${last} - interval '1 hour' then
        ${millis(sql`greatest(t.hour_done + interval '1 hour', ${last} - ${MISSED_HOURS} * interval '1 hour')`)}
      end as missed_from,
      ${millis(sql`t.away_from`)} as away_from, ${millis(sql`t.away_to`)} as away_to, t.away_heard,
      (select w.time_zone from workspace w where w.workspace_id = t.workspace_id) as time_zone`.execute(tx);
  const [row] = taken.rows;
  if (!row) return null;
  const { away_from: fromMs, away_to: toMs, away_heard: heard } = row;
  return {
    nowMs: row.now,
    hourMs: row.is_due ? row.hour : null,
    missedFromMs: row.missed_from,
    away: fromMs === null || toMs === null || heard === null ? null : { fromMs, toMs, heard },
    timeZone: row.time_zone,
  };
}

/**
 * The workspaces that want a look: those in which something was received since the last one, those whose time has come
 * (an hour to judge, a silence, days that are over), and those at which nobody has looked for long. For all others the
 * look is booked as done, in the same statement, so that a thousand quiet workspaces cost what one costs.
 */
export async function dueTurns(relay: Database['relay'], everyMs: number): Promise<readonly WorkspaceId[]> {
  const found = await sql<{ workspace_id: string }>`
    with passed as materialized (
      select t.workspace_id, t.next_at <= now() or t.looked_at < now() - ${AWAY} or exists (
        select 1 from ledger_minute m where m.workspace_id = t.workspace_id and m.minute >= t.looked_at - ${EDGE}) as wants
      from watch_turn t where t.looked_at <= now() - ${everyMs} * interval '1 millisecond'
    ), quiet as (
      update watch_turn t set looked_at = now() from passed p
      where p.workspace_id = t.workspace_id and not p.wants
        and t.looked_at <= now() - ${everyMs} * interval '1 millisecond'
    )
    select workspace_id from passed where wants
    union all
    select w.workspace_id from workspace w
    where not exists (select 1 from watch_turn t where t.workspace_id = w.workspace_id)`.execute(relay);
  return found.rows.map((row) => workspaceIdSchema.parse(row.workspace_id));
}

/** How long a workspace of which nothing is known and to which nothing comes is left alone. */
const LEFT_ALONE = sql`interval '1 day'`;

/**
 * Says when to look again if nothing comes in: when the first event will have been silent for too long; while anything
 * is kept of past hours, when the next hour is to be judged; a day later in any case.
 */
export async function restUntil(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<void> {
  await sql`
    update watch_turn t set next_at = least(now() + ${LEFT_ALONE},
      (select date_trunc('hour', now() - ${GRACE}) + interval '1 hour' + ${GRACE}
        where exists (select 1 from event_hour h where h.workspace_id = ${workspaceId}::uuid)),
      (select min(e.last_at + b.quiet_ms * interval '1 millisecond') from event_baseline b
        cross join lateral (
          select last_at from event_hour e
          where e.workspace_id = b.workspace_id and e.source_id = b.source_id and e.event = b.event
          order by hour desc limit 1) as e
        where b.workspace_id = ${workspaceId}::uuid and b.quiet_ms is not null and not exists (
          select 1 from volume_alert a where a.workspace_id = b.workspace_id and a.source_id = b.source_id
            and a.event = b.event and a.kind = 'silence' and a.state <> 'resolved')))
    where t.workspace_id = ${workspaceId}::uuid`.execute(tx);
}

/** The hours between two instants in which anything was received. */
export async function hoursHeard(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
): Promise<readonly number[]> {
  const found = await sql<{ hour: number }>`
    select distinct ${millis(sql`hour`)} as hour from event_hour
    where workspace_id = ${workspaceId}::uuid and hour >= ${new Date(fromMs)} and hour < ${new Date(untilMs)}
      and stored + quarantined > 0`.execute(tx);
  return found.rows.map((row) => row.hour);
}
