import type { SourceTable } from '@kohort/kernel-contracts';
import type { SourceHost } from '@kohort/plugin-kit-sdk';
import { openSession } from './session';
import type { Settings } from './settings';

/** Columns that are looked at; a database of more tables is told of its first ones. */
const MAX_COLUMNS = 5_000;

/** The tables and views that this user may read, by name, with their columns and primary keys. */
export async function discover(settings: Settings, host: SourceHost): Promise<readonly SourceTable[]> {
  const session = await openSession(settings, host);
  try {
    const { rows } = await session.inTransaction(() =>
      session.read(
        `select n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod), (not a.attnotnull)::text,
           (exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)))::text
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
           and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and has_table_privilege(c.oid, 'select')
         order by 1, a.attnum limit $1::text::int`,
        [MAX_COLUMNS],
      ),
    );
    const tables = new Map<string, { columns: SourceTable['columns'][number][]; key: string[] }>();
    for (const [table = '', name = '', type = '', nullable, inKey] of rows) {
      const found = tables.get(table ?? '') ?? { columns: [], key: [] };
      found.columns.push({ name: name ?? '', type: type ?? '', nullable: nullable === 'true' });
      if (inKey === 'true') found.key.push(name ?? '');
      tables.set(table ?? '', found);
    }
    return [...tables].map(([name, { columns, key }]) => ({ name, columns, key }));
  } finally {
    await session.close();
  }
}
