/**
 * Roles, workspaces, keys, and the mechanisms every stage shares: batches, outbox, runs, ledger.
 *
 * `kohort_app` serves requests and jobs and sees one workspace at a time. `kohort_relay` wakes work: it may read what
 * is due over all workspaces (ids only) and nothing else. Neither owns anything.
 */
export const core = `
create table workspace (
  workspace_id uuid primary key,
  name text not null,
  time_zone text not null default 'UTC',
  created_at timestamptz not null default now()
);

create table source (
  workspace_id uuid not null references workspace (workspace_id),
  id uuid not null,
  key text not null,
  name text not null,
  kind text not null check (kind in ('http', 'import', 'demo')),
  write_key_hash bytea,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, key)
);

create table api_key (
  workspace_id uuid not null references workspace (workspace_id),
  id uuid not null,
  name text not null,
  secret_hash bytea not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (workspace_id, id)
);

-- What happened, handed on by the relay. Payload: ids only.
create table outbox (
  workspace_id uuid not null,
  seq bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(),
  topic text not null,
  payload jsonb not null check (pg_column_size(payload) <= 1024),
  created_at timestamptz not null default now(),
  primary key (workspace_id, xid, seq)
);
create index outbox_order on outbox (xid, seq) include (workspace_id);

-- Where each reader of a log stands. Global: a reader is one of ours, not a tenant's.
create table reader_position (
  reader text primary key,
  xid xid8 not null,
  seq bigint not null,
  epoch int not null default 1,
  moved_at timestamptz not null default now()
);
insert into reader_position (reader, xid, seq) values ('relay', '0', 0);

-- Work owed, one row a (job, entity): retries, starts and quarantine live here, not in the queue.
-- starts counts executions begun, failures those that ended with an error: what is between them ended with no word
-- (a crash). due_at is when a waiting task may start, and until when a running one is leased to its worker.
create table task (
  workspace_id uuid not null,
  id uuid not null,
  job text not null,
  entity text not null,
  payload jsonb not null check (pg_column_size(payload) <= 1024),
  status text not null default 'waiting' check (status in ('waiting', 'running', 'done', 'quarantined')),
  starts int not null default 0,
  failures int not null default 0,
  due_at timestamptz not null default now(),
  enqueued_at timestamptz,
  enqueues int not null default 0,
  last_error jsonb,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (workspace_id, id),
  unique (workspace_id, job, entity)
);
create index task_due on task (due_at) include (workspace_id, id) where status in ('waiting', 'running');
create index task_quarantined on task (workspace_id, job) where status = 'quarantined';
create index task_unqueued on task (due_at) include (workspace_id, id) where status = 'waiting' and enqueued_at is null;

-- One long job: its parameters, where it stands, and the fence that a commit must hold.
create table run (
  workspace_id uuid not null references workspace (workspace_id),
  id uuid not null,
  job text not null,
  params jsonb not null,
  status text not null default 'queued' check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  fence bigint not null default 0,
  starts int not null default 0,
  progress jsonb,
  checkpoint jsonb,
  result jsonb,
  error jsonb,
  cancel_requested boolean not null default false,
  idempotency_key text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  heartbeat_at timestamptz,
  finished_at timestamptz,
  primary key (workspace_id, id),
  unique (workspace_id, idempotency_key)
);
create index run_open on run (heartbeat_at) include (workspace_id, id) where status in ('queued', 'running');

-- Conservation law, per workspace, source and minute: received = stored + duplicate + rejected + suppressed + quarantined.
create table ledger_minute (
  workspace_id uuid not null references workspace (workspace_id),
  source_id uuid not null,
  minute timestamptz not null,
  received bigint not null default 0,
  stored bigint not null default 0,
  duplicate bigint not null default 0,
  rejected bigint not null default 0,
  suppressed bigint not null default 0,
  quarantined bigint not null default 0,
  primary key (workspace_id, source_id, minute),
  foreign key (workspace_id, source_id) references source (workspace_id, id),
  check (received = stored + duplicate + rejected + suppressed + quarantined)
);
`;
