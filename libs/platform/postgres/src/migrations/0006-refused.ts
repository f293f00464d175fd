/** What came over HTTP and could not become an event, as it came: listed and, once the cause is gone, replayed. */
export const refused = `
create table refused_event (
  workspace_id uuid not null,
  id uuid not null,
  source_id uuid not null,
  received_at timestamptz not null,
  verdict text not null check (verdict in ('rejected', 'quarantined')),
  code text not null,
  field text not null,
  -- JSON text, not jsonb: what jsonb cannot hold is one of the reasons to be here. Null: too large to be kept.
  payload text check (length(payload) <= 100000),
  primary key (workspace_id, id),
  foreign key (workspace_id, source_id) references source (workspace_id, id)
);
create index refused_event_time on refused_event (workspace_id, received_at, id);
`;
