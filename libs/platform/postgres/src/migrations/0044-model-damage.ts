/** Alerts about the file of a model, beside those about drift: what was written is not what was fitted. */
export const modelDamage = `
do $checks$
declare c record;
begin
  for c in select conname from pg_constraint where conrelid = 'volume_alert'::regclass and contype = 'c'
    and pg_get_constraintdef(oid) like '%''drift''%'
  loop
    execute format('alter table volume_alert drop constraint %I', c.conname);
  end loop;
end $checks$;
alter table volume_alert add constraint volume_alert_kind_check
  check (kind in ('drop', 'spike', 'silence', 'drift', 'damage'));
alter table volume_alert add constraint volume_alert_of_model check ((kind in ('drift', 'damage')) = (model_id is not null));
alter table volume_alert add constraint volume_alert_of_source check ((kind in ('drift', 'damage')) = (source_id is null));
`;
