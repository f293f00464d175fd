/**
 * Who changed cluster with which version of a model: scores are kept for a few versions, these for all, so that anybody's
 * cluster at any time can be told. A version says which one it follows and when it began to be served; rows of a version
 * that never was say nothing.
 */
export const clusterMoves = `
alter table model_version add column follows int, add column served_at timestamptz;

create table cluster_move (
  workspace_id uuid not null,
  model_id uuid not null,
  version int not null,
  profile_id uuid not null,
  -- Null: in no cluster, or not known to the version.
  from_key text,
  to_key text,
  primary key (workspace_id, model_id, version, profile_id),
  foreign key (workspace_id, model_id, version) references model_version (workspace_id, model_id, version),
  foreign key (workspace_id, profile_id) references profile (workspace_id, id),
  check (from_key is distinct from to_key)
);

update model_version v set served_at = v.created_at
from model m where m.workspace_id = v.workspace_id and m.id = v.model_id and m.live_version = v.version;
insert into cluster_move (workspace_id, model_id, version, profile_id, to_key)
select workspace_id, model_id, version, profile_id, cluster_key from live_score where cluster_key is not null;
`;
