/**
 * Rebuilding a workspace's identities by slices: what has been read of the history, until it has switched; and that it is
 * switching, which decisions about people wait for. Batches are found by the transaction that stored them, so that none
 * is passed over that came meanwhile.
 */
export const rebuild = `
create table identity_slice (
  workspace_id uuid not null references workspace (workspace_id),
  run_id uuid not null,
  slice int not null,
  body bytea not null,
  primary key (workspace_id, run_id, slice)
);

create table identity_switch (
  workspace_id uuid not null references workspace (workspace_id),
  run_id uuid not null,
  version int not null,
  since timestamptz not null default now(),
  primary key (workspace_id)
);

-- Null: from before this column.
alter table batch add column xid xid8;
alter table batch alter column xid set default pg_current_xact_id();
create index batch_order on batch (workspace_id, xid) where xid is not null;
`;
