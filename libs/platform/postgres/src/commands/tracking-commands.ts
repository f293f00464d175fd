import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { AlertRecord, TrackingCommands, TrackingPlanRecord } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { writing, type Scope } from '../read/deadline';
import { uuidsOf } from '../read/paging';
import { alertColumns, toAlert, type AlertRow } from '../tracking/alert-rows';
import { PLAN_COLUMNS, insertDraft, lockPlans, toPlan } from '../tracking/plan-rows';
import { commandErrors } from './command.errors';
import { idForRequest, requireSameRequest } from './make-once';

async function findPlan(tx: WorkspaceTransaction, scope: Scope, id: string): Promise<TrackingPlanRecord> {
  const row = await tx
    .selectFrom('tracking_plan')
    .select(PLAN_COLUMNS)
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw commandErrors.COMMAND_NOT_FOUND({ what: 'version of a tracking plan' });
  return toPlan(row);
}

/** The version, held against other changes of the same plan until commit. */
async function heldPlan(tx: WorkspaceTransaction, scope: Scope, id: string): Promise<TrackingPlanRecord> {
  if (uuidsOf([id]).length === 0) throw commandErrors.COMMAND_NOT_FOUND({ what: 'version of a tracking plan' });
  const { sourceId } = await findPlan(tx, scope, id);
  await lockPlans(tx, scope.workspaceId, sourceId);
  return findPlan(tx, scope, id);
}

function approve(scope: Scope, id: string, by: string): Promise<TrackingPlanRecord> {
  return writing(scope, async (tx) => {
    const plan = await heldPlan(tx, scope, id);
    if (plan.status === 'approved') return plan;
    if (plan.status === 'archived') throw commandErrors.COMMAND_PLAN_ARCHIVED();
    await sql`update tracking_plan set status = 'archived', archived_by = ${by}, archived_at = now()
      where workspace_id = ${scope.workspaceId} and source_id is not distinct from ${plan.sourceId}::uuid
        and status = 'approved'`.execute(tx);
    await sql`update tracking_plan set status = 'approved', approved_by = ${by}, approved_at = now()
      where workspace_id = ${scope.workspaceId} and id = ${id}`.execute(tx);
    return findPlan(tx, scope, id);
  });
}

function archive(scope: Scope, id: string, by: string): Promise<TrackingPlanRecord> {
  return writing(scope, async (tx) => {
    const plan = await heldPlan(tx, scope, id);
    if (plan.status === 'archived') return plan;
    await sql`update tracking_plan set status = 'archived', archived_by = ${by}, archived_at = now()
      where workspace_id = ${scope.workspaceId} and id = ${id}`.execute(tx);
    return findPlan(tx, scope, id);
  });
}

/** Changes an alert that stands; one that is resolved stays as it is. */
function changeAlert(scope: Scope, id: string, change: ReturnType<typeof sql>): Promise<AlertRecord> {
  if (uuidsOf([id]).length === 0) throw commandErrors.COMMAND_NOT_FOUND({ what: 'alert' });
  return writing(scope, async (tx) => {
    await sql`update volume_alert set ${change}
      where workspace_id = ${scope.workspaceId} and id = ${id}::uuid and state <> 'resolved'`.execute(tx);
    const { rows } = await sql<AlertRow>`
      select ${alertColumns} from volume_alert where workspace_id = ${scope.workspaceId} and id = ${id}::uuid`.execute(
      tx,
    );
    if (!rows[0]) throw commandErrors.COMMAND_NOT_FOUND({ what: 'alert' });
    return toAlert(rows[0]);
  });
}

/** What may be done to tracking plans and alerts. */
export function trackingCommands(scope: Scope): TrackingCommands {
  return {
    draftPlan: (plan, idempotencyKey) => {
      const id = idForRequest(scope.workspaceId, 'createTrackingPlan', idempotencyKey);
      return writing(scope, async (tx) => {
        const record = await insertDraft(tx, scope.workspaceId, { ...plan, id });
        requireSameRequest(record.sourceId === plan.sourceId && isDeepStrictEqual(record.document, plan.document));
        return record;
      });
    },
    approvePlan: (id, by) => approve(scope, id, by),
    archivePlan: (id, by) => archive(scope, id, by),
    acknowledgeAlert: (id, by) =>
      changeAlert(
        scope,
        id,
        sql`state = 'acknowledged', acknowledged_by = coalesce(acknowledged_by, ${by}),
          acknowledged_at = coalesce(acknowledged_at, now())`,
      ),
    resolveAlert: (id) => changeAlert(scope, id, sql`state = 'resolved', resolved_at = now()`),
  };
}
