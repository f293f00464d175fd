/** Events, who they belong to, people and what is known of them. */
export const records = `
create table batch (
  workspace_id uuid not null references workspace (workspace_id),
  id uuid not null,
  kind text not null check (kind in ('events', 'membership')),
  row_count int not null default 0,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);

-- Raw events, as accepted. Partitioned by month of receipt, so that retention is a partition drop.
create table event (
  workspace_id uuid not null,
  id uuid not null,
  received_at timestamptz not null,
  batch_id uuid not null,
  source_id uuid not null,
  message_id text not null,
  type text not null check (type in ('identify', 'track', 'page', 'screen', 'group', 'alias')),
  name text,
  user_id text,
  anonymous_id text,
  previous_id text,
  group_id text,
  ts timestamptz not null,
  original_ts timestamptz,
  sent_at timestamptz,
  properties jsonb not null default '{}',
  traits jsonb not null default '{}',
  context jsonb not null default '{}',
  flags text[] not null default '{}',
  row_weight int not null default 1,
  primary key (workspace_id, id, received_at),
  foreign key (workspace_id, source_id) references source (workspace_id, id),
  foreign key (workspace_id, batch_id) references batch (workspace_id, id)
) partition by range (received_at);
create table event_default partition of event default;
create index event_batch on event (workspace_id, batch_id);

-- Dedupe: written in the same transaction as the event row.
create table event_key (
  workspace_id uuid not null,
  source_id uuid not null,
  message_id text not null,
  event_id uuid not null,
  body_hash bytea,
  expires_at timestamptz not null,
  primary key (workspace_id, source_id, message_id)
) partition by hash (workspace_id, source_id, message_id);
create table event_key_0 partition of event_key for values with (modulus 4, remainder 0);
create table event_key_1 partition of event_key for values with (modulus 4, remainder 1);
create table event_key_2 partition of event_key for values with (modulus 4, remainder 2);
create table event_key_3 partition of event_key for values with (modulus 4, remainder 3);

create table profile (
  workspace_id uuid not null references workspace (workspace_id),
  id uuid not null,
  canonical_id text not null,
  merged_into uuid,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, merged_into) references profile (workspace_id, id)
);

create table identifier (
  workspace_id uuid not null,
  type text not null,
  value text not null,
  profile_id uuid not null,
  first_seen_at timestamptz not null,
  primary key (workspace_id, type, value),
  foreign key (workspace_id, profile_id) references profile (workspace_id, id)
);
create index identifier_profile on identifier (workspace_id, profile_id);

create table merge_log (
  workspace_id uuid not null,
  id uuid not null,
  survivor_id uuid not null,
  absorbed_id uuid not null,
  event_id uuid not null,
  reason text not null,
  merged_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, survivor_id, absorbed_id, event_id),
  foreign key (workspace_id, survivor_id) references profile (workspace_id, id),
  foreign key (workspace_id, absorbed_id) references profile (workspace_id, id)
);

-- Which profile an event counts for: an append-only log of +1 and -1 (merge, unmerge, erasure). The column store loads
-- from it, and a person's history is the events whose signs sum to more than zero.
create table event_assignment (
  workspace_id uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity,
  event_id uuid not null,
  profile_id uuid not null,
  batch_id uuid not null,
  received_at timestamptz not null,
  ts timestamptz not null,
  sign smallint not null check (sign in (-1, 1)),
  primary key (workspace_id, event_id, profile_id, xid, seq),
  foreign key (workspace_id, profile_id) references profile (workspace_id, id)
);
create index event_assignment_order on event_assignment (workspace_id, xid, seq);
create index event_assignment_profile on event_assignment (workspace_id, profile_id, ts);
create index event_assignment_batch on event_assignment (workspace_id, batch_id);

-- A trait's history: value from an instant on; null removes. Of two values at one instant the greater message id wins.
create table trait_value (
  workspace_id uuid not null,
  profile_id uuid not null,
  key text not null,
  valid_from timestamptz not null,
  message_id text not null,
  kind text not null check (kind in ('custom', 'computed', 'predictive', 'cluster')),
  value jsonb,
  event_id uuid,
  xid xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity,
  sign smallint not null default 1 check (sign in (-1, 1)),
  primary key (workspace_id, profile_id, key, valid_from, message_id, sign),
  foreign key (workspace_id, profile_id) references profile (workspace_id, id)
);
create index trait_value_order on trait_value (workspace_id, xid, seq);

-- The latest computed features of a person, one row each: what their page and their explanations read.
create table profile_feature (
  workspace_id uuid not null,
  profile_id uuid not null,
  definition_version int not null,
  as_of timestamptz not null,
  feature_values jsonb not null,
  computed_at timestamptz not null default now(),
  primary key (workspace_id, profile_id, definition_version),
  foreign key (workspace_id, profile_id) references profile (workspace_id, id)
);
`;
