import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { checkRuns } from './run-lengths';
import { PAGE_BYTES } from './unpack';

/** What a column's schema and metadata say of its values. */
export interface ColumnShape {
  /** Physical type. */
  readonly type: string;
  /** Bytes of a value of fixed length. */
  readonly typeLength: number;
  readonly isDecimal: boolean;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
}

/** The values of one page: what is there, and how it is written. */
export interface PageValues {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly count: number;
  readonly encoding: string;
  /** Values in the dictionary; null when there was none before this page. */
  readonly dictionary: number | null;
}

/** Whole numbers of this many bytes are the largest that a decimal is read from; 38 digits have 16. */
const DECIMAL_BYTES = 64;
/** Miniblocks of a delta block; writers make four. */
const MINIBLOCKS = 4_096;

const FIXED_BYTES: Readonly<Record<string, number>> = { INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8 };

const fail = (why: string): never => {
  throw new RangeError(why);
};

function widthOf({ type, typeLength, isDecimal }: ColumnShape): number {
  if (type !== 'FIXED_LEN_BYTE_ARRAY') return FIXED_BYTES[type] ?? fail(`values of type ${type} have no fixed length`);
  if (!(typeLength > 0)) return fail(`values of ${typeLength} bytes`);
  return isDecimal && typeLength > DECIMAL_BYTES ? fail(`a decimal of ${typeLength} bytes`) : typeLength;
}

function requireBytes({ bytes, start, count }: PageValues, needed: number): void {
  const left = bytes.length - start;
  if (needed > left) fail(`it promises ${count} values in ${left} bytes`);
}

function checkTexts(values: PageValues, shape: ColumnShape): void {
  const { bytes, count } = values;
  requireBytes(values, count * 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = values.start;
  for (let i = 0; i < count; i += 1) {
    if (at + 4 > bytes.length) fail(`it promises ${count} values and has ${i}`);
    const length = view.getUint32(at, true);
    if (length > bytes.length - at - 4) fail(`value ${i + 1} has ${length} bytes, more than its page`);
    if (shape.isDecimal && length > DECIMAL_BYTES) fail(`a decimal of ${length} bytes`);
    at += 4 + length;
  }
}

/** Values one after the other, as they are. */
export function checkPlain(values: PageValues, shape: ColumnShape): void {
  if (shape.type === 'BYTE_ARRAY') checkTexts(values, shape);
  else if (shape.type === 'BOOLEAN') requireBytes(values, Math.ceil(values.count / 8));
  else requireBytes(values, values.count * widthOf(shape));
}

function checkIndexes({ bytes, start, count, dictionary }: PageValues): void {
  if (dictionary === null) return fail('it names values of a dictionary that is not there');
  if (count === 0) return;
  if (dictionary === 0) return fail('it names values of an empty dictionary');
  const width = bytes[start] ?? fail('it ends before its values');
  checkRuns({ bytes, start: start + 1, end: bytes.length, width, count, largest: dictionary - 1 });
}

function checkFlags({ bytes, start, count }: PageValues): void {
  if (start + 4 > bytes.length) return fail('it ends before its values');
  checkRuns({ bytes, start: start + 4, end: bytes.length, width: 1, count, largest: 1 });
}

function checkDeltaHead({ bytes, start }: PageValues): void {
  let at = start;
  const read = (): number => {
    let value = 0;
    for (let i = 0; i < 5; i += 1) {
      const byte = bytes[at] ?? fail('it ends before its values');
      at += 1;
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    return fail('a number has too many bytes');
  };
  const block = read();
  const miniblocks = read();
  if (miniblocks < 1 || miniblocks > MINIBLOCKS || block % miniblocks !== 0) {
    fail(`a block of ${block} values in ${miniblocks} parts`);
  }
}

/** Lengths and shared beginnings of texts: what they add up to is made anew in memory. */
function checkDeltaTexts(values: PageValues, shape: ColumnShape): void {
  const { bytes, start, count, encoding } = values;
  if (count > bytes.length * 128) fail(`it promises ${count} values in ${bytes.length - start} bytes`);
  checkDeltaHead(values);
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: start };
  const shared = new Int32Array(count);
  if (encoding === 'DELTA_BYTE_ARRAY') deltaBinaryUnpack(reader, count, shared);
  const own = new Int32Array(count);
  deltaBinaryUnpack(reader, count, own);
  let [total, taken, before] = [0, 0, 0];
  for (let i = 0; i < count; i += 1) {
    const [begins, adds] = [shared[i] ?? 0, own[i] ?? 0];
    if (begins < 0 || adds < 0 || begins > before) fail(`value ${i + 1} shares ${begins} bytes and adds ${adds}`);
    before = begins + adds;
    total += before;
    taken += adds;
    if (shape.isDecimal && before > DECIMAL_BYTES) fail(`a decimal of ${before} bytes`);
    if (total > PAGE_BYTES) fail(`its values have more than ${PAGE_BYTES} bytes`);
  }
  if (taken > bytes.length - reader.offset) fail(`its values have ${taken} bytes, more than the page`);
}

/**
 * Holds the values of a page to what the page has: nothing is made as large as it says.
 *
 * Throws  RangeError, also for encodings that are not read, or not of this type
 */
export function checkValues(values: PageValues, shape: ColumnShape): void {
  const { encoding, count } = values;
  const isText = shape.type === 'BYTE_ARRAY' || shape.type === 'FIXED_LEN_BYTE_ARRAY';
  if (encoding === 'PLAIN') checkPlain(values, shape);
  else if (/^(PLAIN|RLE)_DICTIONARY$/.test(encoding) && shape.type !== 'BOOLEAN') checkIndexes(values);
  else if (encoding === 'RLE' && shape.type === 'BOOLEAN') checkFlags(values);
  else if (encoding === 'BYTE_STREAM_SPLIT') requireBytes(values, count * widthOf(shape));
  else if (encoding === 'DELTA_BINARY_PACKED' && /^INT(32|64)$/.test(shape.type)) {
    if (count > 0) checkDeltaHead(values);
  } else if (/^DELTA_(LENGTH_)?BYTE_ARRAY$/.test(encoding) && isText) {
    if (count > 0) checkDeltaTexts(values, shape);
  } else fail(`${shape.type} values written as ${encoding} cannot be read`);
}
