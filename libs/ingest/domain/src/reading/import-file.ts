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

/** The ratio is looked at from here on: a small file of one repeated row may well inflate more. */
const RATIO_AFTER_BYTES = 16 * 1_048_576;
/** A tar archive names itself behind its first file's header. */
const TAR_AT = 257;
const SNIFFED_BYTES = 512;

const SIGNATURES: readonly (readonly [prefix: readonly number[], kind: FileKind | { readonly refused: string }])[] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0x50, 0x41, 0x52, 0x31], 'parquet'],
  [[0x50, 0x4b, 0x03, 0x04], { refused: 'it is a ZIP archive or a spreadsheet; export CSV, or unpack it' }],
  [[0xff, 0xfe], { refused: 'it is UTF-16; save it as UTF-8' }],
  [[0xfe, 0xff], { refused: 'it is UTF-16; save it as UTF-8' }],
  [[0x28, 0xb5, 0x2f, 0xfd], { refused: 'it is compressed with zstd; use gzip or none' }],
  [[0x42, 0x5a, 0x68], { refused: 'it is compressed with bzip2; use gzip or none' }],
  [[0x50, 0x4b, 0x05, 0x06], { refused: 'it is an empty ZIP archive' }],
  [[0x37, 0x7a, 0xbc, 0xaf], { refused: 'it is a 7z archive; unpack it' }],
  [[0xfd, 0x37, 0x7a, 0x58], { refused: 'it is compressed with xz; use gzip or none' }],
];

const refuse = (reason: string): never => {
  throw ingestErrors.INGEST_FILE_UNREADABLE({ reason });
};

function kindOf(head: Uint8Array): FileKind {
  if (Buffer.from(head.subarray(TAR_AT, TAR_AT + 5)).toString('latin1') === 'ustar') {
    return refuse('it is a tar archive; unpack it, a folder of files can be imported');
  }
  const [, kind] = SIGNATURES.find(([prefix]) => prefix.every((byte, i) => head[i] === byte)) ?? [];
  return typeof kind === 'object' ? refuse(kind.refused) : (kind ?? 'lines');
}

/** All bytes of a range, for readers that seek. */
export async function readRange(file: ImportFile, range: ByteRange): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.read(range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * All bytes of a range, in memory that can be given away.
 *
 * Throws  INGEST_FILE_UNREADABLE when the file ends before them
 */
export async function readWhole(file: ImportFile, { start, end }: ByteRange): Promise<ArrayBuffer> {
  const whole = new Uint8Array(end - start);
  let at = 0;
  for await (const chunk of file.read({ start, end })) {
    whole.set(chunk.subarray(0, whole.length - at), at);
    at += chunk.length;
  }
  if (at < whole.length) refuse(`it ends at byte ${start + at}, before the ${file.bytes} bytes that it should have`);
  return whole.buffer;
}

/**
 * What a file is, by its first bytes; its name does not matter.
 *
 * Throws  INGEST_FILE_UNREADABLE for what is known and not taken: archives, UTF-16, other compressions, an empty file
 */
export async function sniffFile(file: ImportFile): Promise<FileKind> {
  if (file.bytes === 0) refuse('it is empty');
  return kindOf(await readRange(file, { start: 0, end: Math.min(SNIFFED_BYTES, file.bytes) }));
}

/** Gzip holds lines, and nothing that would have to be unpacked again. */
function checkInflated(head: Uint8Array): void {
  const kind = kindOf(head);
  if (kind === 'gzip') refuse('it is gzip within gzip; unpack it once');
  if (kind === 'parquet') refuse('it is Parquet within gzip; unpack it');
}

/**
 * The inflated bytes of a gzip stream.
 *
 * Throws  INGEST_FILE_UNREADABLE when it is cut off, damaged, holds an archive, or inflates beyond the ratio (byte named)
 */
export async function* inflate(chunks: AsyncIterable<Uint8Array>, ratio: number): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 262_144 });
  const source = Readable.from(chunks);
  source.on('error', (error) => gunzip.destroy(error));
  let out = 0;
  try {
    for await (const chunk of source.pipe(gunzip)) {
      if (!(chunk instanceof Uint8Array)) continue;
      if (out === 0) checkInflated(chunk);
      out += chunk.length;
      if (out > RATIO_AFTER_BYTES && out > gunzip.bytesWritten * ratio) {
        refuse(`its first ${gunzip.bytesWritten} bytes inflate to ${out}, more than ${ratio} times as many`);
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
