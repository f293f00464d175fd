/**
 * How many rows a batch is taken to have, whatever the statistics of the moment say: after a first import they say that
 * all rows are of one batch, and a statement that asks for the rows of a few live batches would read the table whole. The
 * options count from the next `analyze` on, which autovacuum does by itself.
 */
export const batchStatistics = `
do $$
declare t regclass;
begin
  for t in
    select 'event'::regclass union all select inhrelid::regclass from pg_inherits where inhparent = 'event'::regclass
    union all select unnest(array['event_assignment', 'consent_event']::regclass[])
  loop
    execute format('alter table %s alter column batch_id set (n_distinct = -0.02, n_distinct_inherited = -0.02)', t);
  end loop;
end $$;
`;
