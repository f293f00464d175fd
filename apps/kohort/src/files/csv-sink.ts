import { closeSync, openSync, writeSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { fileErrors } from './file-errors';

const STANDARD_OUTPUT = 1;
const LINES_A_WRITE = 8192;

/** Takes the lines of a CSV file one by one. */
export interface CsvSink {
  push(line: readonly (string | number)[]): void;
  /** Writes what is left; nothing may be pushed after it. */
  close(): void;
}

/**
 * Begins a CSV file, or standard output without one, in memory that does not grow with it.
 *
 * Throws  FILE_CANNOT_WRITE, also from its methods
 */
export function openCsvSink(file: string | undefined, header: readonly string[]): CsvSink {
  const guarded = <T>(act: () => T): T => {
    try {
      return act();
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw fileErrors.FILE_CANNOT_WRITE({ file: file ?? 'standard output', reason }, { cause: thrown });
    }
  };
  const fd = guarded(() => (file === undefined ? STANDARD_OUTPUT : openSync(file, 'w')));
  let batch: (readonly (string | number)[])[] = [header];
  const flush = (): void => {
    const text = Buffer.from(stringify(batch.map((line) => [...line])));
    batch = [];
    guarded(() => {
      for (let at = 0; at < text.length;) at += writeSync(fd, text, at);
    });
  };
  return {
    push(line) {
      batch.push(line);
      if (batch.length >= LINES_A_WRITE) flush();
    },
    close() {
      flush();
      if (file !== undefined) guarded(() => closeSync(fd));
    },
  };
}
