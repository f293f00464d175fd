import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ImportFile } from '@kohort/ingest-domain';
import { fileErrors } from './file-errors';

/**
 * A file on this machine, as the import engine wants it.
 *
 * Cost    one pass over the file for its digest
 * Throws  FILE_NOT_FOUND
 */
export async function localImportFile(path: string): Promise<ImportFile> {
  if (!existsSync(path)) throw fileErrors.FILE_NOT_FOUND({ file: path });
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return {
    name: basename(path),
    sha256: hash.digest('hex'),
    bytes: statSync(path).size,
    read: (range) =>
      createReadStream(
        path,
        range ? { start: range.start, end: range.end - 1 } : { highWaterMark: 1 << 20 },
      ) as AsyncIterable<Buffer>,
  };
}

const DATA_FILE = /\.(csv|tsv|ndjson|jsonl|json|parquet)(\.gz)?$/i;

/**
 * The data files of a folder, by name; a path to a file is that file. Documentation and reference values beside them
 * are passed over.
 *
 * Throws  FILE_NOT_FOUND; FILE_EMPTY when the folder holds none
 */
export function dataFiles(path: string): readonly string[] {
  if (!existsSync(path)) throw fileErrors.FILE_NOT_FOUND({ file: path });
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path).filter((name) => DATA_FILE.test(name) && name !== 'reference.json');
  if (names.length === 0) throw fileErrors.FILE_EMPTY({ file: path });
  return names.sort().map((name) => join(path, name));
}
