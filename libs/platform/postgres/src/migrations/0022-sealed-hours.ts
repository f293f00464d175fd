/**
 * How many records the events of past hours stand for, so that the books are held against the events without reading all
 * of them each time. An hour is counted two hours after its end; an event that comes for it later, or goes, opens it
 * again. Events are found by their receipt through a BRIN index: they are written nearly in its order.
 */
export const sealedHours = `
create index event_received on event using brin (received_at) with (pages_per_range = 32);

-- Hours before this are counted, but for those that are open.
create table event_seal (
  workspace_id uuid not null references workspace (workspace_id),
  sealed_until timestamptz not null,
  primary key (workspace_id)
);

create table event_sealed_hour (
  workspace_id uuid not null,
  hour timestamptz not null,
  source_id uuid not null,
  records bigint not null check (records >= 0),
  primary key (workspace_id, hour, source_id),
  foreign key (workspace_id, source_id) references source (workspace_id, id)
);

-- Not counted, or not any more: an event came late or went, or nobody has been found for one yet.
create table event_open_hour (
  workspace_id uuid not null references workspace (workspace_id),
  hour timestamptz not null,
  checked_at timestamptz not null default '-infinity',
  primary key (workspace_id, hour)
);

create function event_opens_hours() returns trigger language plpgsql set search_path = kohort, pg_temp as $$
begin
  -- What comes in time is never of a sealed hour.
  if tg_op = 'INSERT' and not exists (select 1 from changed c where c.received_at < now() - interval '1 hour') then
    return null;
  end if;
  -- Whoever is counting these hours ends first, or begins after this commit.
  perform pg_advisory_xact_lock_shared(hashtextextended('event_seal ' || w.workspace_id, 0))
    from (select distinct c.workspace_id from changed c order by 1) as w;
  insert into event_open_hour (workspace_id, hour)
    select distinct c.workspace_id, date_bin('1 hour', c.received_at, 'epoch')
    from changed c join event_seal s on s.workspace_id = c.workspace_id and c.received_at < s.sealed_until
    order by 1, 2
    on conflict (workspace_id, hour) do update set checked_at = '-infinity';
  return null;
end $$;

create trigger event_opens_hours_in after insert on event
  referencing new table as changed for each statement execute function event_opens_hours();
create trigger event_opens_hours_out after delete on event
  referencing old table as changed for each statement execute function event_opens_hours();
`;
