/**
 * Weekly profiles of records as wholes: of a source's messages, of one of its events, or of people (`trait`, empty key).
 * Counts, ids and names of fields; no value of anybody.
 */
export const qualityRecords = `
create table quality_records (
  workspace_id uuid not null references workspace (workspace_id),
  subject_kind text not null check (subject_kind in ('source', 'event', 'trait')),
  subject_key text not null,
  event text not null default '',
  week date not null check (extract(isodow from week) = 1),
  at timestamptz not null,
  rows bigint not null check (rows >= 0),
  schema_version int not null check (schema_version > 0),
  quality jsonb not null,
  primary key (workspace_id, subject_kind, subject_key, event, week),
  check ((subject_kind = 'event') = (event <> ''))
);
create index quality_records_week on quality_records (workspace_id, week);
`;
