import { AppError } from '@kohort/kernel-errors';

/** The types that columns are sent in, by their object ids, which are the same in every PostgreSQL. */
const OIDS = { uuid: 2950, text: 25, timestamptz: 1184, jsonb: 3802, bytea: 17, int4: 23 } as const;

/** uuid: in its text form; timestamptz: epoch milliseconds; jsonb: JSON text; bytea: hexadecimal digits. */
export type BinaryType = keyof typeof OIDS;
export type BinaryValue = string | number | null;

const HEADER_BYTES = 20;
const UUID_DIGITS = 32;
const HYPHEN = 45;
/** Midnight of 1 January 2000, from which PostgreSQL counts. */
const EPOCH_MS = 946_684_800_000;
const WORD = 2 ** 32;
/** jsonb on the wire: this version, then its text. */
const JSONB_VERSION = 1;

/** Value of a hexadecimal digit by its character code; -1: it is none. */
const NIBBLES = Int8Array.from({ length: 128 }, (_, code) => {
  const digit = /[0-9a-fA-F]/.test(String.fromCharCode(code)) ? Number.parseInt(String.fromCharCode(code), 16) : -1;
  return digit;
});

function badValue(type: BinaryType): AppError {
  const message = `a value cannot be sent as ${type}`;
  return new AppError({ code: 'POSTGRES_BAD_VALUE', kind: 'bug', message });
}

/** Bytes of one array, written from front to back. */
class ArrayWriter {
  private bytes: Buffer;
  private end = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  taken(): Buffer {
    return this.bytes.subarray(0, this.end);
  }

  int32(value: number): void {
    this.room(4);
    this.put(value, this.end);
    this.end += 4;
  }

  /** A length and so many bytes of UTF-8, with `lead` bytes before them that count. */
  text(text: string, lead?: number): void {
    // A UTF-16 unit takes three bytes at most.
    this.room(5 + text.length * 3);
    const from = this.end + 4;
    let at = from;
    if (lead !== undefined) this.bytes[at++] = lead;
    at += this.bytes.write(text, at, 'utf8');
    this.put(at - from, this.end);
    this.end = at;
  }

  /** Hexadecimal digits as bytes; hyphens between them are passed over. */
  hex(text: string, digits: number, type: BinaryType): void {
    this.int32(digits / 2);
    this.room(digits / 2);
    const { bytes } = this;
    let [at, high, seen] = [this.end, 0, 0];
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code === HYPHEN) continue;
      const nibble = NIBBLES[code] ?? -1;
      if (nibble < 0 || seen === digits) throw badValue(type);
      if (seen % 2 === 0) high = nibble << 4;
      else bytes[at++] = high | nibble;
      seen += 1;
    }
    if (seen !== digits || digits % 2 !== 0) throw badValue(type);
    this.end = at;
  }

  /** Microseconds since 2000 in 64 bits, which a double does not hold for far years. */
  instant(epochMs: number): void {
    if (!Number.isFinite(epochMs)) throw badValue('timestamptz');
    const whole = Math.floor(epochMs);
    const since = whole - EPOCH_MS;
    const high = Math.floor(since / WORD);
    const low = (since - high * WORD) * 1_000 + Math.round((epochMs - whole) * 1_000);
    const carry = Math.floor(low / WORD);
    this.int32(8);
    this.int32(high * 1_000 + carry);
    this.int32(low - carry * WORD);
  }

  /** The lower 32 bits of a number, highest byte first. */
  private put(value: number, at: number): void {
    const { bytes } = this;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }

  private room(bytes: number): void {
    if (this.bytes.length - this.end >= bytes) return;
    const larger = Buffer.allocUnsafe(this.bytes.length * 2 + bytes);
    this.bytes.copy(larger, 0, 0, this.end);
    this.bytes = larger;
  }
}

function writeValue(writer: ArrayWriter, type: BinaryType, value: BinaryValue): void {
  if (value === null) return writer.int32(-1);
  if (typeof value === 'number') {
    if (type === 'timestamptz') return writer.instant(value);
    if (type !== 'int4') throw badValue(type);
    writer.int32(4);
    return writer.int32(value);
  }
  if (type === 'text') return writer.text(value);
  if (type === 'jsonb') return writer.text(value, JSONB_VERSION);
  if (type === 'uuid') return writer.hex(value, UUID_DIGITS, type);
  if (type === 'bytea') return writer.hex(value, value.length, type);
  throw badValue(type);
}

/**
 * An array in PostgreSQL's binary form, as `array_recv` reads it: no quotes to put in and none to take out again. The
 * driver sends a Buffer as a binary parameter; the statement has to cast it (`::uuid[]`).
 *
 * Throws  POSTGRES_BAD_VALUE (kind bug) for a value that is not of the type
 * Source  https://github.com/postgres/postgres/blob/REL_17_STABLE/src/backend/utils/adt/arrayfuncs.c, array_recv
 */
export function binaryArray(type: BinaryType, values: readonly BinaryValue[]): Buffer {
  const [first] = values;
  const writer = new ArrayWriter(HEADER_BYTES + values.length * (24 + (typeof first === 'string' ? first.length : 0)));
  const hasNull = values.includes(null);
  // One dimension, whether there are nulls, of what; so many, from 1 on.
  for (const part of [1, hasNull ? 1 : 0, OIDS[type], values.length, 1]) writer.int32(part);
  for (const value of values) writeValue(writer, type, value);
  return writer.taken();
}
