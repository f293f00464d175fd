import { sql } from 'kysely';
import { z } from 'zod';
import type { FeatureStatisticsRecord, FeatureStatisticsStore } from '@kohort/kernel-contracts';
import type { Database } from '../database';
import { holdFence } from '../fence';
import { jsonOf, ms } from '../read/columns';

/** Instants that are kept of a trait behind the first one. */
const KEPT = 60;

const figuresSchema = z.record(z.string(), z.array(z.number()));

interface Row {
  readonly key: string;
  readonly definition_version: number;
  readonly as_of: Date;
  readonly statistics: unknown;
}

const toRecord = (row: Row): FeatureStatisticsRecord => ({
  key: row.key,
  definitionVersion: row.definition_version,
  asOf: ms(row.as_of),
  statistics: jsonOf(row.statistics),
});

/** The port, over tables `feature_statistics` and `feature_population`. */
export function featureStatisticsStore(database: Database): FeatureStatisticsStore {
  return {
    save: (fence, { definitionVersion, asOf }, { rows, population }) =>
      database.inWorkspace(fence.workspaceId, async (tx) => {
        await holdFence(tx, fence);
        const at = new Date(asOf);
        await sql`
          insert into feature_statistics (workspace_id, definition_version, key, as_of, statistics)
          select ${fence.workspaceId}::uuid, ${definitionVersion}::int, r.key, ${at}::timestamptz, r.statistics::jsonb
          from unnest(${rows.map(({ key }) => key)}::text[], ${rows.map((row) => JSON.stringify(row.statistics))}::text[])
            as r (key, statistics)
          on conflict (workspace_id, definition_version, key, as_of) do update set statistics = excluded.statistics`.execute(
          tx,
        );
        await sql`
          delete from feature_statistics old using (
            select key, as_of, row_number() over (partition by key order by as_of desc) as place,
              row_number() over (partition by key order by as_of) as age
            from feature_statistics
            where workspace_id = ${fence.workspaceId}::uuid and definition_version = ${definitionVersion}::int) as ranked
          where old.workspace_id = ${fence.workspaceId}::uuid and old.definition_version = ${definitionVersion}::int
            and old.key = ranked.key and old.as_of = ranked.as_of and ranked.place > ${KEPT} and ranked.age > 1`.execute(
          tx,
        );
        await sql`
          insert into feature_population (workspace_id, definition_version, as_of, figures)
          values (${fence.workspaceId}::uuid, ${definitionVersion}::int, ${at}::timestamptz, ${JSON.stringify(population)}::jsonb)
          on conflict (workspace_id, definition_version) do update
          set as_of = excluded.as_of, figures = excluded.figures where feature_population.as_of <= excluded.as_of`.execute(
          tx,
        );
      }),
    list: (workspaceId, { definitionVersion, first }) =>
      database.inWorkspace(
        workspaceId,
        async (tx) => {
          const { rows } = await sql<Row>`
            select key, definition_version, as_of, statistics from (
              select *, row_number() over (partition by key order by as_of desc) as place from feature_statistics
              where workspace_id = ${workspaceId}::uuid and definition_version = ${definitionVersion}::int) as ranked
            where place <= ${first} order by key, as_of desc`.execute(tx);
          return rows.map(toRecord);
        },
        { readOnly: true },
      ),
    earliest: (workspaceId, definitionVersion) =>
      database.inWorkspace(
        workspaceId,
        async (tx) => {
          const { rows } = await sql<Row>`
            select distinct on (key) key, definition_version, as_of, statistics from feature_statistics
            where workspace_id = ${workspaceId}::uuid and definition_version = ${definitionVersion}::int
            order by key, as_of`.execute(tx);
          return rows.map(toRecord);
        },
        { readOnly: true },
      ),
    population: (workspaceId, definitionVersion) =>
      database.inWorkspace(
        workspaceId,
        async (tx) => {
          const row = await tx
            .selectFrom('feature_population')
            .select('figures')
            .where('workspace_id', '=', workspaceId)
            .where('definition_version', '=', definitionVersion)
            .executeTakeFirst();
          return row ? (figuresSchema.safeParse(row.figures).data ?? {}) : {};
        },
        { readOnly: true },
      ),
  };
}
