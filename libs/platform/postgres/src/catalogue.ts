import type { Client } from 'pg';

/** One thing in the catalogue that would let one tenant see, change or guess at another's rows. */
export interface CatalogueViolation {
  readonly rule: string;
  readonly object: string;
}

/** Tables that belong to no tenant: where our own readers stand. */
export const GLOBAL_TABLES: readonly string[] = ['reader_position'];

/** What the relay may read or write over all workspaces: ids, times and states. */
export const RELAY_TABLES: readonly string[] = [
  'outbox',
  'task',
  'run',
  'segment_timer',
  'workspace',
  'source_connection',
  'change_webhook',
  'watch_turn',
  'ledger_minute',
  'identity_switch',
  'segment',
  'segment_timer_pack',
  'reader_position',
];

const TENANT = `(workspace_id = (NULLIF(current_setting('app.ws'::text, true), ''::text))::uuid)`;

const tables = `
select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relkind, c.reloptions, a.attnum as ws
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'kohort'
left join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped`;

/** Each query names the objects that break its rule. $1: global tables, $2: tables of the relay, $3: the tenant clause. */
const rules: Readonly<Record<string, string>> = {
  'table without workspace_id': `
    select relname as object from t where relkind in ('r', 'p') and ws is null and relname <> all ($1)`,
  'row-level security not forced': `
    select relname as object from t where relkind in ('r', 'p') and ws is not null
    and not (relrowsecurity and relforcerowsecurity)`,
  'no tenant policy': `
    select relname as object from t where relkind in ('r', 'p') and ws is not null and not exists (
      select 1 from pg_policy p where p.polrelid = t.oid and p.polname = 'tenant')`,
  'policy without both clauses': `
    select t.relname || '.' || p.polname as object from t join pg_policy p on p.polrelid = t.oid
    where p.polqual is null or p.polwithcheck is null`,
  'policy shows other workspaces': `
    select t.relname || '.' || p.polname as object from t join pg_policy p on p.polrelid = t.oid
    where (pg_get_expr(p.polqual, p.polrelid) is distinct from $3
           or pg_get_expr(p.polwithcheck, p.polrelid) is distinct from $3)
    and not (p.polroles = array['kohort_relay'::regrole::oid] and t.relname = any ($2))`,
  'unique index without workspace_id': `
    select i.indexrelid::regclass::text as object from t join pg_index i on i.indrelid = t.oid
    where i.indisunique and t.ws is not null and t.ws <> all (i.indkey::int2[])`,
  'foreign key without workspace_id': `
    select t.relname || '.' || k.conname as object from t join pg_constraint k on k.conrelid = t.oid
    where k.contype = 'f' and t.ws is not null and not exists (
      select 1 from unnest(k.conkey, k.confkey) as pair (mine, theirs)
      join pg_attribute a on a.attrelid = k.confrelid and a.attnum = pair.theirs
      where pair.mine = t.ws and a.attname = 'workspace_id')`,
  'view without security_invoker': `
    select relname as object from t where relkind = 'v'
    and not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1']`,
  'materialised view readable': `
    select relname as object from t where relkind = 'm'
    and (has_table_privilege('kohort_app', oid, 'select') or has_table_privilege('kohort_relay', oid, 'select'))`,
  'definer function executable': `
    select p.proname as object from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'kohort'
    where p.prosecdef
    and (has_function_privilege('kohort_app', p.oid, 'execute') or has_function_privilege('kohort_relay', p.oid, 'execute'))`,
  'truncate granted': `
    select relname as object from t where relkind in ('r', 'p')
    and (has_table_privilege('kohort_app', oid, 'truncate') or has_table_privilege('kohort_relay', oid, 'truncate'))`,
  'app writes a global table': `
    select relname as object from t where relkind in ('r', 'p') and relname = any ($1)
    and has_any_column_privilege('kohort_app', oid, 'insert, update')`,
  'relay reads content': `
    select relname as object from t where relkind in ('r', 'p') and relname <> all ($2)
    and has_any_column_privilege('kohort_relay', oid, 'select, insert, update')`,
  'role too strong': `
    select rolname as object from pg_roles where rolname in ('kohort_app', 'kohort_relay')
    and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
  'role owns an object': `
    select r.rolname || ' owns ' || d.objid as object from pg_shdepend d join pg_roles r on r.oid = d.refobjid
    where d.deptype = 'o' and r.rolname in ('kohort_app', 'kohort_relay')`,
};

/**
 * Reads the catalogue and names whatever would weaken the wall between tenants. Run in the tests and by readiness: an
 * empty answer is the only good one.
 */
export async function catalogueViolations(client: Client): Promise<readonly CatalogueViolation[]> {
  const found: CatalogueViolation[] = [];
  for (const [rule, query] of Object.entries(rules)) {
    const used = { $1: GLOBAL_TABLES, $2: RELAY_TABLES, $3: TENANT };
    const values: unknown[] = [];
    const text = query.replace(/\$[123]/g, (name) => {
      values.push(used[name === '$1' ? '$1' : name === '$2' ? '$2' : '$3']);
      return `$${values.length}`;
    });
    const answer = await client.query<{ object: string }>(`with t as (${tables}) ${text}`, values);
    for (const row of answer.rows) found.push({ rule, object: row.object });
  }
  return found;
}
