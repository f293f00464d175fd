import { matchForms } from '@kohort/privacy-domain';
import { fileErrors } from './file-errors';
import { readTable, type Table } from './read-table';

/** Something that names a person, with the line that it stood on. */
export interface IdentifierLine {
  readonly type: string;
  readonly value: string;
  readonly line: number;
}

/** Of the file's own columns `type` and `value`, or of one column that holds identifiers of one type. */
export interface IdentifierColumns {
  readonly type?: string | undefined;
  readonly column?: string | undefined;
}

function placeOf(table: Table, column: string): number {
  const place = table.header.indexOf(column);
  if (place >= 0) return place;
  throw fileErrors.FILE_NO_SUCH_COLUMN({ line: 1, column, columns: table.header.join(', ') });
}

/**
 * Reads identifiers from a CSV file. Empty cells are passed over; a value that names nobody is refused with its line, for
 * on a suppression list it would suppress nobody in silence. No error shows a value.
 *
 * Throws  FILE_NO_SUCH_COLUMN, FILE_NAMES_NOBODY, and those of readTable
 */
export async function readIdentifiers(file: string, of: IdentifierColumns): Promise<readonly IdentifierLine[]> {
  const table = await readTable(file);
  const typed = of.type === undefined;
  const column = of.column ?? (typed ? 'value' : (table.header[0] ?? ''));
  const place = placeOf(table, column);
  const typePlace = typed ? placeOf(table, 'type') : -1;
  return table.rows.flatMap((cells, row): IdentifierLine[] => {
    const value = (cells[place] ?? '').trim();
    const type = of.type ?? (cells[typePlace] ?? '').trim();
    const line = table.lineOf(row);
    if (value === '') return [];
    if (matchForms({ type, value }, 'list').length === 0) throw fileErrors.FILE_NAMES_NOBODY({ line, column, type });
    return [{ type, value, line }];
  });
}
