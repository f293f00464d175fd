import { sql } from 'kysely';
import { segmentIdSchema, type WorkspaceRecord, type WorkspaceSettings } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { writing, type Scope } from '../read/deadline';
import { WORKSPACE_COLUMNS, toWorkspace } from '../read/workspace-row';
import { commandErrors } from './command.errors';
import { insertRun } from './run-commands';

/**
 * Days begin elsewhere now: who is in must be asked anew, wherever a rule does not name its own zone. Of a version that is
 * just being filled, behind that fill.
 */
async function backfillLive(tx: WorkspaceTransaction, scope: Scope): Promise<void> {
  const { rows } = await sql<{ id: string; version: number }>`
    select s.id, v.version
    from segment s
    left join lateral (
      select max((params ->> 'version')::int) as version from run
      where workspace_id = s.workspace_id and job = 'segments.backfill' and status in ('queued', 'running')
        and params ->> 'segmentId' = s.id::text) as filling on true
    join segment_version v on v.workspace_id = s.workspace_id and v.segment_id = s.id
      and v.version = coalesce(filling.version, case when s.status = 'live' then s.live_version end)
    where s.workspace_id = ${scope.workspaceId}::uuid and s.status <> 'archived' and s.kind <> 'list'
      and v.rule -> 'options' ->> 'timezone' is null
    order by s.id`.execute(tx);
  for (const { id, version } of rows) {
    const params = { segmentId: segmentIdSchema.parse(id), version };
    await insertRun(tx, scope, { job: 'segments.backfill', params, idempotencyKey: null });
  }
}

/** Changes what is named; a repeat changes nothing. */
export function updateSettings(scope: Scope, settings: WorkspaceSettings): Promise<WorkspaceRecord> {
  const { timeZone, dedupeDays } = settings;
  return writing(scope, async (tx) => {
    const held = await tx
      .selectFrom('workspace')
      .select(WORKSPACE_COLUMNS)
      .where('workspace_id', '=', scope.workspaceId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!held) throw commandErrors.COMMAND_NOT_FOUND({ what: 'workspace' });
    const row = await tx
      .updateTable('workspace')
      .set({
        time_zone: timeZone ?? held.time_zone,
        dedupe_days: dedupeDays === undefined ? held.dedupe_days : dedupeDays,
      })
      .where('workspace_id', '=', scope.workspaceId)
      .returning(WORKSPACE_COLUMNS)
      .executeTakeFirstOrThrow();
    if (row.time_zone !== held.time_zone) await backfillLive(tx, scope);
    return toWorkspace(row);
  });
}
