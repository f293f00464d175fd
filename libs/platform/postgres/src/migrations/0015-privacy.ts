/**
 * Consent, the suppression list, and what of them the segments, destinations and the sync ledger must know. Consent is of
 * the identifier that it came with: a person's is that of all their identifiers, so that merges and unmerges need not
 * touch it. The list holds keyed digests and no value.
 */
export const privacy = `
create table consent_purpose (
  workspace_id uuid not null references workspace (workspace_id),
  key text not null,
  name text not null,
  categories text[] not null default '{}',
  sale_or_sharing boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (workspace_id, key)
);

-- Append-only. The key is what was said: the same again changes nothing.
create table consent_event (
  workspace_id uuid not null references workspace (workspace_id),
  subject_type text not null check (subject_type in ('user_id', 'anonymous_id', 'email', 'phone')),
  subject_value text not null,
  purpose text not null,
  at timestamptz not null,
  state text not null check (state in ('granted', 'denied', 'withdrawn')),
  kind text not null check (kind in ('stated', 'explicit', 'gpc')),
  basis text not null,
  source text not null,
  proof text not null,
  batch_id uuid not null,
  recorded_at timestamptz not null default now(),
  primary key (workspace_id, subject_type, subject_value, purpose, at, state, kind, source)
);
create index consent_event_batch on consent_event (workspace_id, batch_id);

-- Whose consent changed, or who was suppressed: read by the sync stage and taken away by it.
create table consent_change (
  workspace_id uuid not null references workspace (workspace_id),
  batch_id uuid not null,
  profile_id uuid not null,
  primary key (workspace_id, batch_id, profile_id)
);

create table suppression (
  workspace_id uuid not null references workspace (workspace_id),
  generation text not null,
  kind text not null check (kind in ('id', 'email', 'phone')),
  hash bytea not null,
  reason text not null,
  at timestamptz not null default now(),
  primary key (workspace_id, generation, kind, hash)
);

alter table profile add column suppressed_at timestamptz;
alter table segment add column purpose text;
alter table destination add column purpose text;

-- desired = member and allowed. Null in rows of before: then desired is what the membership says.
alter table sync_member add column member boolean, add column member_version bigint, add column turned_at timestamptz;
`;
