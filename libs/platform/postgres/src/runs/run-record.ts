import type { Selectable } from 'kysely';
import { z } from 'zod';
import {
  runIdSchema,
  workspaceIdSchema,
  type Json,
  type Run,
  type RunId,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import type { KohortTables } from '../tables';

const json: z.ZodType<Json> = z.json();
const statusSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
const progressSchema = z.object({
  phase: z.string(),
  done: z.number(),
  total: z.number().nullable(),
  perSecond: z.number().nullish(),
  etaMs: z.number().nullish(),
});
const errorSchema = z.object({ code: z.string(), kind: z.string(), message: z.string() });

/** A row of table run as everybody sees it. */
export function toRun(row: Selectable<KohortTables['run']>): Run {
  return {
    workspaceId: workspaceIdSchema.parse(row.workspace_id),
    id: runIdSchema.parse(row.id),
    job: row.job,
    status: statusSchema.parse(row.status),
    params: json.parse(row.params),
    progress: row.progress === null ? null : progressSchema.parse(row.progress),
    checkpoint: json.parse(row.checkpoint),
    result: json.parse(row.result),
    error: row.error === null ? null : errorSchema.parse(row.error),
    cancelRequested: row.cancel_requested,
    createdAt: row.created_at.getTime(),
    startedAt: row.started_at?.getTime() ?? null,
    finishedAt: row.finished_at?.getTime() ?? null,
  };
}

/** One run; undefined when this workspace has none of that id. */
export async function getRun(
  tx: WorkspaceTransaction,
  ids: { readonly workspaceId: WorkspaceId; readonly runId: RunId },
): Promise<Run | undefined> {
  const row = await tx
    .selectFrom('run')
    .selectAll()
    .where('workspace_id', '=', ids.workspaceId)
    .where('id', '=', ids.runId)
    .executeTakeFirst();
  return row && toRun(row);
}
