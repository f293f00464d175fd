/**
 * Weekly profiles of data: a row a field of a source's messages, of one of its events, or of people's traits. Sketches
 * and figures are JSON with the version of their shape; values that may name a person are masked before they come here.
 */
export const quality = `
create table quality_snapshot (
  workspace_id uuid not null references workspace (workspace_id),
  subject_kind text not null check (subject_kind in ('source', 'event', 'trait')),
  -- The source's key, or the trait's.
  subject_key text not null,
  -- The event's name; empty for sources and traits.
  event text not null default '',
  field text not null,
  -- The Monday, in UTC, of the week that it stands for.
  week date not null check (extract(isodow from week) = 1),
  at timestamptz not null,
  rows bigint not null check (rows >= 0),
  schema_version int not null check (schema_version > 0),
  profile jsonb not null,
  baseline_week date,
  drift jsonb,
  primary key (workspace_id, subject_kind, subject_key, event, field, week),
  check ((subject_kind = 'event') = (event <> '')),
  check ((drift is null) or (baseline_week < week))
);
create index quality_snapshot_week on quality_snapshot (workspace_id, week);
`;
