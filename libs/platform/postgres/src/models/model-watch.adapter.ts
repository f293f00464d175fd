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
import { raiseModelAlert, resolveModelAlert } from './model-alert';

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

async function saveLook(tx: WorkspaceTransaction, fence: Fence, look: FoundLook) {
  const { workspaceId } = fence;
  const { modelId, version, day, drift } = look;
  await holdFence(tx, fence);
  await sql`insert into model_look (workspace_id, model_id, version, day, drift)
    values (${workspaceId}, ${modelId}, ${version}, ${day}::date, ${JSON.stringify(drift)}::jsonb)
    on conflict (workspace_id, model_id, version, day) do update set drift = excluded.drift, looked_at = now()`.execute(
    tx,
  );
  const of = { workspaceId, modelId, kind: 'drift' } as const;
  const found = drift.strongest ?? { what: '', value: 0, limit: 1 };
  const opened = drift.level === 'moved' && (await raiseModelAlert(tx, of, found));
  // What only shifts neither opens an alert nor ends one.
  const resolved = drift.level === 'steady' && (await resolveModelAlert(tx, of));
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
