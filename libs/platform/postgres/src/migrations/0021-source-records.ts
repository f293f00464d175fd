/** Records of mirrored connections: told apart by a digest of their key, so that those which no longer come are known. */
export const sourceRecords = `
create table source_record (
  workspace_id uuid not null,
  connection_id uuid not null,
  -- SHA-256 of connection and primary key.
  key bytea not null,
  -- Names what the record says: the id of its message at version 0.
  content text not null,
  -- How often that has changed since the first.
  version int not null default 0,
  -- Null: its row became no message.
  message_id text,
  seen_run uuid not null,
  is_gone boolean not null default false,
  primary key (workspace_id, connection_id, key),
  foreign key (workspace_id, connection_id) references source_connection (workspace_id, id) on delete cascade
);
`;
