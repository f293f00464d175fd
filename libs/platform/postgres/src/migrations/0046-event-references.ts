/**
 * What a statement's events refer to is looked up by key, one look-up a batch and source that they name: the plan for
 * any number of them read all batches of the workspace.
 */
export const eventReferences = `
create or replace function event_refers() returns trigger language plpgsql set search_path = kohort, pg_temp as $$
declare
  missing record;
begin
  select a.workspace_id, a.source_id, a.batch_id into missing
    from (select distinct workspace_id, source_id, batch_id from added offset 0) a
    where not exists (
        select 1 from source s where s.workspace_id = a.workspace_id and s.id = a.source_id offset 0 for key share)
      or not exists (select 1 from batch b where b.workspace_id = a.workspace_id and b.id = a.batch_id offset 0)
    limit 1;
  if found then
    raise foreign_key_violation using
      message = format('events name source %s and batch %s, of which one is not there', missing.source_id, missing.batch_id);
  end if;
  return null;
end $$;
`;
