import { sql } from 'kysely';
import type { KnownPeople, Recognition } from '@kohort/kernel-contracts';
import type { Database } from '../database';

/** Who is known, in PostgreSQL. See the port for what a caller may rely on. */
export function knownPeople(database: Database): KnownPeople {
  return {
    async recognise({ workspaceId, sourceId }, messages) {
      if (messages.length === 0) return [];
      const asked = messages.map(({ messageId, userId, anonymousId, previousId }, n) => ({
        n,
        message_id: messageId,
        user_id: userId,
        anonymous_id: anonymousId,
        previous_id: previousId,
      }));
      const { rows } = await database.inWorkspace(
        workspaceId,
        (tx) =>
          sql<{ verdict: Recognition }>`
            select case
              when exists (
                select 1 from event_key k where k.workspace_id = ${workspaceId}::uuid
                  and k.source_id = ${sourceId}::uuid and k.message_id = m.message_id) then 'stored'
              when exists (
                select 1 from identifier i
                where i.workspace_id = ${workspaceId}::uuid and (i.type, i.value) in (
                  ('user_id', m.user_id), ('anonymous_id', m.anonymous_id), ('user_id', m.previous_id),
                  ('anonymous_id', m.previous_id), ('previous_id', m.user_id), ('previous_id', m.anonymous_id)))
                then 'known' else 'unknown' end as verdict
            from json_to_recordset(${JSON.stringify(asked)}::json)
              as m (n int, message_id text, user_id text, anonymous_id text, previous_id text)
            order by m.n`.execute(tx),
        { readOnly: true },
      );
      return rows.map(({ verdict }) => verdict);
    },
  };
}
