import { sql } from 'kysely';
import { runParams, type WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { createRun } from '../runs/create-run';
import { refitKey } from './model-watch.adapter';

const DAY_MS = 86_400_000;

interface DueRow {
  id: string;
  key: string;
  version: number;
  /** Of the last serving among all of the model's. */
  place: number;
  served_at: Date;
  kind: string | null;
  every_days: number | null;
  params: unknown;
}

const dayOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

/** The midnight, UTC, that a look is of: the day's where drift leads to a fit, else that of the week's Monday. */
function lookAt(kind: string | null, nowMs: number): number {
  const midnight = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const sinceMonday = (new Date(midnight).getUTCDay() + 6) % 7;
  return kind === 'on_drift' ? midnight : midnight - sinceMonday * DAY_MS;
}

async function requestLook(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  row: DueRow,
  nowMs: number,
): Promise<boolean> {
  const at = lookAt(row.kind, nowMs);
  // A version that is younger than the instant of the look has nothing to be held against yet.
  if (row.served_at.getTime() >= at) return false;
  const params = runParams['models.watch'].parse({ modelKey: row.key, asOf: new Date(at).toISOString() });
  const idempotencyKey = `models.watch ${row.id} ${row.version} ${dayOf(at)}`;
  return (await createRun(tx, { workspaceId, job: 'models.watch', params, idempotencyKey })).fresh;
}

async function requestFit(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  row: DueRow,
  nowMs: number,
): Promise<boolean> {
  const fitted = runParams['models.fitClusters'].safeParse(row.params).data;
  const slot = Math.floor((nowMs - row.served_at.getTime()) / ((row.every_days ?? Infinity) * DAY_MS));
  if (row.kind !== 'schedule' || !fitted || slot < 1) return false;
  const params = { ...fitted, asOf: new Date(nowMs).toISOString() };
  // A fit that failed is asked for again when the next slot begins. Slots begin anew with every serving, a return too.
  const idempotencyKey = refitKey({ modelId: row.id, version: row.version, slot: `${row.place}.${slot}` });
  return (await createRun(tx, { workspaceId, job: 'models.fitClusters', params, idempotencyKey })).fresh;
}

/**
 * Asks for the looks at the clusterings of a workspace that are due, and for the fits of those that are fitted by a
 * schedule; answers how many of each. Often asked, each is asked for once: a look of a version and its day, or week; a fit
 * of a serving and slot of its schedule.
 */
export function requestDueModels(
  database: Database,
  workspaceId: WorkspaceId,
  nowMs: number,
): Promise<{ readonly looks: number; readonly fits: number }> {
  return database.inWorkspace(workspaceId, async (tx) => {
    const { rows } = await sql<DueRow>`
      select m.id, m.key, v.version, s.place, s.served_at, f.kind, f.every_days,
        case when r.job = 'models.fitClusters' then r.params end as params
      from model m
      join model_version v on v.workspace_id = m.workspace_id and v.model_id = m.id and v.version = m.live_version
      join model_version o on o.workspace_id = v.workspace_id and o.model_id = v.model_id
        and o.version = coalesce(v.fit_of, v.version)
      join lateral (select place, served_at from model_serving where workspace_id = m.workspace_id and model_id = m.id
        order by place desc limit 1) s on true
      left join run r on r.workspace_id = o.workspace_id and r.id = o.run_id
      left join model_refit f on f.workspace_id = m.workspace_id and f.model_id = m.id
      where m.workspace_id = ${workspaceId} and m.kind = 'clustering'
      order by m.id`.execute(tx);
    let [looks, fits] = [0, 0];
    for (const row of rows) {
      if (await requestLook(tx, workspaceId, row, nowMs)) looks += 1;
      if (await requestFit(tx, workspaceId, row, nowMs)) fits += 1;
    }
    return { looks, fits };
  });
}
