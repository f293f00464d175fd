import { sql } from 'kysely';
import type { FeatureStore } from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import type { Database } from '../database';
import { holdFence } from '../fence';

const featureErrors = defineErrors({
  FEATURES_WORKSPACE_UNKNOWN: { kind: 'not-found', message: () => 'there is no such workspace' },
});

/** The port, over table `profile_feature`. Rows travel as three arrays, so a page of 5,000 is one statement. */
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
