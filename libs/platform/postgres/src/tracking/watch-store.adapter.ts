import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import {
  sourceIdSchema,
  workspaceIdSchema,
  type EventVolume,
  type VolumeFinding,
  type WatchStore,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { jsonObjectOf } from '../read/columns';
import { dueTurns, hoursHeard, restUntil, takeTurn } from './watch-turn';

const HOUR_MS = 3_600_000;

const instant = (epochMs: number) => sql`${new Date(epochMs)}::timestamptz`;

interface VolumeRow {
  source_id: string;
  event: string;
  hours: number[];
  counts: number[];
}

/** From the first hour that has any on, absent hours are zero. */
function dense(row: VolumeRow, untilMs: number): EventVolume {
  const startMs = row.hours[0] ?? untilMs;
  const counts = Array.from({ length: Math.max(0, Math.round((untilMs - startMs) / HOUR_MS)) }, () => 0);
  row.hours.forEach((hour, i) => {
    counts[Math.round((hour - startMs) / HOUR_MS)] = row.counts[i] ?? 0;
  });
  return { sourceId: sourceIdSchema.parse(row.source_id), event: row.event, startMs, counts };
}

async function volumes(
  tx: WorkspaceTransaction,
  workspaceId: string,
  page: Parameters<WatchStore['volumes']>[1],
): Promise<readonly EventVolume[]> {
  const { untilMs, hours, after, limit } = page;
  const behind = after ? sql`and (source_id, event) > (${after.sourceId}::uuid, ${after.event})` : sql``;
  const found = await sql<VolumeRow>`
    select source_id, event, array_agg((extract(epoch from hour) * 1000)::float8 order by hour) as hours,
      array_agg(stored::float8 order by hour) as counts
    from event_hour
    where workspace_id = ${workspaceId}::uuid and hour >= ${instant(untilMs - hours * HOUR_MS)}
      and hour < ${instant(untilMs)} ${behind}
    group by source_id, event order by source_id, event limit ${limit}`.execute(tx);
  return found.rows.map((row) => dense(row, untilMs));
}

/** One alert of a kind and event stands at a time, so that a second finding is the same alert seen again. */
async function raise(tx: WorkspaceTransaction, workspaceId: string, nowMs: number, finding: VolumeFinding) {
  const { sourceId, event, kind, hourMs, observed, expected, score } = finding;
  const hour = hourMs === null ? null : new Date(hourMs);
  const made = await sql<{ fresh: boolean }>`
    insert into volume_alert as a (workspace_id, id, source_id, event, kind, state, opened_at, seen_at, hour, observed,
      expected, score)
    values (${workspaceId}::uuid, ${randomUUID()}::uuid, ${sourceId}::uuid, ${event}, ${kind}, 'open', ${instant(nowMs)},
      ${instant(nowMs)}, ${hour}::timestamptz, ${observed}, ${expected}, ${score})
    on conflict (workspace_id, source_id, event, kind) where state <> 'resolved' do update set
      seen_at = excluded.seen_at, hour = excluded.hour, observed = excluded.observed, expected = excluded.expected,
      score = excluded.score, calm_hours = 0
    returning (xmax = 0) as fresh`.execute(tx);
  return made.rows[0]?.fresh === true;
}

/** A calm hour counts once; enough of them in a row resolve the alert. One that is neither begins the count anew. */
async function settle(
  tx: WorkspaceTransaction,
  workspaceId: string,
  at: { readonly nowMs: number; readonly calmHours: number },
  finding: VolumeFinding,
): Promise<boolean> {
  const { sourceId, event, kind, hourMs, step } = finding;
  const hour = hourMs === null ? null : new Date(hourMs);
  const calm = step === 'calm' ? sql`calm_hours + 1` : sql`0`;
  const changed = await sql<{ state: string }>`
    update volume_alert set calm_hours = ${calm}, hour = coalesce(${hour}::timestamptz, hour),
      state = case when ${calm} >= ${at.calmHours} then 'resolved' else state end,
      resolved_at = case when ${calm} >= ${at.calmHours} then ${instant(at.nowMs)} end
    where workspace_id = ${workspaceId}::uuid and source_id = ${sourceId}::uuid and event = ${event} and kind = ${kind}
      and state <> 'resolved' and (${hour}::timestamptz is null or hour is null or hour < ${hour}::timestamptz)
    returning state`.execute(tx);
  return changed.rows[0]?.state === 'resolved';
}

async function quiet(tx: WorkspaceTransaction, workspaceId: string) {
  const found = await sql<{ source_id: string; event: string; baseline: unknown; last_at: Date }>`
    select b.source_id, b.event, b.baseline, e.last_at
    from event_baseline b
    cross join lateral (
      select last_at from event_hour e
      where e.workspace_id = b.workspace_id and e.source_id = b.source_id and e.event = b.event
      order by hour desc limit 1) as e
    where b.workspace_id = ${workspaceId}::uuid and (
      (b.quiet_ms is not null and e.last_at < now() - b.quiet_ms * interval '1 millisecond')
      or exists (
        select 1 from volume_alert a where a.workspace_id = b.workspace_id and a.source_id = b.source_id
          and a.event = b.event and a.kind = 'silence' and a.state <> 'resolved'))
    order by b.source_id, b.event limit 1000`.execute(tx);
  return found.rows.map((row) => ({
    sourceId: sourceIdSchema.parse(row.source_id),
    event: row.event,
    baseline: jsonObjectOf(row.baseline) ?? {},
    lastAtMs: row.last_at.getTime(),
  }));
}

async function endHour(tx: WorkspaceTransaction, workspaceId: string, hourMs: number): Promise<void> {
  await sql`update watch_turn set hour_done = ${instant(hourMs)} where workspace_id = ${workspaceId}::uuid`.execute(tx);
  await sql`delete from event_baseline
    where workspace_id = ${workspaceId}::uuid and computed_for < ${instant(hourMs)}`.execute(tx);
  await sql`update volume_alert a set state = 'resolved', resolved_at = now()
    where a.workspace_id = ${workspaceId}::uuid and a.source_id is not null and a.state <> 'resolved' and not exists (
      select 1 from event_baseline b
      where b.workspace_id = a.workspace_id and b.source_id = a.source_id and b.event = a.event)`.execute(tx);
}

/** What is kept for how many days: a little over the eight weeks of a baseline, and thirteen months of what is read. */
const KEPT_DAYS = [
  ['event_hour', 'hour', 60],
  ['plan_violation_hour', 'hour', 395],
  ['volume_alert', 'resolved_at', 395],
] as const;
const TIDIED_AT_ONCE = 5_000;

async function tidy(tx: WorkspaceTransaction, workspaceId: string): Promise<number> {
  let gone = 0;
  for (const [table, column, days] of KEPT_DAYS) {
    const done = await sql`
      delete from ${sql.table(table)} where workspace_id = ${workspaceId}::uuid and ctid in (
        select ctid from ${sql.table(table)} where workspace_id = ${workspaceId}::uuid
          and ${sql.ref(column)} < now() - ${days} * interval '1 day'
        limit ${TIDIED_AT_ONCE})`.execute(tx);
    gone += Number(done.numAffectedRows ?? 0n);
  }
  return gone;
}

/** Volumes, baselines and alerts in PostgreSQL. See the port for what a caller may rely on. */
export function watchStore(database: Database): WatchStore {
  return {
    workspaces: async () => {
      const found = await database.relay.selectFrom('workspace').select('workspace_id').execute();
      return found.map((row) => workspaceIdSchema.parse(row.workspace_id));
    },
    due: (everyMs) => dueTurns(database.relay, everyMs),
    rest: (workspaceId) => database.inWorkspace(workspaceId, (tx) => restUntil(tx, workspaceId)),
    takeTurn: (workspaceId, everyMs) => database.inWorkspace(workspaceId, (tx) => takeTurn(tx, workspaceId, everyMs)),
    hoursHeard: (workspaceId, between) =>
      database.inWorkspace(workspaceId, (tx) => hoursHeard(tx, workspaceId, between)),
    volumes: (workspaceId, page) => database.inWorkspace(workspaceId, (tx) => volumes(tx, workspaceId, page)),
    keepBaselines: (workspaceId, hourMs, baselines) =>
      database.inWorkspace(workspaceId, async (tx) => {
        if (baselines.length === 0) return;
        const column = <T>(of: (one: (typeof baselines)[number]) => T): T[] => baselines.map(of);
        await sql`
          insert into event_baseline (workspace_id, source_id, event, computed_for, quiet_ms, baseline)
          select ${workspaceId}::uuid, b.source_id, b.event, ${instant(hourMs)}, b.quiet_ms, b.baseline
          from unnest(${column((one) => one.sourceId)}::uuid[], ${column((one) => one.event)}::text[],
            ${column((one) => one.quietMs)}::float8[], ${column((one) => JSON.stringify(one.baseline))}::jsonb[]
          ) as b (source_id, event, quiet_ms, baseline)
          on conflict (workspace_id, source_id, event) do update set computed_for = excluded.computed_for,
            quiet_ms = excluded.quiet_ms, baseline = excluded.baseline`.execute(tx);
      }),
    quiet: (workspaceId) => database.inWorkspace(workspaceId, (tx) => quiet(tx, workspaceId)),
    record: (workspaceId, nowMs, findings, calmHours) =>
      database.inWorkspace(workspaceId, async (tx) => {
        let [opened, resolved] = [0, 0];
        for (const finding of findings) {
          if (finding.step === 'raise') opened += (await raise(tx, workspaceId, nowMs, finding)) ? 1 : 0;
        }
        // Almost all findings are calm and without an alert: one question tells which are not.
        const standing = await tx
          .selectFrom('volume_alert')
          .select(['source_id', 'event', 'kind'])
          .where('workspace_id', '=', workspaceId)
          .where('state', '<>', 'resolved')
          .where('source_id', 'is not', null)
          .execute();
        const keyOf = (of: { readonly event: string; readonly kind: string }, sourceId: string): string =>
          JSON.stringify([sourceId, of.event, of.kind]);
        const known = new Set(standing.map((row) => keyOf(row, row.source_id ?? '')));
        for (const finding of findings) {
          if (finding.step === 'raise' || !known.has(keyOf(finding, finding.sourceId))) continue;
          resolved += (await settle(tx, workspaceId, { nowMs, calmHours }, finding)) ? 1 : 0;
        }
        return { opened, resolved };
      }),
    endHour: (workspaceId, hourMs) => database.inWorkspace(workspaceId, (tx) => endHour(tx, workspaceId, hourMs)),
    tidy: (workspaceId) => database.inWorkspace(workspaceId, (tx) => tidy(tx, workspaceId)),
  };
}
