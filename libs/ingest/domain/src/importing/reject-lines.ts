import type { ImportBatch } from './import-records';

/**
 * The reject file of an import: one line of NDJSON for each row that became no part of a message, in file order
 * (`{line, row, code, column, message}`). It says where and why, not what: cells stay in the file they came from.
 */
export async function* rejectLines(batches: AsyncIterable<ImportBatch>): AsyncGenerator<Uint8Array> {
  for await (const { units } of batches) {
    const refused = units.flatMap((unit) => unit.refused);
    if (refused.length === 0) continue;
    refused.sort((a, b) => a.row - b.row);
    const lines = refused.map(({ line, row, code, column, message }) =>
      JSON.stringify({ line, row, code, column, message }),
    );
    yield Buffer.from(`${lines.join('\n')}\n`);
  }
}
