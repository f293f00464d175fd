/**
 * Whether people consent, as a log that the column store can follow: a row whenever what all identifiers of a person say
 * of a purpose has turned. It follows from `consent_event` and `identifier`; what was recorded before this is filled in.
 */
export const consentGiven = `
create table consent_given (
  workspace_id uuid not null references workspace (workspace_id),
  profile_id uuid not null,
  purpose text not null,
  given boolean not null,
  xid xid8 not null default pg_current_xact_id(),
  seq bigint generated always as identity,
  primary key (workspace_id, profile_id, purpose, seq)
);
create index consent_given_order on consent_given (workspace_id, xid, seq);

insert into consent_given (workspace_id, profile_id, purpose, given)
select workspace_id, profile_id, purpose, true from (
  select i.workspace_id, i.profile_id, c.purpose,
    max(c.at) filter (where c.state = 'granted') as granted_at,
    max(c.at) filter (where c.state = 'granted' and c.kind = 'explicit') as explicit_at,
    max(c.at) filter (where c.state <> 'granted') as refused_at,
    max(c.at) filter (where c.state <> 'granted' and c.kind = 'gpc') as gpc_at
  from identifier i
  join consent_event c on c.workspace_id = i.workspace_id and c.subject_type = i.type and c.subject_value = i.value
  group by i.workspace_id, i.profile_id, c.purpose
) said
where granted_at is not null and (refused_at is null or granted_at > refused_at)
  and (gpc_at is null or explicit_at > gpc_at);
`;
