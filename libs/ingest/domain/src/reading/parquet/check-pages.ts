import { checkPlain, checkValues, type ColumnShape } from './check-values';
import { checkRuns } from './run-lengths';
import { countField, structField, ThriftReader, type ThriftValue } from './thrift';
import { PAGE_BYTES } from './unpack';

/** A column chunk: its bytes, and what the footer says of it. */
export interface ColumnChunk {
  readonly bytes: Uint8Array;
  readonly shape: ColumnShape;
  readonly codec: string;
  /** A column without nesting has one value a row; null for nested ones. */
  readonly rows: number | null;
  /** Values with nulls, as the footer has it. */
  readonly values: number;
}

/** Looks at the content of a page once it is unpacked. Throws  RangeError */
export type PageCheck = (content: Uint8Array) => void;

/** What all pages of a chunk may hold unpacked. */
const CHUNK_BYTES = 1_073_741_824;
/** Fields and statistics of a page header; there are some thirty. */
const HEADER_VALUES = 1_000;

const ENCODINGS = [
  'PLAIN', 'GROUP_VAR_INT', 'PLAIN_DICTIONARY', 'RLE', 'BIT_PACKED', 'DELTA_BINARY_PACKED', 'DELTA_LENGTH_BYTE_ARRAY',
  'DELTA_BYTE_ARRAY', 'RLE_DICTIONARY', 'BYTE_STREAM_SPLIT',
]; // prettier-ignore

type Fields = ReadonlyMap<number, ThriftValue>;

interface Page {
  readonly kind: 'data' | 'data2' | 'dictionary';
  readonly head: Fields;
  readonly packed: Uint8Array;
  readonly size: number;
}

const fail = (why: string): never => {
  throw new RangeError(why);
};

const bitsOf = (largest: number): number => 32 - Math.clz32(largest);
const encodingOf = (head: Fields, id: number): string => {
  const code = countField(head, id, 'the encoding');
  return ENCODINGS[code] ?? fail(`there is no encoding ${code}`);
};

const KINDS: Readonly<Record<number, readonly [kind: Page['kind'], field: number]>> = {
  0: ['data', 5],
  2: ['dictionary', 7],
  3: ['data2', 8],
};

function readPage(chunk: ColumnChunk, at: number): { readonly page: Page; readonly next: number } {
  const reader = new ThriftReader(chunk.bytes, at, HEADER_VALUES);
  const header = reader.struct();
  const type = countField(header, 1, 'the type of a page');
  const [kind, field] = KINDS[type] ?? fail(`there is no page of type ${type}`);
  const head = structField(header, field) ?? fail('a page has no header of its type');
  const packed = countField(header, 3, 'the size of a page');
  const next = reader.offset + packed;
  if (next > chunk.bytes.length) fail(`a page has ${packed} bytes, ${chunk.bytes.length - reader.offset} are left`);
  const size = countField(header, 2, 'the unpacked size of a page');
  if (size > PAGE_BYTES) fail(`a page of ${size} bytes, at most ${PAGE_BYTES} may be`);
  return { page: { kind, head, packed: chunk.bytes.subarray(reader.offset, next), size }, next };
}

/** Checks the pages of one chunk; a page's content is looked at when it is there, before anything is made of it. */
class PageWalk {
  private dictionary: number | null = null;
  private seen = 0;
  private unpacked = 0;
  /** For each page that has to be unpacked, in their order. */
  readonly checks: PageCheck[] = [];

  constructor(private readonly chunk: ColumnChunk) {}

  run(): void {
    const { bytes, rows, values } = this.chunk;
    let at = 0;
    // As the reader goes on: a last byte alone is no page.
    while ((rows === null || this.seen < rows) && at < bytes.length - 1) {
      const { page, next } = readPage(this.chunk, at);
      this.unpacked += page.size;
      if (this.unpacked > CHUNK_BYTES) fail(`its pages unpack to more than ${CHUNK_BYTES} bytes`);
      this.take(page);
      at = next;
    }
    const promised = rows ?? values;
    if (this.seen !== promised) fail(`its pages hold ${this.seen} values instead of ${promised}`);
  }

  private take(page: Page): void {
    const count = countField(page.head, 1, 'the number of values');
    if (page.kind === 'dictionary') {
      this.dictionary = count;
      if (this.chunk.shape.type === 'BOOLEAN') fail('a dictionary of truth values');
      this.content(page, (bytes) =>
        checkPlain({ bytes, start: 0, count, encoding: 'PLAIN', dictionary: null }, this.chunk.shape),
      );
      return;
    }
    this.seen += count;
    const promised = this.chunk.rows ?? this.chunk.values;
    if (this.seen > promised) fail(`its pages hold ${this.seen} values or more instead of ${promised}`);
    if (page.kind === 'data') this.first(page, count);
    else this.second(page, count);
  }

  /** The first kind of data page: levels are packed with the values, each stream after its length. */
  private first(page: Page, count: number): void {
    const { shape } = this.chunk;
    const { maxDefinition, maxRepetition } = shape;
    const [encoding, dictionary] = [encodingOf(page.head, 2), this.dictionary];
    this.content(page, (bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let start = 0;
      const levels = (largest: number): number => {
        if (largest === 0) return count;
        const length = view.getUint32(start, true);
        const end = start + 4 + length;
        if (end > bytes.length) return fail(`its levels have ${length} bytes, more than the page`);
        const found = checkRuns({ bytes, start: start + 4, end, width: bitsOf(largest), count, largest });
        start = end;
        return found;
      };
      levels(maxRepetition);
      const present = levels(maxDefinition);
      checkValues({ bytes, start, count: present, encoding, dictionary }, shape);
    });
  }

  /** The second kind: levels stand before what is packed, the header has their lengths and the number of nulls. */
  private second(page: Page, count: number): void {
    const { shape } = this.chunk;
    const { head, packed } = page;
    const nulls = countField(head, 2, 'the number of nulls');
    if (nulls > count) fail(`${nulls} of ${count} values are null`);
    if (countField(head, 3, 'the number of rows') > count) fail('a page has more rows than values');
    const [encoding, dictionary] = [encodingOf(head, 4), this.dictionary];
    const definition = countField(head, 5, 'the length of levels');
    const repetition = countField(head, 6, 'the length of levels');
    const before = repetition + (shape.maxDefinition > 0 ? definition : 0);
    if (repetition + definition > Math.min(packed.length, page.size)) fail('its levels are larger than the page');
    const levels = (largest: number, start: number, length: number): number =>
      largest === 0
        ? count
        : checkRuns({ bytes: packed, start, end: start + length, width: bitsOf(largest), count, largest });
    levels(shape.maxRepetition, 0, repetition);
    const present = levels(shape.maxDefinition, repetition, definition);
    if (present !== count - nulls) fail(`${count - present} values are null, its header says ${nulls}`);
    const rest = { ...page, packed: packed.subarray(before), size: page.size - repetition - definition };
    const check: PageCheck = (bytes) => checkValues({ bytes, start: 0, count: present, encoding, dictionary }, shape);
    if (head.get(7) === false) check(rest.packed);
    else this.content(rest, check);
  }

  private content(page: Page, check: PageCheck): void {
    if (this.chunk.codec !== 'UNCOMPRESSED') this.checks.push(check);
    else if (page.packed.length !== page.size) fail(`a page has ${page.packed.length} bytes instead of ${page.size}`);
    else check(page.packed);
  }
}

/**
 * Holds the pages of a column chunk to the footer and to their own bytes, so that what reads them next cannot be led
 * astray: the numbers of values add up, runs are no longer than what is promised, dictionaries have what is named, texts
 * end within their page. Pages that are packed are looked at by the checks that are returned, one for each in their
 * order, when they are unpacked.
 *
 * Cost    one step a value; no memory but the headers
 * Throws  RangeError
 */
export function checkPages(chunk: ColumnChunk): readonly PageCheck[] {
  const walk = new PageWalk(chunk);
  walk.run();
  return walk.checks;
}
