import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { compressors, decompressZstd } from 'hyparquet-compressors';

/** A page may be this large once it is unpacked; writers make pages of about a megabyte. */
export const PAGE_BYTES = 268_435_456;

type Unpack = (packed: Uint8Array, length: number) => Uint8Array | undefined;

/** Each writes at most the length that the page promises. */
const UNPACKERS: Readonly<Record<string, Unpack>> = {
  UNCOMPRESSED: (packed) => packed,
  SNAPPY: (packed, length) => compressors.SNAPPY?.(packed, length),
  GZIP: (packed, length) => gunzipSync(packed, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (packed, length) => brotliDecompressSync(packed, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (packed, length) => decompressZstd(packed, new Uint8Array(length)),
  LZ4: (packed, length) => compressors.LZ4?.(packed, length),
  LZ4_RAW: (packed, length) => compressors.LZ4_RAW?.(packed, length),
};

/** How many bytes one packed byte can become at most; the other codecs have no such number. */
const LARGEST_RATIO: Readonly<Record<string, number>> = { SNAPPY: 22, GZIP: 1_032, LZ4: 255, LZ4_RAW: 255 };
/** Of what little a page has around its data. */
const SLACK_BYTES = 64;

/**
 * Unpacks a page that says how large it will be.
 *
 * Throws  RangeError for another length than was promised; the codec's own errors
 */
export function unpackPage(packed: Uint8Array, length: number, codec: string): Uint8Array {
  const unpack = UNPACKERS[codec];
  if (!unpack) throw new RangeError(`pages packed with ${codec} cannot be read`);
  if (length > PAGE_BYTES) throw new RangeError(`a page of ${length} bytes, at most ${PAGE_BYTES} may be`);
  const possible = (packed.length + SLACK_BYTES) * (LARGEST_RATIO[codec] ?? Infinity);
  if (length > possible) throw new RangeError(`${packed.length} bytes of ${codec} cannot be ${length}`);
  if (length === 0) return new Uint8Array(0);
  const page = unpack(packed, length);
  if (page?.length !== length) throw new RangeError(`a page unpacks to ${page?.length} bytes instead of ${length}`);
  return page;
}
