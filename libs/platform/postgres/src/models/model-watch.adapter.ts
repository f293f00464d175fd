import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { z } from 'zod';
import {
  REFIT_KINDS,
  modelDriftSchema,
  modelIdSchema,
  type Fence,
  type FoundLook,
  type ModelWatchStore,
  type WatchedModel,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { jsonOf } from '../read/columns';
import { createRun } from '../runs/create-run';

interface WatchedRow {
  id: string;
  version: number;
  artifact_key: string | null;
  card: unknown;
  as_of: Date;
  kind: string;
  every_days: number | null;
  params: unknown;
  looks: unknown;
}

/** Looks that the sums of sizes go over: half a year of days. */
const MOST_LOOKS = 183;
const looks = z.array(modelDriftSchema.pick({ clusters: true }));
const kind = z.enum(REFIT_KINDS);

async function watched(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  { modelKey, beforeDay }: { readonly modelKey: string; readonly beforeDay: string },
): Promise<WatchedModel | null> {
  const { rows } = await sql<WatchedRow>`
    select m.id, v.version, v.artifact_key, v.card, o.as_of, coalesce(f.kind, 'never') as kind, f.every_days,
      case when r.job = 'models.fitClusters' then r.params end as params,
      (select coalesce(jsonb_agg(jsonb_build_object('clusters', l.drift -> 'clusters') order by l.day), '[]'::jsonb)
        from (select day, drift from model_look
          where workspace_id = m.workspace_id and model_id = m.id and version = v.version and day < ${beforeDay}::date
          order by day desc limit ${MOST_LOOKS}) as l) as looks
    from model m
    join model_version v on v.workspace_id = m.workspace_id and v.model_id = m.id and v.version = m.live_version
    join model_version o on o.workspace_id = v.workspace_id and o.model_id = v.model_id
      and o.version = coalesce(v.fit_of, v.version)
    left join run r on r.workspace_id = o.workspace_id and r.id = o.run_id
    left join model_refit f on f.workspace_id = m.workspace_id and f.model_id = m.id
    where m.workspace_id = ${workspaceId} and m.key = ${modelKey} and m.kind = 'clustering'`.execute(tx);
  const [row] = rows;
  if (!row) return null;
  return {
    modelId: modelIdSchema.parse(row.id),
    version: row.version,
    artifactKey: row.artifact_key,
    card: jsonOf(row.card),
    asOf: row.as_of.getTime(),
    refit: { kind: kind.parse(row.kind), everyDays: row.every_days },
    fitted: jsonOf(row.params),
    earlier: looks
      .parse(row.looks)
      .map(({ clusters }) => Object.fromEntries(clusters.map(({ key, shareAfter }) => [key, shareAfter]))),
  };
}

/** Opens an alert, or goes on with the one that stands. True when it was opened. */
async function raise(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  { modelId, drift }: FoundLook,
): Promise<boolean> {
  const { what, value, limit } = drift.strongest ?? { what: '', value: 0, limit: 1 };
  const { rows } = await sql<{ fresh: boolean }>`
    insert into volume_alert (workspace_id, id, model_id, event, kind, state, opened_at, seen_at, observed, expected, score)
    values (${workspaceId}::uuid, ${randomUUID()}::uuid, ${modelId}::uuid, ${what}, 'drift', 'open', now(), now(),
      ${value}, ${limit}, ${value / limit})
    on conflict (workspace_id, model_id, kind) where state <> 'resolved' and model_id is not null do update set
      seen_at = excluded.seen_at, event = excluded.event, observed = excluded.observed, expected = excluded.expected,
      score = excluded.score
    returning (xmax = 0) as fresh`.execute(tx);
  return rows[0]?.fresh === true;
}

async function calm(tx: WorkspaceTransaction, workspaceId: WorkspaceId, { modelId }: FoundLook): Promise<boolean> {
  const { numAffectedRows } = await sql`update volume_alert set state = 'resolved', resolved_at = now()
    where workspace_id = ${workspaceId} and model_id = ${modelId} and kind = 'drift' and state <> 'resolved'`.execute(
    tx,
  );
  return (numAffectedRows ?? 0n) > 0n;
}

async function saveLook(tx: WorkspaceTransaction, fence: Fence, look: FoundLook) {
  const { workspaceId } = fence;
  const { modelId, version, day, drift } = look;
  await holdFence(tx, fence);
  await sql`insert into model_look (workspace_id, model_id, version, day, drift)
    values (${workspaceId}, ${modelId}, ${version}, ${day}::date, ${JSON.stringify(drift)}::jsonb)
    on conflict (workspace_id, model_id, version, day) do update set drift = excluded.drift, looked_at = now()`.execute(
    tx,
  );
  const opened = drift.level === 'moved' && (await raise(tx, workspaceId, look));
  // What only shifts neither opens an alert nor ends one.
  const resolved = drift.level === 'steady' && (await calm(tx, workspaceId, look));
  const idempotencyKey = refitKey({ modelId, version, slot: day });
  const refit =
    look.refit !== null &&
    (await createRun(tx, { workspaceId, job: 'models.fitClusters', params: look.refit, idempotencyKey })).fresh;
  return { alert: opened ? 'opened' : resolved ? 'resolved' : null, refit } as const;
}

/** The natural key of a fit that follows a version: of one version and day, or slot of a schedule, there is one. */
export function refitKey(of: { readonly modelId: string; readonly version: number; readonly slot: string }): string {
  return `models.refit ${of.modelId} ${of.version} ${of.slot}`;
}

/** Looks at models in PostgreSQL; see the port for what a caller may rely on. */
export function modelWatchStore(database: Database): ModelWatchStore {
  return {
    watched: (workspaceId, modelKey, beforeDay) =>
      database.inWorkspace(workspaceId, (tx) => watched(tx, workspaceId, { modelKey, beforeDay })),
    saveLook: (fence, look) => database.inWorkspace(fence.workspaceId, (tx) => saveLook(tx, fence, look)),
  };
}
