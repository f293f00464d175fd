import { profileIdSchema, type ProfileId, type ProfileMatrix } from '@kohort/kernel-contracts';
import { columnsErrors } from './errors';

/** Bytes of a UUID in RowBinary: two 64-bit words, each little-endian, the high one first. */
export const UUID_BYTES = 16;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
/** Where the bytes of a UUID stand, in the order in which they are written; -1 is a dash. */
const ORDER = [7, 6, 5, 4, -1, 3, 2, -1, 1, 0, -1, 15, 14, -1, 13, 12, 11, 10, 9, 8];

/** The UUID that begins at a byte. */
export function uuidAt(bytes: Buffer, at: number): ProfileId {
  let text = '';
  for (const place of ORDER) text += place < 0 ? '-' : (HEX[bytes[at + place] as number] as string);
  return profileIdSchema.parse(text);
}

/** Cuts a stream of bytes into rows of one width; the last chunk's rest is carried over. */
async function* rowsOf(chunks: AsyncIterable<unknown>, width: number): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw columnsErrors.COLUMNS_ANSWER_INVALID({ reason: 'not bytes' });
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % width);
    if (whole > 0) yield bytes.subarray(0, whole);
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) throw columnsErrors.COLUMNS_ANSWER_INVALID({ reason: `rows are not ${width} bytes wide` });
}

/**
 * Reads a RowBinary answer of one UUID column.
 *
 * Throws  COLUMNS_ANSWER_INVALID
 */
export async function readMembers(chunks: AsyncIterable<unknown>): Promise<readonly ProfileId[]> {
  const ids: ProfileId[] = [];
  for await (const rows of rowsOf(chunks, UUID_BYTES)) {
    for (let at = 0; at < rows.length; at += UUID_BYTES) ids.push(uuidAt(rows, at));
  }
  return ids;
}

/**
 * Reads a RowBinary answer of a UUID and `cols` Float64 columns.
 *
 * Shape   rows × cols, row-major
 * Cost    the answer once in memory beside the result
 * Throws  COLUMNS_ANSWER_INVALID
 */
export async function readMatrix(chunks: AsyncIterable<unknown>, cols: number): Promise<ProfileMatrix> {
  const width = UUID_BYTES + 8 * cols;
  const blocks: Buffer[] = [];
  let bytes = 0;
  for await (const rows of rowsOf(chunks, width)) {
    blocks.push(rows);
    bytes += rows.length;
  }
  const rows = bytes / width;
  const matrix = new Float64Array(new SharedArrayBuffer(rows * cols * 8));
  const profileIds: ProfileId[] = [];
  let to = 0;
  for (const block of blocks) {
    for (let at = 0; at < block.length; at += width) {
      profileIds.push(uuidAt(block, at));
      for (let j = 0; j < cols; j += 1) matrix[to++] = block.readDoubleLE(at + UUID_BYTES + 8 * j);
    }
  }
  return { profileIds, matrix, rows, cols };
}
