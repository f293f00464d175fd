import { createReadStream, existsSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fileErrors } from './file-errors';

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

async function* sniffed(file: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await iterator.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const rest = async function* (): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  };
  // gzip is known by its magic bytes, whatever the file is called.
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* rest();
    return;
  }
  const source = Readable.from(rest());
  const gunzip = source.pipe(createGunzip());
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (thrown) {
    throw fileErrors.FILE_BAD_GZIP({ file, reason: reasonOf(thrown) }, { cause: thrown });
  }
}

/**
 * A file's bytes as a stream, unpacked when they are gzip.
 *
 * Throws  FILE_NOT_FOUND, FILE_UNREADABLE, FILE_BAD_GZIP
 */
export function readBytes(file: string): AsyncIterable<Buffer> {
  if (!existsSync(file)) throw fileErrors.FILE_NOT_FOUND({ file });
  if (!statSync(file).isFile()) throw fileErrors.FILE_UNREADABLE({ file, reason: 'it is not a file' });
  return sniffed(file, createReadStream(file, { highWaterMark: 1 << 20 }));
}

/**
 * The whole text of a file, refused when it is not UTF-8; a byte-order mark is dropped.
 *
 * Throws  FILE_NOT_UTF8 beside those of readBytes
 */
export async function readText(file: string): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parts: string[] = [];
  let byte = 0;
  try {
    for await (const chunk of readBytes(file)) {
      parts.push(decoder.decode(chunk, { stream: true }));
      byte += chunk.length;
    }
    parts.push(decoder.decode());
  } catch (thrown) {
    const invalid = (thrown as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    if (invalid) throw fileErrors.FILE_NOT_UTF8({ file, byte }, { cause: thrown });
    throw thrown;
  }
  return parts.join('');
}
