import type { ReadRow } from '../source-row';

/** Rows on their way between threads: of each column one text, and how long each cell of it is. */
export interface PackedRows {
  readonly rows: number;
  readonly columns: readonly { readonly text: string; readonly lengths: Uint32Array }[];
}

/** Packs cells, column by column. */
export function packRows(rows: number, columns: readonly (readonly string[])[]): PackedRows {
  return {
    rows,
    columns: columns.map((cells) => {
      const lengths = new Uint32Array(cells.length);
      for (let row = 0; row < cells.length; row += 1) lengths[row] = cells[row]?.length ?? 0;
      return { text: cells.join(''), lengths };
    }),
  };
}

/** The rows again; `line` is the number of the first. */
export function unpackRows({ rows, columns }: PackedRows, line: number): ReadRow[] {
  const cells: string[][] = Array.from({ length: rows }, () => new Array<string>(columns.length).fill(''));
  for (const [column, { text, lengths }] of columns.entries()) {
    let at = 0;
    for (let row = 0; row < rows; row += 1) {
      const own = cells[row];
      const end = at + (lengths[row] ?? 0);
      if (own) own[column] = text.slice(at, end);
      at = end;
    }
  }
  return cells.map((own, i) => ({ kind: 'cells', line: line + i, cells: own }));
}
