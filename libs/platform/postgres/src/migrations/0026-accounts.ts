/**
 * Accounts: profiles of the kind `account`, one a group id. Their traits stand in `trait_value`; who belongs to them
 * says trait `$group` of people, which goes with its event; their events are those whose `group_id` names them.
 */
export const accounts = `
alter table profile add column kind text not null default 'person' check (kind in ('person', 'account'));

-- The same id whichever event comes first, so that nothing has to be looked up.
create function account_id(workspace uuid, group_id text) returns uuid language sql immutable parallel safe
  -- A UUID of version 8: digits 13 and 17 say so.
  return overlay(overlay(
    encode(substring(sha256(decode(replace(workspace::text || ':account:' || group_id, '\\', '\\\\'), 'escape')) for 16), 'hex')
    placing '8' from 13) placing '8' from 17)::uuid;

create index profile_account on profile (workspace_id, canonical_id) where kind = 'account';
create index event_group on event (workspace_id, group_id, ts) where group_id is not null;
create index trait_value_group on trait_value (workspace_id, (value #>> '{}'), profile_id) where key = '$group';
`;
