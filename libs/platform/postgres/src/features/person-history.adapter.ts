import { sql } from 'kysely';
import { z } from 'zod';
import type { EventId, JsonObject, PersonHistory } from '@kohort/kernel-contracts';
import { reading, scopeOf, type ReaderParts } from '../read/deadline';

const storedFeatures = z.record(z.string(), z.union([z.number(), z.string(), z.null()]));

interface EventRow {
  readonly eventId: EventId;
  readonly name: string;
  readonly ts: number;
  readonly properties: JsonObject;
}

/**
 * The port, over `profile_feature` and `event_assignment`.
 *
 * Throws  READ_DEADLINE
 */
export function personHistory(parts: ReaderParts): PersonHistory {
  return {
    features: (workspaceId, { profileId, definitionVersion, asOf }) =>
      reading(scopeOf(parts, workspaceId), async (tx) => {
        const row = await tx
          .selectFrom('profile_feature')
          .select('feature_values')
          .where('workspace_id', '=', workspaceId)
          .where('profile_id', '=', profileId)
          .where('definition_version', '=', definitionVersion)
          .where('as_of', '=', new Date(asOf))
          .executeTakeFirst();
        return row ? (storedFeatures.safeParse(row.feature_values).data ?? null) : null;
      }),
    events: (workspaceId, { profileId, until, propertiesOf }) =>
      reading(scopeOf(parts, workspaceId), async (tx) => {
        // Instants are whole milliseconds, as in the column store: of the last one all microseconds count.
        const found = await sql<EventRow>`
          with live as materialized (
            select event_id, received_at, ts from event_assignment
            where workspace_id = ${workspaceId}::uuid and profile_id = ${profileId}::uuid
              and ts < ${new Date(until + 1)}::timestamptz
            group by event_id, received_at, ts having sum(sign) > 0)
          select live.event_id as "eventId", coalesce(e.name, '') as name,
            floor(extract(epoch from live.ts) * 1000)::float8 as ts,
            case when ${propertiesOf === null} or e.name = any(${propertiesOf ?? []}::text[]) then e.properties else '{}'::jsonb end as properties
          from live cross join lateral (
            select name, properties from event
            where workspace_id = ${workspaceId}::uuid and id = live.event_id and received_at = live.received_at
            offset 0) as e`.execute(tx);
        return found.rows;
      }),
  };
}
