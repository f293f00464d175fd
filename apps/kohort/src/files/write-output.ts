import { writeFileSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { fileErrors } from './file-errors';

/**
 * Writes rows as CSV to a file, or to standard output without one.
 *
 * Throws  FILE_CANNOT_WRITE
 */
export function writeCsv(
  file: string | undefined,
  header: readonly string[],
  rows: Iterable<readonly (string | number)[]>,
): void {
  writeText(
    file,
    stringify(
      [...rows].map((row) => [...row]),
      { header: true, columns: [...header] },
    ),
  );
}

/**
 * Writes text to a file, or to standard output without one.
 *
 * Throws  FILE_CANNOT_WRITE
 */
export function writeText(file: string | undefined, text: string): void {
  if (file === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(file, text);
  } catch (thrown) {
    throw fileErrors.FILE_CANNOT_WRITE(
      { file, reason: thrown instanceof Error ? thrown.message : String(thrown) },
      { cause: thrown },
    );
  }
}
