import type { Clock } from '@kohort/kernel-clock-random';
import type { CommandPort, Made, NewApiKey, WorkspaceCommands } from '@kohort/kernel-contracts';
import type { Database } from '../database';
import { writing, type Scope } from '../read/deadline';
import { uuidsOf } from '../read/paging';
import { commandErrors } from './command.errors';
import { connectionCommands } from './connection-commands';
import { idForRequest, requireSameRequest } from './make-once';
import { rollbackModel, setModelRefit } from './model-commands';
import { cancelRun, insertRun } from './run-commands';
import { segmentCommands } from './segment-commands';
import { sourceConnectionCommands } from './source-connection-commands';
import { trackingCommands } from './tracking-commands';
import { updateSettings } from './workspace-settings';

function createApiKey(scope: Scope, key: NewApiKey, idempotencyKey: string | null): Promise<Made<{ id: string }>> {
  const id = idForRequest(scope.workspaceId, 'createApiKey', idempotencyKey);
  return writing(scope, async (tx) => {
    const made = await tx
      .insertInto('api_key')
      .values({
        workspace_id: scope.workspaceId,
        id,
        name: key.name,
        secret_hash: Buffer.from(key.digest),
        scopes: [...key.scopes],
        expires_at: key.expiresAt === null ? null : new Date(key.expiresAt),
      })
      .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!made) {
      const earlier = await tx
        .selectFrom('api_key')
        .select(['name', 'scopes'])
        .where('workspace_id', '=', scope.workspaceId)
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      requireSameRequest(earlier.name === key.name && earlier.scopes.join() === key.scopes.join());
    }
    return { record: { id }, fresh: made !== undefined };
  });
}

async function revokeApiKey(scope: Scope, keyId: string): Promise<void> {
  if (uuidsOf([keyId]).length === 0) throw commandErrors.COMMAND_NOT_FOUND({ what: 'key' });
  await writing(scope, async (tx) => {
    const held = await tx
      .selectFrom('api_key')
      .select('revoked_at')
      .where('workspace_id', '=', scope.workspaceId)
      .where('id', '=', keyId)
      .forUpdate()
      .executeTakeFirst();
    if (!held) throw commandErrors.COMMAND_NOT_FOUND({ what: 'key' });
    if (held.revoked_at !== null) return;
    await tx
      .updateTable('api_key')
      .set({ revoked_at: new Date(scope.clock.now()) })
      .where('workspace_id', '=', scope.workspaceId)
      .where('id', '=', keyId)
      .execute();
  });
}

function workspaceCommands(scope: Scope): WorkspaceCommands {
  return {
    ...segmentCommands(scope),
    ...connectionCommands(scope),
    ...sourceConnectionCommands(scope),
    updateSettings: (settings) => updateSettings(scope, settings),
    createApiKey: (key, idempotencyKey) => createApiKey(scope, key, idempotencyKey),
    revokeApiKey: (keyId) => revokeApiKey(scope, keyId),
    requestRun: (request) => writing(scope, (tx) => insertRun(tx, scope, request)),
    cancelRun: (runId) => cancelRun(scope, runId),
    rollbackModel: (target, idempotencyKey, ready) => rollbackModel(scope, target, { idempotencyKey, ready }),
    setModelRefit: (modelKey, refit) => setModelRefit(scope, modelKey, refit),
    tracking: trackingCommands(scope),
  };
}

/** The write side of the API over PostgreSQL; see the port for what a caller may rely on. */
export function commandAdapter(parts: { readonly database: Database; readonly clock: Clock }): CommandPort {
  return { forWorkspace: (workspaceId, deadlineMs) => workspaceCommands({ ...parts, workspaceId, deadlineMs }) };
}
