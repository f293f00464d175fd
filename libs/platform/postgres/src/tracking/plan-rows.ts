import { sql } from 'kysely';
import { z } from 'zod';
import { sourceIdSchema, type NewTrackingPlan, type SourceId, type TrackingPlanRecord } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { jsonObjectOf, jsonOf, ms, msOrNull } from '../read/columns';

/** The columns that `toPlan` needs. */
export const PLAN_COLUMNS = [
  'id',
  'source_id',
  'version',
  'status',
  'origin',
  'document',
  'evidence',
  'created_by',
  'created_at',
  'approved_by',
  'approved_at',
  'archived_by',
  'archived_at',
] as const;

/** A row of table tracking_plan. */
export interface PlanRow {
  id: string;
  source_id: string | null;
  version: number;
  status: string;
  origin: string;
  document: unknown;
  evidence: unknown;
  created_by: string;
  created_at: Date;
  approved_by: string | null;
  approved_at: Date | null;
  archived_by: string | null;
  archived_at: Date | null;
}

const status = z.enum(['draft', 'approved', 'archived']);
const origin = z.enum(['written', 'learned']);

/** A row of table tracking_plan as the API shows it. */
export function toPlan(row: PlanRow): TrackingPlanRecord {
  return {
    id: row.id,
    sourceId: row.source_id === null ? null : sourceIdSchema.parse(row.source_id),
    version: row.version,
    status: status.parse(row.status),
    origin: origin.parse(row.origin),
    document: jsonObjectOf(row.document) ?? {},
    evidence: jsonOf(row.evidence ?? null),
    createdBy: row.created_by,
    createdAt: ms(row.created_at),
    approvedBy: row.approved_by,
    approvedAt: msOrNull(row.approved_at),
    archivedBy: row.archived_by,
    archivedAt: msOrNull(row.archived_at),
  };
}

/** Versions of one plan are numbered and approved one at a time. */
export async function lockPlans(
  tx: WorkspaceTransaction,
  workspaceId: string,
  sourceId: SourceId | null,
): Promise<void> {
  const key = `tracking:${workspaceId}:${sourceId ?? ''}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(tx);
}

/** Adds a draft behind the other versions; one of this id that is there already is answered as it is. */
export async function insertDraft(
  tx: WorkspaceTransaction,
  workspaceId: string,
  plan: NewTrackingPlan,
): Promise<TrackingPlanRecord> {
  await lockPlans(tx, workspaceId, plan.sourceId);
  await sql`
    insert into tracking_plan (workspace_id, id, source_id, version, origin, document, evidence, created_by)
    select ${workspaceId}::uuid, ${plan.id}::uuid, ${plan.sourceId}::uuid, coalesce(max(version), 0) + 1, ${plan.origin},
      ${JSON.stringify(plan.document)}::jsonb, ${plan.evidence === null ? null : JSON.stringify(plan.evidence)}::jsonb,
      ${plan.createdBy}
    from tracking_plan
    where workspace_id = ${workspaceId}::uuid and source_id is not distinct from ${plan.sourceId}::uuid
    on conflict (workspace_id, id) do nothing`.execute(tx);
  const row = await tx
    .selectFrom('tracking_plan')
    .select(PLAN_COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', plan.id)
    .executeTakeFirstOrThrow();
  return toPlan(row);
}
