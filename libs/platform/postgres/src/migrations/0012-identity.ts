/**
 * How a workspace tells people apart: its rules, what was said of which identifiers, and a merge log that tells why.
 */
export const identity = `
-- Rules as they were saved; one version is active, none until the first is applied.
create table identity_rules (
  workspace_id uuid not null references workspace (workspace_id),
  version int not null,
  rules jsonb not null,
  status text not null default 'draft' check (status in ('draft', 'active', 'retired')),
  note text,
  saved_by text not null,
  saved_at timestamptz not null default now(),
  applied_at timestamptz,
  primary key (workspace_id, version)
);
create unique index identity_rules_active on identity_rules (workspace_id) where status = 'active';

-- Values can be longer than an index takes, and a link has two.
create function identifier_key(type text, value text) returns bytea language sql immutable parallel safe
  return substring(sha256(decode(replace(type || ':' || value, '\\', '\\\\'), 'escape')) for 16);

-- Two identifiers that were said to be one person's, since when, and what became of it.
create table identity_link (
  workspace_id uuid not null references workspace (workspace_id),
  a_key bytea not null,
  b_key bytea not null,
  a_type text not null,
  a_value text not null,
  b_type text not null,
  b_value text not null,
  said_at timestamptz not null,
  message_id text not null,
  event_id uuid,
  cause text not null check (cause in ('link', 'alias', 'linkage', 'manual')),
  state text not null check (state in ('applied', 'refused', 'held', 'barred')),
  reason text,
  primary key (workspace_id, a_key, b_key)
);
create index identity_link_b on identity_link (workspace_id, b_key);
create index identity_link_open on identity_link (workspace_id, a_key, b_key) where state <> 'applied';

alter table merge_log
  add column kind text not null default 'merged' check (kind in ('merged', 'refused', 'held', 'unmerged')),
  add column a_type text,
  add column a_value text,
  add column b_type text,
  add column b_value text,
  add column rules_version int not null default 0,
  add column detail text,
  add column actor text,
  alter column event_id drop not null,
  alter column absorbed_id drop not null,
  drop constraint merge_log_workspace_id_survivor_id_absorbed_id_event_id_key;
create index merge_log_survivor on merge_log (workspace_id, survivor_id, merged_at);
create index merge_log_absorbed on merge_log (workspace_id, absorbed_id, merged_at);
create index profile_merged on profile (workspace_id, merged_into) where merged_into is not null;
`;
