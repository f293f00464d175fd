/** Segments, their versions, memberships, timers and the change log. */
export const segments = `
create table segment (
  workspace_id uuid not null references workspace (workspace_id),
  id uuid not null,
  key text not null,
  name text not null,
  kind text not null check (kind in ('rule', 'cluster', 'predictive', 'list')),
  status text not null default 'draft'
    check (status in ('draft', 'backfilling', 'live', 'held', 'paused', 'failed', 'archived')),
  live_version int,
  size bigint not null default 0,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, key)
);

create table segment_version (
  workspace_id uuid not null,
  segment_id uuid not null,
  version int not null,
  rule jsonb not null,
  rule_hash bytea not null,
  created_at timestamptz not null default now(),
  published_at timestamptz,
  primary key (workspace_id, segment_id, version),
  foreign key (workspace_id, segment_id) references segment (workspace_id, id)
);

-- One row a (segment, person) that was ever in. change_version rises by one with each entry and exit.
create table membership (
  workspace_id uuid not null,
  segment_id uuid not null,
  profile_id uuid not null,
  member boolean not null,
  change_version bigint not null,
  segment_version int not null,
  entered_at timestamptz,
  exited_at timestamptz,
  cause text not null check (cause in ('event', 'time', 'edit', 'merge', 'import', 'model', 'erasure')),
  proof jsonb,
  proof_hash bytea,
  primary key (workspace_id, segment_id, profile_id),
  foreign key (workspace_id, segment_id) references segment (workspace_id, id),
  foreign key (workspace_id, profile_id) references profile (workspace_id, id)
);
create index membership_members on membership (workspace_id, segment_id, profile_id) where member;
create index membership_profile on membership (workspace_id, profile_id);

create table membership_change (
  workspace_id uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity,
  batch_id uuid not null,
  segment_id uuid not null,
  segment_key text not null,
  profile_id uuid not null,
  kind text not null check (kind in ('entered', 'exited')),
  change_version bigint not null,
  segment_version int not null,
  rule_hash bytea not null,
  evaluated_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  cause text not null,
  proof_hash bytea,
  event_id uuid,
  primary key (workspace_id, segment_id, profile_id, change_version),
  foreign key (workspace_id, segment_id) references segment (workspace_id, id),
  foreign key (workspace_id, profile_id) references profile (workspace_id, id)
);
create index membership_change_order on membership_change (workspace_id, xid, seq);
create index membership_change_batch on membership_change (workspace_id, batch_id);
-- The latest change of one segment, and its history, newest first.
create index membership_change_segment on membership_change (workspace_id, segment_id, xid, seq);

-- The instant at which time alone may change the answer; due by the database clock.
create table segment_timer (
  workspace_id uuid not null,
  segment_id uuid not null,
  profile_id uuid not null,
  due_at timestamptz not null,
  primary key (workspace_id, segment_id, profile_id),
  foreign key (workspace_id, segment_id) references segment (workspace_id, id)
);
create index segment_timer_due on segment_timer (due_at) include (workspace_id);
`;
