import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js';

/** Numbers that Parquet's format gives to types, codecs and encodings. */
export const TYPES = { BOOLEAN: 0, INT32: 1, INT64: 2, DOUBLE: 5, BYTE_ARRAY: 6 } as const;
export const CODECS = { UNCOMPRESSED: 0, SNAPPY: 1, GZIP: 2 } as const;
export const ENCODINGS = { PLAIN: 0, RLE: 3, DELTA_BINARY_PACKED: 5, DELTA_BYTE_ARRAY: 7, RLE_DICTIONARY: 8 } as const;

/** A column of a file that is put together by hand. `chunks`: one a row group, page after page. */
export interface RawColumn {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  readonly isOptional?: boolean;
  readonly codec?: keyof typeof CODECS;
  readonly chunks: readonly Buffer[];
}

function thrift(fields: Record<`field_${number}`, unknown>): Buffer {
  const writer = new ByteWriter();
  serializeTCompactProtocol(writer, fields);
  return Buffer.from(writer.getBytes());
}

/** The sizes that a page's header tells, where they are not those of its content. */
interface Told {
  readonly size?: number;
  readonly packed?: number;
}

function page(header: Record<`field_${number}`, unknown>, content: Buffer, told: Told): Buffer {
  const { size = content.length, packed = content.length } = told;
  const { field_1, ...rest } = header as Record<'field_1', unknown>;
  return Buffer.concat([thrift({ field_1, field_2: size, field_3: packed, ...rest }), content]);
}

/** A data page of the first kind: levels (after their length) and values are its content. */
export function dataPage(
  of: { readonly values: number; readonly encoding?: keyof typeof ENCODINGS } & Told,
  content: Buffer,
): Buffer {
  const { values, encoding = 'PLAIN' } = of;
  const head = { field_1: values, field_2: ENCODINGS[encoding], field_3: ENCODINGS.RLE, field_4: ENCODINGS.RLE };
  return page({ field_1: 0, field_5: head }, content, of);
}

export const dictionaryPage = (values: number, content: Buffer): Buffer =>
  page({ field_1: 2, field_7: { field_1: values, field_2: ENCODINGS.PLAIN } }, content, {});

/** Texts one after the other, each after its length. */
export function plainTexts(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(text));
      return [length, Buffer.from(text)];
    }),
  );
}

/** Numbers of seven bits a byte. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}

/** Levels of the first kind of page: their length, then one run of equal ones. */
export function levelRun(count: number, level: number): Buffer {
  const run = Buffer.concat([varint(count * 2), Buffer.from([level])]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(run.length);
  return Buffer.concat([length, run]);
}

/** A whole file; `rows`: of each row group. */
export function rawParquet(rows: readonly number[], columns: readonly RawColumn[]): Buffer {
  const parts: Buffer[] = [Buffer.from('PAR1')];
  let at = 4;
  const groups = rows.map((count, group) => ({
    field_1: columns.map(({ name, type, codec = 'UNCOMPRESSED', chunks }) => {
      const chunk = chunks[group] ?? Buffer.alloc(0);
      const start = at;
      parts.push(chunk);
      at += chunk.length;
      const size = BigInt(chunk.length);
      const own = { field_1: TYPES[type], field_2: [ENCODINGS.PLAIN], field_3: [name], field_4: CODECS[codec] };
      const place = { field_5: BigInt(count), field_6: size, field_7: size, field_9: BigInt(start) };
      return { field_2: 0n, field_3: { ...own, ...place } };
    }),
    field_2: BigInt(at),
    field_3: BigInt(count),
  }));
  const elements = columns.map(({ name, type, isOptional }) => ({
    field_1: TYPES[type],
    field_3: isOptional ? 1 : 0,
    field_4: name,
    ...(type === 'BYTE_ARRAY' ? { field_6: 0 } : {}),
  }));
  const all = rows.reduce((sum, count) => sum + count, 0);
  const footer = thrift({
    field_1: 1,
    field_2: [{ field_4: 'schema', field_5: columns.length }, ...elements],
    field_3: BigInt(all),
    field_4: groups,
  });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, Buffer.from('PAR1')]);
}
