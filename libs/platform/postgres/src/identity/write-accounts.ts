import { sql } from 'kysely';
import { ACCOUNT_TRAIT, RESERVED_TRAITS, type UnassignedEvent, type WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';
import { epoch } from './identity-rows';

/** Accounts that nobody has heard of, each with the trait that says which group it is. */
async function makeAccounts(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  events: readonly UnassignedEvent[],
): Promise<void> {
  const said = events.map(({ groupId, ts }) => ({ group_id: groupId, ts }));
  await sql`
    with made as (
      insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at, kind)
      select ${workspaceId}::uuid, account_id(${workspaceId}::uuid, r.group_id), r.group_id, ${epoch('min(r.ts)')},
        ${epoch('max(r.ts)')}, 'account'
      from json_to_recordset(${JSON.stringify(said)}::json) as r (group_id text, ts float8)
      group by r.group_id order by 2
      on conflict do nothing returning id, canonical_id)
    insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
    select ${workspaceId}::uuid, id, ${ACCOUNT_TRAIT}, 'epoch', '', 'custom', to_jsonb(canonical_id) from made
    on conflict do nothing`.execute(tx);
}

/**
 * Makes the accounts that events name, and writes down what group calls state of them. An account's own row is never
 * changed, so that nobody waits for it.
 *
 * Cost  nothing where no event names an account
 */
export async function writeAccounts(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  assigned: readonly { readonly event: UnassignedEvent }[],
): Promise<void> {
  const events = assigned.flatMap(({ event }) => (event.groupId === undefined ? [] : [event]));
  if (events.length === 0) return;
  await makeAccounts(tx, workspaceId, events);
  const rows = events.flatMap(({ type, groupId, traits, ts, messageId, eventId }) =>
    type !== 'group'
      ? []
      : Object.entries(traits)
          .filter(([key]) => !RESERVED_TRAITS.includes(key))
          .map(([key, value]) => ({
            group_id: groupId,
            key,
            value,
            valid_from: ts,
            message_id: messageId,
            event_id: eventId,
          })),
  );
  if (rows.length === 0) return;
  await sql`
    insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value, event_id)
    select ${workspaceId}::uuid, account_id(${workspaceId}::uuid, r.group_id), r.key, ${epoch('r.valid_from')},
      r.message_id, 'custom', r.value, r.event_id
    from json_to_recordset(${JSON.stringify(rows)}::json) as r
      (group_id text, key text, value jsonb, valid_from float8, message_id text, event_id uuid)
    on conflict do nothing`.execute(tx);
}
