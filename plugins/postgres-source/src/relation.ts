import { postgresSourceErrors } from './errors';
import type { Session } from './session';
import type { Settings } from './settings';

/** A column of what is read. `type`: as PostgreSQL writes it in a cast. */
export interface Column {
  readonly name: string;
  readonly oid: number;
  readonly type: string;
}

/** What is read, ready to stand behind `from`, and how its records are told apart. */
export interface Relation {
  readonly sql: string;
  readonly columns: readonly Column[];
  readonly key: readonly string[];
}

/** An identifier in SQL, whatever characters it has. */
export function quoted(identifier: string): string {
  return `"${identifier.replace(/"/g, '""')}"`;
}

/** `schema.table`; a name with dots of its own is written with quotes, as in SQL. */
export function tableParts(name: string): readonly [schema: string, table: string] {
  const parts = [...name.matchAll(/"((?:[^"]|"")+)"|([^."]+)/g)].map(([, held, bare]) =>
    held === undefined ? (bare ?? '') : held.replace(/""/g, '"'),
  );
  const [first = '', second] = parts;
  return second === undefined ? ['public', first] : [first, second];
}

function fromOf(settings: Settings): string {
  if (settings.table !== undefined) return tableParts(settings.table).map(quoted).join('.');
  const query = (settings.query ?? '').trim();
  if (query.endsWith(';') || !/^(?:select|with|values|table)\b/i.test(query)) {
    throw postgresSourceErrors.POSTGRES_SOURCE_QUERY();
  }
  // On lines of its own, so that a comment at its end does not swallow the bracket.
  return `(\n${query}\n)`;
}

/** `character` alone would cut to one character in a cast. */
const castOf = (type: string): string => (type === 'character' ? 'bpchar' : type);

async function columnsOf(session: Session, sql: string): Promise<Column[]> {
  const { fields } = await session.read(`select * from ${sql} as kohort_source limit 0`);
  const names = fields.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw postgresSourceErrors.POSTGRES_SOURCE_COLUMN_TWICE({ column: twice });
  const oids = [...new Set(fields.map((field) => field.dataTypeID))];
  const named = await session.read(`select t.oid::text, format_type(t.oid, null) from unnest($1::oid[]) as t (oid)`, [
    `{${oids.join(',')}}`,
  ]);
  const types = new Map(named.rows.map(([oid, type]) => [Number(oid), type ?? 'text']));
  return fields.map(({ name, dataTypeID: oid }) => ({ name, oid, type: castOf(types.get(oid) ?? 'text') }));
}

async function primaryKey(session: Session, table: string): Promise<string[]> {
  const { rows } = await session.read(
    `select a.attname from pg_index i
     join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
     cross join unnest(i.indkey) with ordinality as k (attnum, place)
     join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
     where i.indisprimary and n.nspname = $1 and c.relname = $2 order by k.place`,
    [...tableParts(table)],
  );
  return rows.map(([name]) => name ?? '');
}

/**
 * Finds out what the settings name: columns with their types, and the key.
 *
 * Throws  POSTGRES_SOURCE_…
 */
export async function findRelation(session: Session, settings: Settings): Promise<Relation> {
  const sql = fromOf(settings);
  const columns = await columnsOf(session, sql);
  const known = columns.map(({ name }) => name);
  const named = settings.keyColumns;
  const key = named.length > 0 || settings.table === undefined ? named : await primaryKey(session, settings.table);
  if (key.length === 0) throw postgresSourceErrors.POSTGRES_SOURCE_NO_KEY();
  for (const column of settings.cursorColumn === undefined ? key : [...key, settings.cursorColumn]) {
    if (!known.includes(column)) throw postgresSourceErrors.POSTGRES_SOURCE_COLUMN({ column, known: known.join(', ') });
  }
  return { sql, columns, key };
}
