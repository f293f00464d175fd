import type { ImportUnit } from '../mapping/import-unit';
import type { ImportBatch } from './import-records';

/** Lines of the reject file for units that follow each other; null when none of their rows was left out. */
function linesOf(units: readonly ImportUnit[]): Buffer | null {
  const refused = units.flatMap((unit) => unit.refused);
  if (refused.length === 0) return null;
  refused.sort((a, b) => a.row - b.row);
  const lines = refused.map(({ line, row, code, column, message }) =>
    JSON.stringify({ line, row, code, column, message }),
  );
  return Buffer.from(`${lines.join('\n')}\n`);
}

/**
 * The reject file of an import: one line of NDJSON for each row that became no part of a message, in file order
 * (`{line, row, code, column, message}`). It says where and why, not what: cells stay in the file they came from.
 */
export async function* rejectLines(batches: AsyncIterable<ImportBatch>): AsyncGenerator<Uint8Array> {
  for await (const { units } of batches) {
    const lines = linesOf(units);
    if (lines) yield lines;
  }
}

/** The same file, gathered while an import goes on, as long as it stays small: a second reading is then not needed. */
export class GatheredRejects {
  private chunks: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** Units follow each other in file order. */
  add(units: readonly ImportUnit[]): void {
    if (this.bytes > this.maxBytes) return;
    const lines = linesOf(units);
    if (!lines) return;
    this.chunks.push(lines);
    this.bytes += lines.length;
    if (this.bytes > this.maxBytes) this.chunks = [];
  }

  /** The file's bytes; null when it has become too large. */
  get content(): readonly Uint8Array[] | null {
    return this.bytes > this.maxBytes ? null : this.chunks;
  }
}
