/** Endpoints of a workspace that are sent the membership change log, each with how far it has been sent. */
export const changeWebhooks = `
create table change_webhook (
  workspace_id uuid not null references workspace (workspace_id),
  id uuid not null,
  url text not null,
  segment_id uuid,
  kinds text[],
  status text not null default 'active' check (status in ('active', 'retrying', 'paused', 'stopped')),
  -- Sealed: the secret that messages are signed with, and the one of before while that is good.
  secrets bytea not null,
  -- Everything at or before this place of the log has been acknowledged.
  xid xid8 not null,
  seq bigint not null,
  epoch int not null,
  failures int not null default 0,
  error_code text,
  error_message text,
  delivered bigint not null default 0,
  delivered_at timestamptz,
  -- By the database's clock: not tried before. Null: paused or stopped.
  next_at timestamptz default now(),
  -- The run that sends, so that no two do.
  run_id uuid,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, segment_id) references segment (workspace_id, id),
  check ((next_at is null) = (status in ('paused', 'stopped')))
);
create index change_webhook_due on change_webhook (next_at) where next_at is not null;
create index change_webhook_order on change_webhook (workspace_id, created_at, id);
`;
