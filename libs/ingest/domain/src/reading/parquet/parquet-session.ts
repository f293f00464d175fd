import { isAppError, type AppError } from '@kohort/kernel-errors';
import { ingestErrors } from '../../ingest-errors';
import { cellTextOf, type CellText } from './cell-text';
import { decodeColumn, type ColumnPages } from './decode-column';
import { packRows, type PackedRows } from './packed-rows';
import type { ColumnOfGroup, ParquetDecoder, ParquetFileName } from './parquet-decoder.port';
import type { ParquetOutline } from './parquet-footer';

/** Rows handed on at once, or fewer where their text is longer than this many characters. */
const BLOCK_ROWS = 5_000;
const BLOCK_CHARS = 16_777_216;

/** Values of a column, taken from the front. */
class ColumnCursor {
  private pages: ColumnPages;
  private at = 0;

  constructor(
    pages: ColumnPages,
    private readonly textOf: CellText,
  ) {
    this.pages = pages;
  }

  /** The next cells, which stay. */
  texts(count: number): string[] {
    const texts: string[] = [];
    let from = this.at;
    for (const page of this.pages) {
      for (let i = from; i < page.length && texts.length < count; i += 1) texts.push(this.textOf(page[i]));
      if (texts.length === count) break;
      from = 0;
    }
    return texts;
  }

  /** Lets cells go, and pages that are through. */
  pass(count: number): void {
    this.at += count;
    for (let [page] = this.pages; page && this.at >= page.length; [page] = this.pages) {
      this.at -= page.length;
      this.pages = this.pages.slice(1);
    }
  }
}

/**
 * A file that is being decoded here; what a decoder that runs elsewhere gives its calls to.
 *
 * Cost    the values of one row group in memory
 */
export class ParquetSession {
  private group = -1;
  private left = 0;
  private cursors: ColumnCursor[] = [];

  constructor(
    private readonly file: ParquetFileName,
    private readonly outline: ParquetOutline,
  ) {}

  async column(of: ColumnOfGroup, chunks: readonly ArrayBuffer[]): Promise<void> {
    if (of.group !== this.group || of.column === 0) this.begin(of.group);
    try {
      const pages = await decodeColumn(this.outline, of, chunks);
      const [element] = this.outline.columns[of.column]?.schema ?? [];
      this.cursors[of.column] = new ColumnCursor(pages, element ? cellTextOf(element) : String);
    } catch (thrown) {
      this.begin(of.group);
      throw this.damaged(of.column, thrown);
    }
  }

  block(): PackedRows | null {
    if (this.left === 0) return null;
    let rows = Math.min(BLOCK_ROWS, this.left);
    for (;;) {
      const cells = this.cells(rows);
      if (cells) {
        this.left -= rows;
        for (const cursor of this.cursors) cursor.pass(rows);
        return packRows(rows, cells);
      }
      rows = Math.ceil(rows / 2);
    }
  }

  private begin(group: number): void {
    this.group = group;
    this.left = this.outline.groups[group]?.rows ?? 0;
    this.cursors = [];
  }

  /** Cells of the next rows, column by column; null when that is too much text at once. */
  private cells(rows: number): string[][] | null {
    const cells: string[][] = [];
    let chars = 0;
    for (const [column, cursor] of this.cursors.entries()) {
      try {
        const texts = cursor.texts(rows);
        for (const text of texts) chars += text.length;
        cells.push(texts);
      } catch (thrown) {
        throw this.damaged(column, thrown);
      }
      if (chars > BLOCK_CHARS && rows > 1) return null;
    }
    return cells;
  }

  private damaged(column: number, cause: unknown): AppError {
    if (isAppError(cause)) return cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const { name } = this.outline.columns[column] ?? { name: '' };
    const details = { file: this.file.name, rowGroup: this.group + 1, column: name, reason };
    return ingestErrors.INGEST_PARQUET_DAMAGED(details, { cause });
  }
}

/** Decodes in this thread: for small files and for tests. What serves others decodes in a thread of its own. */
export const parquetHere: ParquetDecoder = {
  async open(file, { outline }) {
    const session = new ParquetSession(file, outline);
    return {
      column: (of, chunks) => session.column(of, chunks),
      block: async () => session.block(),
      close: async () => undefined,
    };
  },
};
