import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ByteRange } from '@kohort/kernel-contracts';
import { ingestErrors } from '../ingest-errors';

/** A file to import, wherever it lies. `read` may be called several times and gives the same bytes each time. */
export interface ImportFile {
  readonly name: string;
  /** Digest of the bytes, lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
}

export type FileKind = 'lines' | 'gzip' | 'parquet';

/** A text file may inflate this much; beyond it, it was made to fill a disk. */
const MAX_GZIP_RATIO = 200;
const RATIO_AFTER_BYTES = 64 * 1_048_576;
const SNIFFED_BYTES = 8;

const SIGNATURES: readonly (readonly [prefix: readonly number[], kind: FileKind | { readonly refused: string }])[] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0x50, 0x41, 0x52, 0x31], 'parquet'],
  [[0x50, 0x4b, 0x03, 0x04], { refused: 'it is a ZIP archive or a spreadsheet; export CSV, or unpack it' }],
  [[0xff, 0xfe], { refused: 'it is UTF-16; save it as UTF-8' }],
  [[0xfe, 0xff], { refused: 'it is UTF-16; save it as UTF-8' }],
  [[0x28, 0xb5, 0x2f, 0xfd], { refused: 'it is compressed with zstd; use gzip or none' }],
  [[0x42, 0x5a, 0x68], { refused: 'it is compressed with bzip2; use gzip or none' }],
];

/** All bytes of a range, for readers that seek. */
export async function readRange(file: ImportFile, range: ByteRange): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.read(range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * What a file is, by its first bytes; its name does not matter.
 *
 * Throws  INGEST_FILE_UNREADABLE for what is known and not taken: ZIP, UTF-16, zstd, bzip2, an empty file
 */
export async function sniffFile(file: ImportFile): Promise<FileKind> {
  if (file.bytes === 0) throw ingestErrors.INGEST_FILE_UNREADABLE({ reason: 'it is empty' });
  const head = await readRange(file, { start: 0, end: Math.min(SNIFFED_BYTES, file.bytes) });
  const found = SIGNATURES.find(([prefix]) => prefix.every((byte, i) => head[i] === byte));
  if (!found) return 'lines';
  const [, kind] = found;
  if (typeof kind === 'object') throw ingestErrors.INGEST_FILE_UNREADABLE({ reason: kind.refused });
  return kind;
}

/**
 * The inflated bytes of a gzip stream.
 *
 * Throws  INGEST_FILE_UNREADABLE when it is cut off, damaged, or inflates more than two hundredfold
 */
export async function* inflate(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 262_144 });
  const source = Readable.from(chunks);
  source.on('error', (error) => gunzip.destroy(error));
  let out = 0;
  try {
    for await (const chunk of source.pipe(gunzip)) {
      if (!(chunk instanceof Uint8Array)) continue;
      out += chunk.length;
      if (out > RATIO_AFTER_BYTES && out > gunzip.bytesWritten * MAX_GZIP_RATIO) {
        throw ingestErrors.INGEST_FILE_UNREADABLE({ reason: `it inflates more than ${MAX_GZIP_RATIO} times` });
      }
      yield chunk;
    }
  } catch (cause) {
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
    if (!code.startsWith('Z_')) throw cause;
    throw ingestErrors.INGEST_FILE_UNREADABLE({ reason: `its gzip stream is damaged (${code})` }, { cause });
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}
