import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { fileErrors } from './file-errors';
import { readBytes } from './read-bytes';

/** One line of a CSV file that is read as a stream; the header is known before the first row. */
export interface CsvRows {
  readonly header: readonly string[];
  readonly rows: AsyncIterable<readonly string[]>;
}

async function* decoded(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let byte = 0;
  try {
    for await (const chunk of readBytes(file)) {
      yield decoder.decode(chunk, { stream: true });
      byte += chunk.length;
    }
    yield decoder.decode();
  } catch (thrown) {
    const isInvalid = (thrown as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    throw isInvalid ? fileErrors.FILE_NOT_UTF8({ file, byte }, { cause: thrown }) : thrown;
  }
}

async function* parsed(file: string): AsyncGenerator<string[]> {
  const text = Readable.from(decoded(file), { objectMode: true });
  const parser = parse({ bom: true, skip_empty_lines: true });
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  try {
    for await (const row of parser) yield row as string[];
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    const line = Number((thrown as unknown as { lines?: number }).lines ?? 1);
    throw fileErrors.FILE_BAD_CSV({ line, reason: thrown.message }, { cause: thrown });
  } finally {
    text.destroy();
  }
}

/**
 * Reads a CSV file with one header line as a stream, gzip or not, in memory that does not grow with the file.
 *
 * Throws  FILE_EMPTY without a header, FILE_DUPLICATE_HEADER, FILE_BAD_CSV with the line (also for a row of another width),
 *         and those of readBytes
 */
export async function openCsvRows(file: string): Promise<CsvRows> {
  const iterator = parsed(file);
  const first = await iterator.next();
  if (first.done) throw fileErrors.FILE_EMPTY({ file });
  const header = first.value.map((name) => name.trim());
  header.forEach((name, i) => {
    if (header.indexOf(name) !== i) throw fileErrors.FILE_DUPLICATE_HEADER({ line: 1, column: name });
  });
  return { header, rows: iterator };
}
