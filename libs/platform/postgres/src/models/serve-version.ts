import { sql } from 'kysely';
import type { ServingCause, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

/** A version of a model that is to be served. */
export interface ToServe {
  readonly workspaceId: WorkspaceId;
  readonly modelId: string;
  readonly version: number;
  readonly cause: ServingCause;
  /** Id of the key that asked; null when nobody did. */
  readonly askedBy?: string | null;
}

/** Points the model at a version, in one row update, and keeps from when on it is served. The caller holds the model's row. */
export async function serveVersion(tx: WorkspaceTransaction, to: ToServe): Promise<void> {
  const { workspaceId, modelId, version, cause, askedBy = null } = to;
  await tx
    .updateTable('model')
    .set({ live_version: version })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', modelId)
    .execute();
  await sql`
    insert into model_serving (workspace_id, model_id, place, version, cause, asked_by)
    select ${workspaceId}::uuid, ${modelId}::uuid, coalesce(max(place), 0) + 1, ${version}::int, ${cause}, ${askedBy}
    from model_serving where workspace_id = ${workspaceId} and model_id = ${modelId}`.execute(tx);
}
