/** Destinations, syncs, and the record-level ledger: what is desired, what is acknowledged, what is owed. */
export const sync = `
create table destination (
  workspace_id uuid not null references workspace (workspace_id),
  id uuid not null,
  key text not null,
  name text not null,
  plugin text not null,
  settings jsonb not null,
  secrets bytea,
  paused boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, key)
);

create table sync (
  workspace_id uuid not null,
  id uuid not null,
  destination_id uuid not null,
  segment_id uuid not null,
  mapping jsonb not null default '{}',
  mode text not null default 'live' check (mode in ('live', 'manual')),
  paused boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, destination_id, segment_id),
  foreign key (workspace_id, destination_id) references destination (workspace_id, id),
  foreign key (workspace_id, segment_id) references segment (workspace_id, id)
);

create table sync_run (
  workspace_id uuid not null,
  id uuid not null,
  sync_id uuid not null,
  status text not null default 'queued'
    check (status in ('queued', 'held', 'running', 'succeeded', 'partial', 'failed', 'cancelled')),
  held_reason text,
  funnel jsonb not null default '{}',
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, sync_id) references sync (workspace_id, id)
);

-- Member state in one destination: whatever differs between desired and acked is owed until paid.
create table sync_member (
  workspace_id uuid not null,
  sync_id uuid not null,
  profile_id uuid not null,
  state text not null check (state in ('clean', 'owed', 'sending', 'unknown', 'rejected', 'parked', 'held')),
  desired boolean not null,
  desired_version bigint not null,
  acked boolean,
  acked_version bigint,
  fence bigint,
  attempts int not null default 0,
  next_at timestamptz not null default now(),
  owed_since timestamptz,
  fingerprint bytea,
  last_code text,
  updated_at timestamptz not null default now(),
  primary key (workspace_id, sync_id, profile_id),
  foreign key (workspace_id, sync_id) references sync (workspace_id, id),
  foreign key (workspace_id, profile_id) references profile (workspace_id, id)
);
-- The next page in its order: removals, then additions; first tries before repeats.
create index sync_member_due on sync_member (workspace_id, sync_id, desired, attempts, next_at, profile_id)
  where state in ('owed', 'unknown');
create index sync_member_open on sync_member (workspace_id, sync_id, state, profile_id) where state <> 'clean';

-- One member's fate in one run.
create table sync_record (
  workspace_id uuid not null,
  run_id uuid not null,
  profile_id uuid not null,
  operation text not null check (operation in ('add', 'remove')),
  change_version bigint not null,
  fate text not null
    check (fate in ('pending', 'sent', 'accepted', 'rejected', 'unknown', 'unattributed', 'skipped', 'matched')),
  code text,
  message text,
  recorded_at timestamptz not null default now(),
  primary key (workspace_id, run_id, profile_id),
  foreign key (workspace_id, run_id) references sync_run (workspace_id, id)
);
`;
