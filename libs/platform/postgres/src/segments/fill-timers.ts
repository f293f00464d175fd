import { sql } from 'kysely';
import type { ProfileId, TimersToSet, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { binaryArray } from '../ingest/binary-array';
import { isThere } from './live-people';
import { databaseNow } from './read-rules';
import { TIMER_CHANNEL, TIMER_NEAR_MS } from './timer-signal';

/** Packed timers become rows so long before the first of them is due. */
export const PACK_LEAD_MS = 15 * 60_000;
/** So few are rows from the beginning. */
const FEW = 1_000;
const ROWS_AT_ONCE = 20_000;
/** Timers of one pack: as many rows as may be made at once while others wait to be due. */
const PACKED = 2_000;

interface Timer {
  readonly id: ProfileId;
  readonly dueAt: number;
}

async function setRows(tx: WorkspaceTransaction, timers: TimersToSet, rows: readonly Timer[]): Promise<void> {
  const { workspaceId, segmentId } = timers;
  const ids = binaryArray(
    'uuid',
    rows.map(({ id }) => id),
  );
  const instants = binaryArray(
    'timestamptz',
    rows.map(({ dueAt }) => dueAt),
  );
  await sql`
    with made as (
      insert into segment_timer as t (workspace_id, segment_id, profile_id, due_at)
      select ${workspaceId}::uuid, ${segmentId}::uuid, w.id, w.due_at
      from unnest(${ids}::uuid[], ${instants}::timestamptz[]) as w (id, due_at)
      where ${isThere(workspaceId)}
      on conflict (workspace_id, segment_id, profile_id) do update set due_at = excluded.due_at
      where t.due_at > excluded.due_at
      returning due_at)
    select pg_notify(${TIMER_CHANNEL}, '') from made
    where due_at < clock_timestamp() + ${TIMER_NEAR_MS} * interval '1 millisecond' limit 1`.execute(tx);
}

/**
 * Sets all timers of a segment that an answer about everybody names, in place of what an earlier answer had packed: those
 * that are due soon as rows, the others packed in the order in which they are due. See the port.
 */
export async function setTimers(tx: WorkspaceTransaction, timers: TimersToSet): Promise<void> {
  const { workspaceId, segmentId, profileIds, dueAt } = timers;
  await sql`delete from segment_timer_pack
    where workspace_id = ${workspaceId}::uuid and segment_id = ${segmentId}::uuid`.execute(tx);
  const all = profileIds.map((id, i): Timer => ({ id, dueAt: dueAt[i] ?? 0 }));
  const soon = all.length > FEW ? (await databaseNow(tx)) + PACK_LEAD_MS : Infinity;
  const near = all.filter((timer) => timer.dueAt <= soon);
  for (let at = 0; at < near.length; at += ROWS_AT_ONCE) await setRows(tx, timers, near.slice(at, at + ROWS_AT_ONCE));
  const far = all.filter((timer) => timer.dueAt > soon).sort((a, b) => a.dueAt - b.dueAt);
  for (let at = 0; at < far.length; at += PACKED) {
    const pack = far.slice(at, at + PACKED);
    const [ids, instants] = [pack.map(({ id }) => id), pack.map((timer) => timer.dueAt)];
    const packed = binaryArray('timestamptz', instants);
    await sql`
      insert into segment_timer_pack (workspace_id, segment_id, place, first_due_at, profile_ids, due_at)
      values (${workspaceId}::uuid, ${segmentId}::uuid, ${at / PACKED}, (${packed}::timestamptz[])[1],
        ${binaryArray('uuid', ids)}::uuid[], ${packed}::timestamptz[])`.execute(tx);
  }
}

/**
 * Makes rows of the packed timers that are due soonest, one pack a call. Who was evaluated since keeps the row of then if
 * it is due earlier; a row that is due too early costs an evaluation, which sets the exact instant.
 */
export async function openPack(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<void> {
  await sql`
    with opened as (
      delete from segment_timer_pack where (workspace_id, segment_id, place) in (
        select workspace_id, segment_id, place from segment_timer_pack
        where workspace_id = ${workspaceId}::uuid
          and first_due_at <= now() + ${PACK_LEAD_MS} * interval '1 millisecond'
        order by first_due_at limit 1 for update skip locked)
      returning segment_id, profile_ids, due_at)
    insert into segment_timer as t (workspace_id, segment_id, profile_id, due_at)
    select ${workspaceId}::uuid, o.segment_id, w.id, min(w.due_at)
    from opened o cross join lateral unnest(o.profile_ids, o.due_at) as w (id, due_at)
    where ${isThere(workspaceId)}
    group by 2, 3 order by 3
    on conflict (workspace_id, segment_id, profile_id) do update set due_at = excluded.due_at
    where t.due_at > excluded.due_at`.execute(tx);
}
