/** The registry of models, their versions and everybody's latest scores. */
export const models = `
create table model (
  workspace_id uuid not null references workspace (workspace_id),
  id uuid not null,
  key text not null,
  name text not null,
  kind text not null check (kind in ('clustering', 'propensity')),
  live_version int,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, key)
);

-- The served model is the pointer model.live_version; a version row is written last, after its artifact is fsynced.
create table model_version (
  workspace_id uuid not null,
  model_id uuid not null,
  version int not null,
  status text not null
    check (status in ('training', 'insufficient_data', 'refused', 'failed', 'ready', 'degraded', 'retired')),
  grade text check (grade in ('poor', 'fair', 'good', 'excellent')),
  run_id uuid not null,
  seed bigint not null,
  as_of timestamptz not null,
  artifact_key text,
  artifact_sha256 bytea,
  card jsonb not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, model_id, version),
  unique (workspace_id, model_id, run_id),
  foreign key (workspace_id, model_id) references model (workspace_id, id)
);

create table score (
  workspace_id uuid not null,
  model_id uuid not null,
  profile_id uuid not null,
  version int not null,
  as_of timestamptz not null,
  probability double precision,
  percentile double precision,
  cluster_key text,
  distance double precision,
  confidence double precision,
  primary key (workspace_id, model_id, version, profile_id),
  foreign key (workspace_id, model_id) references model (workspace_id, id),
  foreign key (workspace_id, profile_id) references profile (workspace_id, id)
);
create index score_cluster on score (workspace_id, model_id, version, cluster_key);
create index score_profile on score (workspace_id, profile_id);

-- Scores are written under their version and become visible by the pointer flip: readers see a whole version or none.
create view live_score with (security_invoker = true) as
  select s.*, m.key as model_key
  from score s
  join model m on m.workspace_id = s.workspace_id and m.id = s.model_id and m.live_version = s.version;
`;
