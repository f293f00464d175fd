import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { Made, NewSourceConnection, SourceConnectionView, WorkspaceCommands } from '@kohort/kernel-contracts';
import { writing, type Scope } from '../read/deadline';
import { SOURCE_CONNECTION_COLUMNS, toSourceConnection } from '../read/source-connection-reader';
import { commandErrors } from './command.errors';
import { idForRequest, orTaken, requireSameRequest } from './make-once';

const MINUTE = 60;

function create(
  scope: Scope,
  made: NewSourceConnection,
  idempotencyKey: string | null,
): Promise<Made<SourceConnectionView>> {
  const id = idForRequest(scope.workspaceId, 'createPullSource', idempotencyKey);
  return orTaken('pull source', made.key, () =>
    writing(scope, async (tx) => {
      const source = await tx
        .selectFrom('source')
        .select('id')
        .where('workspace_id', '=', scope.workspaceId)
        .where('key', '=', made.sourceKey)
        .executeTakeFirst();
      if (!source) throw commandErrors.COMMAND_NOT_FOUND({ what: 'source' });
      const fresh = await tx
        .insertInto('source_connection')
        .values({
          workspace_id: scope.workspaceId,
          id,
          key: made.key,
          name: made.name,
          plugin: made.plugin,
          settings: JSON.stringify(made.settings),
          secrets: made.secrets === null ? null : Buffer.from(made.secrets),
          source_id: source.id,
          mapping: JSON.stringify(made.mapping),
          create_profiles: made.createProfiles,
          every_minutes: made.everyMinutes,
          next_at: made.everyMinutes === null ? null : sql`now()`,
        })
        .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doNothing())
        .returning('id')
        .executeTakeFirst();
      const row = await tx
        .selectFrom('source_connection')
        .select(SOURCE_CONNECTION_COLUMNS)
        .where('workspace_id', '=', scope.workspaceId)
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      // Not how often it is pulled: that is changed later, and the request stays the same.
      const same =
        row.key === made.key &&
        row.name === made.name &&
        row.plugin === made.plugin &&
        row.source_id === source.id &&
        row.create_profiles === made.createProfiles;
      requireSameRequest(
        same && isDeepStrictEqual(row.settings, made.settings) && isDeepStrictEqual(row.mapping, made.mapping),
      );
      return { record: toSourceConnection(row), fresh: fresh !== undefined };
    }),
  );
}

function schedule(scope: Scope, key: string, everyMinutes: number | null): Promise<SourceConnectionView> {
  return writing(scope, async (tx) => {
    const row = await tx
      .updateTable('source_connection')
      .set({
        every_minutes: everyMinutes,
        next_at: everyMinutes === null ? null : sql`now() + make_interval(secs => ${everyMinutes * MINUTE})`,
      })
      .where('workspace_id', '=', scope.workspaceId)
      .where('key', '=', key)
      .returning(SOURCE_CONNECTION_COLUMNS)
      .executeTakeFirst();
    if (!row) throw commandErrors.COMMAND_NOT_FOUND({ what: 'pull source' });
    return toSourceConnection(row);
  });
}

/** Configured sources: made with their secrets sealed, and scheduled by the database's clock. */
export function sourceConnectionCommands(
  scope: Scope,
): Pick<WorkspaceCommands, 'createSourceConnection' | 'scheduleSourceConnection'> {
  return {
    createSourceConnection: (made, idempotencyKey) => create(scope, made, idempotencyKey),
    scheduleSourceConnection: (key, everyMinutes) => schedule(scope, key, everyMinutes),
  };
}
