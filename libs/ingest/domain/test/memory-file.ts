import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import type { ImportFile } from '../src/reading/import-file';

/** An import file in memory, handed out in chunks of a given size. */
export function memoryFile(content: string | Buffer, chunk = 65_536): ImportFile {
  const bytes = Buffer.from(content);
  return {
    name: 'memory',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    async *read(range = { start: 0, end: bytes.length }) {
      for (let at = range.start; at < range.end; at += chunk) yield bytes.subarray(at, Math.min(at + chunk, range.end));
    },
  };
}

/** An import file on disk. */
export function diskFile(path: string): ImportFile {
  return {
    name: path,
    sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
    bytes: statSync(path).size,
    read: (range) => createReadStream(path, range ? { start: range.start, end: range.end - 1 } : {}),
  };
}
