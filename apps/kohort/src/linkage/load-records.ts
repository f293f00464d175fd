import {
  linkageErrors,
  inferFields,
  parseFieldList,
  TableEncoder,
  type EncodedTable,
  type LinkField,
} from '@kohort/identity-linkage';
import { openCsvRows, type CsvRows } from '../files/read-csv-rows';
import type { LinkageRequest } from './linkage-request';

/** Encoded records and their names. */
export interface LoadedRecords {
  readonly table: EncodedTable;
  readonly ids: readonly string[];
  readonly columns: number;
}

/** Rows that are looked at before the types of fields are settled. */
const LOOKED_AT = 1000;
/** Rows between two looks at whether to stop. */
const BREATH = 8192;

function placesOf(header: readonly string[], columns: readonly string[]): number[] {
  return columns.map((column) => {
    const at = header.indexOf(column);
    if (at < 0) {
      throw linkageErrors.LINKAGE_COLUMN_MISSING({ line: 1, column, columns: header.join(', ') });
    }
    return at;
  });
}

async function take(rows: AsyncIterator<readonly string[]>, most: number): Promise<(readonly string[])[]> {
  const head: (readonly string[])[] = [];
  while (head.length < most) {
    const next = await rows.next();
    if (next.done) break;
    head.push(next.value);
  }
  return head;
}

function settledFields(
  request: LinkageRequest,
  header: readonly string[],
  head: readonly (readonly string[])[],
): LinkField[] {
  const wanted = parseFieldList(request.fields ?? header.filter((column) => column !== request.id));
  placesOf(
    header,
    wanted.map(({ column }) => column),
  );
  return inferFields(wanted, (column) => head.map((row) => row[header.indexOf(column)] ?? ''));
}

/**
 * Reads the records of one file or two into an encoded table.
 *
 * Throws  those of openCsvRows; LINKAGE_BAD_PARAMETER for a column that is not there, LINKAGE_ID_REPEATED for a name that is
 *         empty or twice in a file, LINKAGE_CANCELLED
 */
export async function loadRecords(
  request: LinkageRequest,
  { signal, onRows }: { readonly signal: AbortSignal; readonly onRows: (rows: number) => void },
): Promise<LoadedRecords> {
  const ids: string[] = [];
  let encoder: TableEncoder | undefined;
  let fields: LinkField[] = [];
  let columns = 0;
  for (const [f, file] of request.files.entries()) {
    const { header, rows }: CsvRows = await openCsvRows(file);
    columns = Math.max(columns, header.length);
    const iterator = rows[Symbol.asyncIterator]();
    const head = await take(iterator, LOOKED_AT);
    if (!encoder) {
      fields = settledFields(request, header, head);
      encoder = new TableEncoder(fields, request);
    } else encoder.startSecondFile();
    const at = placesOf(
      header,
      fields.map(({ column }) => column),
    );
    const idAt = request.id === undefined ? -1 : (placesOf(header, [request.id])[0] ?? -1);
    const seen = new Set<string>();
    const cells: (string | undefined)[] = fields.map(() => undefined);
    let line = 1;
    const add = (row: readonly string[]): void => {
      line += 1;
      const id = idAt < 0 ? String(line) : (row[idAt] ?? '');
      if (idAt >= 0 && (id === '' || seen.has(id)))
        throw linkageErrors.LINKAGE_ID_REPEATED({ line, column: request.id ?? '' });
      if (idAt >= 0) seen.add(id);
      // A name without --id says which of two files its line is in.
      ids.push(idAt < 0 && request.files.length > 1 ? `${f === 0 ? 'a' : 'b'}:${id}` : id);
      at.forEach((place, k) => {
        cells[k] = row[place];
      });
      encoder?.add(cells);
      if (line % BREATH === 0) {
        if (signal.aborted) throw linkageErrors.LINKAGE_CANCELLED();
        onRows(ids.length);
      }
    };
    head.forEach(add);
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) add(next.value);
  }
  if (!encoder) throw linkageErrors.LINKAGE_TOO_FEW_RECORDS({ records: 0 });
  return { table: encoder.finish(), ids, columns };
}
