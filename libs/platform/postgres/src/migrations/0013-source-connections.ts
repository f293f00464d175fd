/** Files that a source has had, and connections from which a source pulls its records. */
export const sourceConnections = `
create table imported_file (
  workspace_id uuid not null,
  source_id uuid not null,
  sha256 text not null,
  mapping_digest text not null,
  bytes bigint not null,
  rows bigint not null,
  run_id uuid not null,
  imported_at timestamptz not null default now(),
  primary key (workspace_id, source_id, sha256, mapping_digest),
  foreign key (workspace_id, source_id) references source (workspace_id, id)
);

create table source_connection (
  workspace_id uuid not null references workspace (workspace_id),
  id uuid not null,
  key text not null,
  name text not null,
  plugin text not null,
  settings jsonb not null,
  secrets bytea,
  source_id uuid not null,
  -- The name of a known mapping, or a mapping.
  mapping jsonb not null,
  -- Null: as the mapping says.
  create_profiles boolean,
  every_minutes int check (every_minutes between 1 and 44640),
  -- By the database's clock; null: pulled when asked to.
  next_at timestamptz,
  -- How far it has been read: moves with the rows, in their transaction. Opaque to all but the connector.
  position jsonb,
  -- The run that reads it, so that no two move the position.
  run_id uuid,
  pulled_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, key),
  foreign key (workspace_id, source_id) references source (workspace_id, id)
);
create index source_connection_due on source_connection (next_at) where next_at is not null;
`;
