/** The computed traits of workspaces that have their own. */
export const featureSets = `
-- Versions are never edited: stored values and models name them. Below 1000 are the sets that are built in.
create table feature_set (
  workspace_id uuid not null references workspace (workspace_id),
  version int not null check (version >= 1000),
  definitions jsonb not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, version)
);
`;
