/**
 * Run after every migration: puts forced row-level security and the app role's rights on every tenant table, so that a
 * new table cannot be forgotten. Partitions inherit rights but not policies, so they are covered by name too. It alters
 * only what is not yet as it should be: with nothing to do it waits for nobody.
 */
export const protect = `
do $protect$
declare t record;
begin
  for t in
    select c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, exists (
      select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped) as tenant
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'kohort' and c.relkind in ('r', 'p', 'v')
  loop
    if t.relkind = 'v' then
      execute format('grant select on kohort.%I to kohort_app', t.relname);
    elsif t.tenant then
      if not (t.relrowsecurity and t.relforcerowsecurity) then
        execute format('alter table kohort.%I enable row level security, force row level security', t.relname);
      end if;
      if not exists (select 1 from pg_policy p where p.polrelid = t.oid and p.polname = 'tenant') then
        execute format($policy$create policy tenant on kohort.%I to kohort_app
          using (workspace_id = nullif(current_setting('app.ws', true), '')::uuid)
          with check (workspace_id = nullif(current_setting('app.ws', true), '')::uuid)$policy$, t.relname);
      end if;
      if not (has_table_privilege('kohort_app', t.oid, 'select') and has_table_privilege('kohort_app', t.oid, 'insert')
              and has_table_privilege('kohort_app', t.oid, 'update') and has_table_privilege('kohort_app', t.oid, 'delete')) then
        execute format('grant select, insert, update, delete on kohort.%I to kohort_app', t.relname);
      end if;
    end if;
  end loop;

  -- The relay sees what is due, over all workspaces: ids, times and states, no content.
  for t in select unnest(array['outbox', 'task', 'run', 'segment_timer', 'workspace', 'source_connection', 'change_webhook',
                               'watch_turn', 'ledger_minute', 'identity_switch', 'segment', 'segment_timer_pack']) as relname loop
    if not exists (select 1 from pg_policy p
                   where p.polrelid = format('kohort.%I', t.relname)::regclass and p.polname = 'relay') then
      execute format('create policy relay on kohort.%I to kohort_relay using (true) with check (true)', t.relname);
    end if;
  end loop;
  grant select, delete on kohort.outbox to kohort_relay;
  grant select, insert, update, delete on kohort.task to kohort_relay;
  grant select (workspace_id, id, job, status, heartbeat_at, fence), update (heartbeat_at) on kohort.run to kohort_relay;
  grant select on kohort.segment_timer to kohort_relay;
  grant select (workspace_id, id, refresh_at) on kohort.segment to kohort_relay;
  grant select (workspace_id, first_due_at) on kohort.segment_timer_pack to kohort_relay;
  grant select (workspace_id, id, next_at) on kohort.source_connection to kohort_relay;
  grant select (workspace_id, id, next_at, failures) on kohort.change_webhook to kohort_relay;
  grant select (workspace_id) on kohort.workspace to kohort_relay;
  grant select (workspace_id, looked_at, next_at), update (looked_at) on kohort.watch_turn to kohort_relay;
  grant select (workspace_id, minute) on kohort.ledger_minute to kohort_relay;
  grant select (workspace_id, run_id, since) on kohort.identity_switch to kohort_relay;
  grant select on kohort.reader_position to kohort_relay, kohort_app;
  grant insert, update on kohort.reader_position to kohort_relay;
  grant usage on schema kohort to kohort_app, kohort_relay;
  grant usage on all sequences in schema kohort to kohort_app, kohort_relay;
end $protect$;
`;
