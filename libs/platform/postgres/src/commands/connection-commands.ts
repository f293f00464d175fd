import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import {
  syncIdSchema,
  type DestinationView,
  type Made,
  type MaskingSettings,
  type NewDestination,
  type NewSource,
  type NewSync,
  type SourceRecord,
  type SyncView,
  type WorkspaceCommands,
} from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { writing, type Scope } from '../read/deadline';
import { SOURCE_COLUMNS, toSource } from '../read/source-reader';
import { DESTINATION_COLUMNS, SYNC_COLUMNS, toDestination, toSync } from '../read/sync-reader';
import { commandErrors } from './command.errors';
import { idForRequest, orTaken, requireSameRequest } from './make-once';
import { insertRun } from './run-commands';

function createSource(scope: Scope, source: NewSource, idempotencyKey: string | null): Promise<Made<SourceRecord>> {
  const id = idForRequest(scope.workspaceId, 'createSource', idempotencyKey);
  return orTaken('source', source.key, () =>
    writing(scope, async (tx) => {
      const made = await tx
        .insertInto('source')
        .values({
          workspace_id: scope.workspaceId,
          id,
          key: source.key,
          name: source.name,
          kind: source.kind,
          write_key_hash: Buffer.from(source.writeKeyDigest),
        })
        .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doNothing())
        .returning('id')
        .executeTakeFirst();
      const row = await tx
        .selectFrom('source')
        .select(SOURCE_COLUMNS)
        .where('workspace_id', '=', scope.workspaceId)
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      requireSameRequest(row.key === source.key && row.name === source.name && row.kind === source.kind);
      return { record: toSource(row), fresh: made !== undefined };
    }),
  );
}

function maskSource(scope: Scope, key: string, masking: MaskingSettings | null): Promise<SourceRecord> {
  return writing(scope, async (tx) => {
    const row = await tx
      .updateTable('source')
      .set({ masking: masking === null ? null : JSON.stringify(masking) })
      .where('workspace_id', '=', scope.workspaceId)
      .where('key', '=', key)
      .returning(SOURCE_COLUMNS)
      .executeTakeFirst();
    if (!row) throw commandErrors.COMMAND_NOT_FOUND({ what: 'source' });
    return toSource(row);
  });
}

function createDestination(
  scope: Scope,
  destination: NewDestination,
  idempotencyKey: string | null,
): Promise<Made<DestinationView>> {
  const id = idForRequest(scope.workspaceId, 'createDestination', idempotencyKey);
  return orTaken('destination', destination.key, () =>
    writing(scope, async (tx) => {
      const made = await tx
        .insertInto('destination')
        .values({
          workspace_id: scope.workspaceId,
          id,
          key: destination.key,
          name: destination.name,
          plugin: destination.plugin,
          settings: JSON.stringify(destination.settings),
          secrets: destination.secrets === null ? null : Buffer.from(destination.secrets),
          purpose: destination.purpose,
        })
        .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doNothing())
        .returning('id')
        .executeTakeFirst();
      const row = await tx
        .selectFrom('destination')
        .select(DESTINATION_COLUMNS)
        .where('workspace_id', '=', scope.workspaceId)
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      const same =
        row.key === destination.key &&
        row.name === destination.name &&
        row.plugin === destination.plugin &&
        row.purpose === destination.purpose;
      requireSameRequest(same && isDeepStrictEqual(row.settings, destination.settings));
      return { record: toDestination(row), fresh: made !== undefined };
    }),
  );
}

async function idOf(
  tx: WorkspaceTransaction,
  scope: Scope,
  target: { table: 'destination' | 'segment'; key: string },
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(target.table)} where workspace_id = ${scope.workspaceId} and key = ${target.key}`.execute(
    tx,
  );
  if (!rows[0]) throw commandErrors.COMMAND_NOT_FOUND({ what: target.table });
  return rows[0].id;
}

function createSync(scope: Scope, sync: NewSync, idempotencyKey: string | null): Promise<Made<SyncView>> {
  const id = syncIdSchema.parse(idForRequest(scope.workspaceId, 'createSync', idempotencyKey));
  return writing(scope, async (tx) => {
    const destinationId = await idOf(tx, scope, { table: 'destination', key: sync.destinationKey });
    const segmentId = await idOf(tx, scope, { table: 'segment', key: sync.segmentKey });
    const made = await tx
      .insertInto('sync')
      .values({
        workspace_id: scope.workspaceId,
        id,
        destination_id: destinationId,
        segment_id: segmentId,
        mapping: JSON.stringify(sync.mapping),
        mode: sync.mode,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    const row = await tx
      .selectFrom('sync')
      .select(SYNC_COLUMNS)
      .where('workspace_id', '=', scope.workspaceId)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw commandErrors.COMMAND_SYNC_EXISTS();
    const same = row.destination_id === destinationId && row.segment_id === segmentId && row.mode === sync.mode;
    requireSameRequest(same && isDeepStrictEqual(row.mapping, sync.mapping));
    // A live sync owes the destination everybody who is in already; later changes come by themselves.
    if (made && sync.mode === 'live') {
      await insertRun(tx, scope, { job: 'sync.run', params: { syncId: id }, idempotencyKey: `first-run:${id}` });
    }
    return { record: toSync(row), fresh: made !== undefined };
  });
}

type ConnectionCommands = Pick<WorkspaceCommands, 'createSource' | 'maskSource' | 'createDestination' | 'createSync'>;

/** Sources, destinations and the syncs between segments and destinations. */
export function connectionCommands(scope: Scope): ConnectionCommands {
  return {
    createSource: (source, idempotencyKey) => createSource(scope, source, idempotencyKey),
    maskSource: (key, masking) => maskSource(scope, key, masking),
    createDestination: (destination, idempotencyKey) => createDestination(scope, destination, idempotencyKey),
    createSync: (sync, idempotencyKey) => createSync(scope, sync, idempotencyKey),
  };
}
