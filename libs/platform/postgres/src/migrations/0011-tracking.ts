/** Tracking plans, what was found against them, hourly volumes, and the alerts that follow from those. */
export const tracking = `
-- Versions of the plan of a source, or (source_id null) of every source without one of its own. A row never changes but
-- for its status, so that who approved what and when is read off it.
create table tracking_plan (
  workspace_id uuid not null references workspace (workspace_id),
  id uuid not null,
  source_id uuid,
  version int not null check (version > 0),
  status text not null default 'draft' check (status in ('draft', 'approved', 'archived')),
  origin text not null check (origin in ('written', 'learned')),
  document jsonb not null,
  -- What a learned plan rests on: examples and confidence, event by event.
  evidence jsonb,
  created_by text not null,
  created_at timestamptz not null default now(),
  approved_by text,
  approved_at timestamptz,
  archived_by text,
  archived_at timestamptz,
  primary key (workspace_id, id),
  unique nulls not distinct (workspace_id, source_id, version),
  foreign key (workspace_id, source_id) references source (workspace_id, id),
  check ((approved_at is null) = (approved_by is null)),
  check ((archived_at is null) = (archived_by is null)),
  check (status <> 'approved' or approved_at is not null),
  check ((status = 'archived') = (archived_at is not null))
);
create unique index tracking_plan_in_force on tracking_plan (workspace_id, source_id) nulls not distinct
  where status = 'approved';

alter table refused_event
  add column event text,
  add column plan_id uuid,
  add column plan_version int,
  add column violations jsonb,
  add column kept_at timestamptz not null default now();
create index refused_event_verdict on refused_event (workspace_id, verdict, received_at, id);

-- What each kind of event brought in an hour of receipt: live calls alone, an import's hour says nothing of its events.
create table event_hour (
  workspace_id uuid not null,
  source_id uuid not null,
  event text not null,
  hour timestamptz not null,
  stored bigint not null default 0,
  quarantined bigint not null default 0,
  last_at timestamptz not null,
  primary key (workspace_id, source_id, event, hour),
  foreign key (workspace_id, source_id) references source (workspace_id, id)
);

create table plan_violation_hour (
  workspace_id uuid not null,
  source_id uuid not null,
  event text not null,
  plan_id uuid not null,
  rule text not null,
  action text not null check (action in ('block', 'flag', 'pass')),
  hour timestamptz not null,
  count bigint not null default 0,
  primary key (workspace_id, source_id, event, plan_id, rule, action, hour),
  foreign key (workspace_id, plan_id) references tracking_plan (workspace_id, id)
);

-- What is normal for an event of a source, made anew each hour from event_hour.
create table event_baseline (
  workspace_id uuid not null,
  source_id uuid not null,
  event text not null,
  computed_for timestamptz not null,
  -- A shorter silence is never an alert, whatever the hour.
  quiet_ms double precision,
  baseline jsonb not null,
  primary key (workspace_id, source_id, event),
  foreign key (workspace_id, source_id) references source (workspace_id, id)
);

create table volume_alert (
  workspace_id uuid not null,
  id uuid not null,
  source_id uuid not null,
  event text not null,
  kind text not null check (kind in ('drop', 'spike', 'silence')),
  state text not null check (state in ('open', 'acknowledged', 'resolved')),
  opened_at timestamptz not null,
  seen_at timestamptz not null,
  hour timestamptz,
  observed double precision not null,
  expected double precision not null,
  score double precision not null,
  calm_hours int not null default 0,
  acknowledged_by text,
  acknowledged_at timestamptz,
  resolved_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, source_id) references source (workspace_id, id),
  check ((state = 'resolved') = (resolved_at is not null))
);
-- One alert at a time of one kind about one event: a second finding is the same alert seen again.
create unique index volume_alert_standing on volume_alert (workspace_id, source_id, event, kind) where state <> 'resolved';
create index volume_alert_order on volume_alert (workspace_id, opened_at, id);

-- Whose turn it is to look, by the database's clock: two processes at once look once.
create table watch_turn (
  workspace_id uuid not null references workspace (workspace_id),
  looked_at timestamptz not null,
  hour_done timestamptz not null,
  primary key (workspace_id)
);
`;
