import { crc32 } from 'node:zlib';

/** Starts every record: after a damaged one the next is found by it. */
const MAGIC = Buffer.from('KSP1', 'latin1');
const HEADER_BYTES = 12;

/** Bytes of a record's frame around its content. */
export const FRAME_BYTES = HEADER_BYTES;

/** A record as it stands in a file: magic, length, CRC-32 of the content, content. */
export function encodeRecord(content: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(HEADER_BYTES + content.length);
  MAGIC.copy(record);
  record.writeUInt32BE(content.length, 4);
  record.writeUInt32BE(crc32(content), 8);
  record.set(content, HEADER_BYTES);
  return record;
}

/** What a file holds. `bad`: bytes that belong to no whole record; `end`: where the last whole record ends. */
export interface Scanned {
  readonly records: readonly Buffer[];
  readonly end: number;
  readonly bad: number;
}

function contentAt(file: Buffer, at: number): Buffer | null {
  if (at + HEADER_BYTES > file.length || !file.subarray(at, at + 4).equals(MAGIC)) return null;
  const from = at + HEADER_BYTES;
  const to = from + file.readUInt32BE(at + 4);
  if (to > file.length) return null;
  const content = file.subarray(from, to);
  return crc32(content) === file.readUInt32BE(at + 8) ? content : null;
}

/**
 * Reads the records of a file. What is torn or damaged is passed over up to the next whole record.
 *
 * Cost    O(size of the file); contents are views on it
 */
export function scanRecords(file: Buffer): Scanned {
  const records: Buffer[] = [];
  let [at, end, bad] = [0, 0, 0];
  while (at < file.length) {
    const content = contentAt(file, at);
    if (content) {
      records.push(content);
      at += HEADER_BYTES + content.length;
      end = at;
    } else {
      const next = file.indexOf(MAGIC, at + 1);
      const to = next < 0 ? file.length : next;
      bad += to - at;
      at = to;
    }
  }
  return { records, end, bad };
}
