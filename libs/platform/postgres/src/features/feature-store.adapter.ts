import { sql } from 'kysely';
import type { FeatureSetRecord, FeatureStore, WorkspaceId } from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import type { Database, WorkspaceTransaction } from '../database';
import { holdFence } from '../fence';
import { jsonOf } from '../read/columns';

const featureErrors = defineErrors({
  FEATURES_WORKSPACE_UNKNOWN: { kind: 'not-found', message: () => 'there is no such workspace' },
});

/** Below are the versions of the sets that are built in. */
const FIRST_OWN_VERSION = 1_000;

async function setOf(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  version: number | null,
): Promise<FeatureSetRecord | null> {
  const all = tx
    .selectFrom('feature_set')
    .select(['version', 'definitions'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('version', 'desc')
    .limit(1);
  const row = await (version === null ? all : all.where('version', '=', version)).executeTakeFirst();
  return row ? { version: row.version, definitions: jsonOf(row.definitions) } : null;
}

/** The port, over tables `feature_set` and `profile_feature`. Rows travel as three arrays, so a page of 5,000 is one statement. */
export function featureStore(database: Database): FeatureStore {
  return {
    timeZone: (workspaceId) =>
      database.inWorkspace(
        workspaceId,
        async (tx) => {
          const row = await tx
            .selectFrom('workspace')
            .select('time_zone')
            .where('workspace_id', '=', workspaceId)
            .executeTakeFirst();
          if (!row) throw featureErrors.FEATURES_WORKSPACE_UNKNOWN({ workspaceId });
          return row.time_zone;
        },
        { readOnly: true },
      ),
    set: (workspaceId, version) =>
      database.inWorkspace(workspaceId, (tx) => setOf(tx, workspaceId, version), { readOnly: true }),
    addSet: (workspaceId, after, definitions) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const latest = await setOf(tx, workspaceId, null);
        if ((latest?.version ?? null) !== after) return null;
        const version = (after ?? FIRST_OWN_VERSION - 1) + 1;
        const added = await tx
          .insertInto('feature_set')
          .values({ workspace_id: workspaceId, version, definitions: JSON.stringify(definitions) })
          .onConflict((conflict) => conflict.columns(['workspace_id', 'version']).doNothing())
          .executeTakeFirst();
        return Number(added.numInsertedOrUpdatedRows ?? 0) === 0 ? null : { version, definitions };
      }),
    save: (fence, { definitionVersion, asOf }, rows) =>
      database.inWorkspace(fence.workspaceId, async (tx) => {
        await holdFence(tx, fence);
        const ids = rows.map(({ profileId }) => profileId);
        const values = rows.map((row) => JSON.stringify(row.values));
        // The join leaves out people that were erased since the column store was read.
        const written = await sql`
          insert into profile_feature (workspace_id, profile_id, definition_version, as_of, feature_values)
          select p.workspace_id, p.id, ${definitionVersion}, ${new Date(asOf)}, v.feature_values::jsonb
          from unnest(${ids}::uuid[], ${values}::text[]) v (profile_id, feature_values)
          join profile p on p.workspace_id = ${fence.workspaceId} and p.id = v.profile_id
          on conflict (workspace_id, profile_id, definition_version) do update
          set as_of = excluded.as_of, feature_values = excluded.feature_values, computed_at = now()`.execute(tx);
        return Number(written.numAffectedRows ?? 0);
      }),
  };
}
