import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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

/** Files of one folder that are imported together. */
const MAX_FILES = 1_000;

/** `*` and `?` in the last part of a path, as shells that did not expand them have it. */
function nameTest(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]');
  const expression = new RegExp(`^${source}$`, 'u');
  return (name) => expression.test(name);
}

/**
 * The data files that a path names, in the order of their names by code points: the file itself, those of a folder
 * (not of folders in it), or those that a pattern with `*` or `?` fits. Documentation and reference values beside them
 * are passed over. Links are refused: what a folder holds is what lies in it.
 *
 * Throws  FILE_NOT_FOUND, FILE_IS_LINK, FILE_TOO_MANY; FILE_EMPTY when there is none
 */
export function dataFiles(path: string): readonly string[] {
  const isPattern = !existsSync(path) && /[*?]/.test(basename(path));
  const folder = isPattern ? dirname(path) : path;
  if (!existsSync(folder)) throw fileErrors.FILE_NOT_FOUND({ file: path });
  if (statSync(folder).isFile()) return [path];
  const fits = isPattern ? nameTest(basename(path)) : (name: string): boolean => DATA_FILE.test(name);
  const entries = readdirSync(folder, { withFileTypes: true }).filter(
    ({ name }) => fits(name) && name !== 'reference.json',
  );
  const link = entries.find((entry) => entry.isSymbolicLink());
  if (link) throw fileErrors.FILE_IS_LINK({ file: join(folder, link.name) });
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  if (names.length === 0) throw fileErrors.FILE_EMPTY({ file: path });
  if (names.length > MAX_FILES) throw fileErrors.FILE_TOO_MANY({ file: path, limit: MAX_FILES });
  return names.sort().map((name) => join(folder, name));
}
