/**
 * When models are fitted again by themselves, what the looks at them found, and alerts about models beside those about
 * events: an alert is of an event of a source, or of a model.
 */
export const modelWatch = `
create table model_refit (
  workspace_id uuid not null,
  model_id uuid not null,
  kind text not null check (kind in ('never', 'schedule', 'on_drift')),
  every_days int check (every_days between 1 and 366),
  changed_at timestamptz not null default now(),
  primary key (workspace_id, model_id),
  foreign key (workspace_id, model_id) references model (workspace_id, id),
  check ((kind = 'schedule') = (every_days is not null))
);

create table model_look (
  workspace_id uuid not null,
  model_id uuid not null,
  version int not null,
  day date not null,
  looked_at timestamptz not null default now(),
  drift jsonb not null,
  primary key (workspace_id, model_id, version, day),
  foreign key (workspace_id, model_id, version) references model_version (workspace_id, model_id, version)
);

alter table volume_alert alter column source_id drop not null;
alter table volume_alert add column model_id uuid;
alter table volume_alert add foreign key (workspace_id, model_id) references model (workspace_id, id);
alter table volume_alert drop constraint volume_alert_kind_check;
alter table volume_alert add constraint volume_alert_kind_check check (kind in ('drop', 'spike', 'silence', 'drift'));
alter table volume_alert add check ((kind = 'drift') = (model_id is not null));
alter table volume_alert add check ((kind = 'drift') = (source_id is null));
create unique index volume_alert_standing_model on volume_alert (workspace_id, model_id, kind)
  where state <> 'resolved' and model_id is not null;
`;
