/**
 * Which version of a model was served from when on, and why: a version that is returned to is served more than once. What
 * was served at an instant is the last row before it. A version that scores everybody anew by the fit of another names it.
 */
export const modelServing = `
create table model_serving (
  workspace_id uuid not null,
  model_id uuid not null,
  place int not null,
  version int not null,
  served_at timestamptz not null default clock_timestamp(),
  cause text not null check (cause in ('fit', 'rollback', 'score')),
  -- Id of the key that asked for a rollback.
  asked_by text,
  primary key (workspace_id, model_id, place),
  foreign key (workspace_id, model_id, version) references model_version (workspace_id, model_id, version)
);
create index model_serving_version on model_serving (workspace_id, model_id, version);

insert into model_serving (workspace_id, model_id, place, version, served_at, cause)
select workspace_id, model_id,
  row_number() over (partition by workspace_id, model_id order by served_at, version), version, served_at, 'fit'
from model_version where served_at is not null;
alter table model_version drop column served_at;

alter table model_version add column fit_of int;
alter table model_version add foreign key (workspace_id, model_id, fit_of)
  references model_version (workspace_id, model_id, version);
`;
