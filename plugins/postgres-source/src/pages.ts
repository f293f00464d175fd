import type { Json, PulledRow, RowPage } from '@kohort/kernel-contracts';
import { cellText } from './cell-text';
import { postgresSourceErrors } from './errors';
import { parsePosition, type Position } from './position';
import { quoted, type Column, type Relation } from './relation';
import type { Session } from './session';
import type { Settings } from './settings';

/** Text of a page beyond which the next one is asked for with fewer rows. */
const PAGE_BYTES = 8 * 1_048_576;
const TIMES = new Set(['timestamp without time zone', 'timestamp with time zone', 'date']);

interface Reader {
  readonly session: Session;
  readonly settings: Settings;
  readonly relation: Relation;
  /** Columns of the order: cursor first, then key. */
  readonly order: readonly Column[];
}

interface PageAsk {
  /** The furthest position so far; rows up to it are read again within the overlap. */
  readonly mark: Position | null;
  /** Reading goes on behind these values. */
  readonly after: readonly string[] | null;
  readonly limit: number;
}

const isTime = (column: Column | undefined): boolean => TIMES.has(column?.type ?? '');

/** Builds one page's statement; values go as parameters, names are quoted. */
function pageSql({ settings, relation, order }: Reader, ask: PageAsk): { text: string; values: (string | number)[] } {
  const values: (string | number)[] = [];
  const param = (value: string | number, type: string): string => `$${values.push(value)}::text::${type}`;
  const tuple = (at: readonly string[]): string =>
    `(${at.map((value, i) => param(value, order[i]?.type ?? 'text')).join(', ')})`;
  const names = order.map(({ name }) => quoted(name)).join(', ');
  const [first] = order;
  const cursor = settings.cursorColumn === undefined ? null : quoted(settings.cursorColumn);
  const where: string[] = [];
  if (ask.after) where.push(`(${names}) > ${tuple(ask.after)}`);
  else if (ask.mark && cursor !== null && settings.overlap > 0) {
    const from = param(ask.mark.at[0] ?? '', first?.type ?? 'text');
    const back = isTime(first)
      ? `make_interval(secs => ${param(settings.overlap, 'float8')})`
      : param(settings.overlap, 'numeric');
    where.push(`${cursor} >= ${from} - ${back}`);
  } else if (ask.mark) where.push(`(${names}) > ${tuple(ask.mark.at)}`);
  if (cursor !== null) {
    where.push(`${cursor} is not null`);
    if (settings.lagSeconds > 0 && isTime(first)) {
      where.push(`${cursor} < now() - make_interval(secs => ${param(settings.lagSeconds, 'float8')})`);
    }
  }
  const beyond = ask.mark ? `(${names}) > ${tuple(ask.mark.at)}` : 'true';
  const condition = where.length === 0 ? '' : `where ${where.join(' and ')}`;
  return {
    text: `select kohort_source.*, ${beyond} as kohort_beyond from ${relation.sql} as kohort_source
      ${condition} order by ${names} limit ${param(ask.limit, 'bigint')}`,
    values,
  };
}

function keyOf(row: readonly (string | null)[], columns: readonly Column[], key: readonly string[]): string[] {
  return key.map((name) => {
    const value = row[columns.findIndex((column) => column.name === name)] ?? null;
    if (value === null) throw postgresSourceErrors.POSTGRES_SOURCE_KEY_NULL({ column: name });
    return value;
  });
}

interface ReadPage {
  readonly rows: readonly PulledRow[];
  readonly columns: readonly string[];
  /** Order values of the last row; null for an empty page. */
  readonly last: readonly string[] | null;
  readonly isBeyond: boolean;
  readonly bytes: number;
}

async function readPage(reader: Reader, ask: PageAsk): Promise<ReadPage> {
  const { text, values } = pageSql(reader, ask);
  const { rows, fields } = await reader.session.inTransaction(() => reader.session.read(text, values));
  // By the answer's own columns: the table may have changed since it was looked at.
  const columns: Column[] = fields
    .slice(0, -1)
    .map(({ name, dataTypeID }) => ({ name, oid: dataTypeID, type: 'text' }));
  let bytes = 0;
  const pulled = rows.map((row): PulledRow => {
    const cells = columns.map(({ oid }, i) => cellText(row[i] ?? null, oid));
    for (const cell of cells) bytes += cell.length;
    return { key: JSON.stringify(keyOf(row, columns, reader.relation.key)), cells };
  });
  const end = rows[rows.length - 1];
  const names = reader.order.map(({ name }) => name);
  return {
    rows: pulled,
    columns: columns.map(({ name }) => name),
    last: end ? keyOf(end, columns, names) : null,
    isBeyond: end?.[columns.length] === 't',
    bytes,
  };
}

/**
 * Reads a relation in the order of cursor and key. With a cursor column the position stays behind the last record for
 * the next pull; without one it leads back to the beginning once everything has been read.
 *
 * Ties    records with the same cursor value in the order of their keys
 * Cost    a page in memory; each page is a transaction of its own, so that the server is not kept from cleaning up
 */
export async function* readPages(
  reader: Omit<Reader, 'order'>,
  from: { readonly position: Json; readonly limit: number },
): AsyncGenerator<RowPage> {
  const { settings, relation } = reader;
  const incremental = settings.cursorColumn !== undefined;
  const names = [...new Set(incremental ? [settings.cursorColumn ?? '', ...relation.key] : relation.key)];
  const order = names.flatMap((name) => relation.columns.filter((column) => column.name === name));
  let mark = parsePosition(from.position, names);
  let after: readonly string[] | null = null;
  let limit = from.limit;
  for (;;) {
    const page: ReadPage = await readPage({ ...reader, order }, { mark, after, limit });
    const isLast = page.rows.length < limit;
    if (page.last && page.isBeyond) mark = { v: 1, columns: names, at: [...page.last] };
    const position: Json = isLast && !incremental ? null : mark;
    yield { columns: page.columns, rows: page.rows, position };
    if (isLast) return;
    after = page.last;
    if (page.bytes > PAGE_BYTES) limit = Math.max(1, Math.floor(limit / 2));
    else if (page.bytes < PAGE_BYTES / 4) limit = Math.min(from.limit, limit * 2);
  }
}
