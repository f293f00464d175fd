/** A stream of numbers in runs: repeated ones and bit-packed ones, as Parquet mixes them. */
export interface RunStream {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Bits of one number, 0 to 32. */
  readonly width: number;
  /** How many numbers the page promises. */
  readonly count: number;
  /** The largest number that means anything. */
  readonly largest: number;
}

/** Groups of bit-packed zeros that writers may append; of wider numbers the bytes are the bound. */
const PADDING = 512;

const WIDE = 24;

/** A header is at most five bytes; each reader takes a longer one differently. */
function header(stream: RunStream, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let i = 0; i < 5; i += 1) {
    const byte = stream.bytes[at + i];
    if (byte === undefined || at + i >= stream.end) break;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, next: at + i + 1 };
  }
  throw new RangeError('its run lengths end too early');
}

function repeated(stream: RunStream, at: number): number {
  const bytes = (stream.width + 7) >> 3;
  if (at + bytes > stream.end) throw new RangeError('its run lengths end too early');
  let value = 0;
  for (let i = 0; i < bytes; i += 1) value += (stream.bytes[at + i] ?? 0) * 2 ** (8 * i);
  return value;
}

/** Unpacks numbers, holds each to the largest and counts those that equal it. */
function packed(stream: RunStream, from: number, count: number): number {
  const { bytes, width, largest } = stream;
  if (width === 0) return largest === 0 ? count : 0;
  let [at, left, bits, found] = [from, 0, 0, 0];
  const mask = 2 ** Math.min(width, WIDE) - 1;
  for (let i = 0; i < count; i += 1) {
    let value: number;
    if (width <= WIDE) {
      while (bits < width) {
        left |= (bytes[at] ?? 0) << bits;
        at += 1;
        bits += 8;
      }
      value = left & mask;
      left >>>= width;
    } else {
      while (bits < width) {
        left += (bytes[at] ?? 0) * 2 ** bits;
        at += 1;
        bits += 8;
      }
      value = left % 2 ** width;
      left = Math.floor(left / 2 ** width);
    }
    bits -= width;
    if (value > largest) throw new RangeError(`a number is ${value}, the largest can be ${largest}`);
    if (value === largest) found += 1;
  }
  return found;
}

/**
 * Walks runs as a reader will, without making anything of them: no run may be longer than what is still promised, and no
 * number larger than it can be.
 *
 * Shape   returns how many numbers equal the largest: for levels, the values that are there
 * Cost    one step a number that is bit-packed, one a run of equal ones; no memory
 * Throws  RangeError
 * Source  https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
 */
export function checkRuns(stream: RunStream): number {
  const { count, width, largest, end } = stream;
  if (width > 32) throw new RangeError(`its numbers have ${width} bits`);
  let [at, seen, found] = [stream.start, 0, 0];
  while (seen < count) {
    const { value, next } = header(stream, at);
    const size = Math.floor(value / 2);
    at = next;
    if (value % 2 === 0) {
      if (size > count - seen) throw new RangeError(`a run is ${size} long, ${count - seen} numbers are left`);
      const number = repeated(stream, at);
      if (size > 0 && number > largest) throw new RangeError(`a number is ${number}, the largest can be ${largest}`);
      if (number === largest) found += size;
      seen += size;
      at += (width + 7) >> 3;
    } else {
      const numbers = Math.min(size * 8, count - seen);
      if (numbers === 0) throw new RangeError('a run is empty');
      if (at + Math.ceil((numbers * width) / 8) > end) throw new RangeError('its run lengths end too early');
      if (width === 0 && size * 8 > numbers + PADDING) throw new RangeError(`a run is ${size * 8} long`);
      found += packed(stream, at, numbers);
      seen += numbers;
      at += size * width;
    }
  }
  return found;
}
