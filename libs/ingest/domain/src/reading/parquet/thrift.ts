/** A value of Thrift's compact protocol; structs are maps from field number to value. */
export type ThriftValue =
  boolean | number | bigint | Uint8Array | readonly ThriftValue[] | ReadonlyMap<number, ThriftValue>;

const TYPE = { stop: 0, yes: 1, no: 2, byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, struct: 12 };

/** Structs within structs; Parquet's own are at most eight deep. */
const MAX_DEPTH = 32;

/**
 * Reads Thrift within bounds: a list is at most as long as the bytes that are left, and all values together are at most
 * as many as were allowed. What it has passed, a reader that believes every length can be given too.
 *
 * Throws  RangeError for what ends too early, is too deep or too much
 */
export class ThriftReader {
  private readonly view: DataView;

  constructor(
    bytes: Uint8Array,
    private at: number,
    private allowed: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where reading goes on. */
  get offset(): number {
    return this.at;
  }

  struct(depth = 0): ReadonlyMap<number, ThriftValue> {
    if (depth > MAX_DEPTH) throw new RangeError('structs are nested too deep');
    const fields = new Map<number, ThriftValue>();
    let id = 0;
    for (;;) {
      const head = this.byte();
      if ((head & 15) === TYPE.stop) return fields;
      id = head >> 4 ? id + (head >> 4) : this.zigzag();
      fields.set(id, this.value(head & 15, depth));
    }
  }

  /** Reads a struct as `struct` does and keeps nothing of it. */
  skipStruct(depth = 0): void {
    if (depth > MAX_DEPTH) throw new RangeError('structs are nested too deep');
    for (;;) {
      const head = this.byte();
      if ((head & 15) === TYPE.stop) return;
      if (head >> 4 === 0) this.zigzag();
      this.skip(head & 15, depth);
    }
  }

  private byte(): number {
    const byte = this.view.getUint8(this.at);
    this.at += 1;
    return byte;
  }

  /** Longer ones are read differently by different readers. */
  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new RangeError('a number has too many bytes');
  }

  private zigzag(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }

  private long(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return (value >> 1n) ^ -(value & 1n);
    }
    throw new RangeError('a number has too many bytes');
  }

  private ahead(bytes: number): number {
    if (bytes < 0 || this.at + bytes > this.view.byteLength)
      throw new RangeError(`${bytes} bytes, which are not there`);
    const start = this.at;
    this.at += bytes;
    return start;
  }

  private count(): void {
    this.allowed -= 1;
    if (this.allowed < 0) throw new RangeError('it has too many values');
  }

  private list(): { readonly type: number; readonly size: number } {
    const head = this.byte();
    const size = head >> 4 === 15 ? this.varint() : head >> 4;
    // Every element has a byte at least.
    if (size < 0 || size > this.view.byteLength - this.at) throw new RangeError(`a list of ${size >>> 0} values`);
    const type = head & 15;
    return { size, type: type === TYPE.yes || type === TYPE.no ? TYPE.byte : type };
  }

  private value(type: number, depth: number): ThriftValue {
    this.count();
    switch (type) {
      case TYPE.yes:
        return true;
      case TYPE.no:
        return false;
      case TYPE.byte:
        return this.byte();
      case TYPE.i16:
      case TYPE.i32:
        return this.zigzag();
      case TYPE.i64:
        return this.long();
      case TYPE.double:
        return this.view.getFloat64(this.ahead(8), true);
      case TYPE.binary: {
        const length = this.varint();
        const start = this.view.byteOffset + this.ahead(length);
        return new Uint8Array(this.view.buffer, start, length);
      }
      case TYPE.list: {
        const { size, type: inner } = this.list();
        return Array.from({ length: size }, () => this.value(inner, depth + 1));
      }
      case TYPE.struct:
        return this.struct(depth + 1);
      default:
        throw new RangeError(`type ${type} is none of Parquet's`);
    }
  }

  private skip(type: number, depth: number): void {
    this.count();
    if (type === TYPE.struct) this.skipStruct(depth + 1);
    else if (type === TYPE.list) {
      if (depth > MAX_DEPTH) throw new RangeError('lists are nested too deep');
      const { size, type: inner } = this.list();
      for (let i = 0; i < size; i += 1) this.skip(inner, depth + 1);
    } else if (type === TYPE.i16 || type === TYPE.i32) this.zigzag();
    else if (type === TYPE.binary) this.ahead(this.varint());
    else this.value(type, depth);
  }
}

/** A struct's field that must be a whole number from 0 on. */
export function countField(struct: ReadonlyMap<number, ThriftValue>, id: number, what: string): number {
  const value = struct.get(id);
  if (typeof value === 'number' && value >= 0) return value;
  throw new RangeError(`${what} is ${typeof value === 'number' ? value : 'missing'}`);
}

/** A struct's field that is a struct; null when it is not there. */
export function structField(
  struct: ReadonlyMap<number, ThriftValue>,
  id: number,
): ReadonlyMap<number, ThriftValue> | null {
  const value = struct.get(id);
  return value instanceof Map ? value : null;
}
