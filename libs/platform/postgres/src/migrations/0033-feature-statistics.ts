/** What the values of computed traits were like, by version and instant, and what traits are told of everybody. */
export const featureStatistics = `
create table feature_statistics (
  workspace_id uuid not null references workspace (workspace_id),
  definition_version int not null,
  key text not null,
  as_of timestamptz not null,
  statistics jsonb not null,
  primary key (workspace_id, definition_version, key, as_of)
);

-- The latest figures alone: a person's scores are told by them between two passes over everybody.
create table feature_population (
  workspace_id uuid not null references workspace (workspace_id),
  definition_version int not null,
  as_of timestamptz not null,
  figures jsonb not null,
  primary key (workspace_id, definition_version)
);
`;
