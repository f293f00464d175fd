import { parquetRead, type AsyncBuffer, type ColumnData, type Compressors, type FileMetaData } from 'hyparquet';
import { checkPages, type PageCheck } from './check-pages';
import type { ColumnOfGroup } from './parquet-decoder.port';
import type { ChunkPlace, ColumnOutline, ParquetOutline } from './parquet-footer';
import { unpackPage } from './unpack';

/** Values of a column, page by page, as the reader of Parquet has them. */
export type ColumnPages = readonly ColumnData['columnData'][];

/** A page that is packed: how, and what to look at when it is unpacked. */
interface PackedPage {
  readonly codec: string;
  readonly check: PageCheck;
}

/** Gives the reader the pages that were checked, in the order in which it asks for them. */
function unpackers(pages: readonly PackedPage[]): Compressors {
  let next = 0;
  const unpackAs = (codec: string) => (packed: Uint8Array, length: number) => {
    const known = pages[next];
    next += 1;
    if (known?.codec !== codec) throw new RangeError('it has other pages than were checked');
    const page = unpackPage(packed, length, codec);
    known.check(page);
    return page;
  };
  return Object.fromEntries(pages.map(({ codec }) => [codec, unpackAs(codec)]));
}

/** The footer of a file that holds this chunk alone, from its first byte on. */
function alone(outline: ParquetOutline, column: ColumnOutline, of: { rows: number; places: readonly ChunkPlace[] }) {
  let at = 0;
  const columns = of.places.map(({ start, end, metadata }) => {
    const data_page_offset = BigInt(at);
    at += end - start;
    const elsewhere = { dictionary_page_offset: undefined, statistics: undefined };
    return { file_offset: 0n, meta_data: { ...metadata, ...elsewhere, data_page_offset } };
  });
  const [root] = outline.metadata.schema;
  if (!root) throw new RangeError('its schema is empty');
  const num_rows = BigInt(of.rows);
  const metadata: FileMetaData = {
    version: outline.metadata.version,
    metadata_length: 0,
    schema: [{ ...root, num_children: 1 }, ...column.schema],
    num_rows,
    row_groups: [{ columns, num_rows, total_byte_size: BigInt(at) }],
  };
  return metadata;
}

function bufferOf(chunks: readonly ArrayBuffer[]): AsyncBuffer {
  const [only] = chunks;
  if (only && chunks.length === 1) {
    const slice = (start: number, end = only.byteLength): ArrayBuffer =>
      start === 0 && end === only.byteLength ? only : only.slice(start, end);
    return { byteLength: only.byteLength, slice };
  }
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(new Uint8Array(chunk), at);
    at += chunk.byteLength;
  }
  return { byteLength: all.length, slice: (start, end) => all.slice(start, end).buffer };
}

/**
 * Reads the values of one column of a row group from the bytes of its chunks.
 *
 * Cost    the column's values in memory
 * Throws  RangeError and what the reader of Parquet throws: all of it says that the chunk is damaged
 */
export async function decodeColumn(
  outline: ParquetOutline,
  of: Pick<ColumnOfGroup, 'group' | 'column'>,
  chunks: readonly ArrayBuffer[],
): Promise<ColumnPages> {
  const group = outline.groups[of.group];
  const column = outline.columns[of.column];
  const places = group?.chunks[of.column];
  if (!group || !column || !places) throw new RangeError('there is no such column');
  const { rows } = group;
  const packed = places.flatMap(({ metadata, shape }, i) => {
    const bytes = new Uint8Array(chunks[i] ?? new ArrayBuffer(0));
    const { codec, num_values: values } = metadata;
    const checks = checkPages({ bytes, shape, codec, rows: column.isFlat ? rows : null, values: Number(values) });
    return checks.map((check): PackedPage => ({ codec, check }));
  });
  const pages: ColumnData['columnData'][] = [];
  await parquetRead({
    file: bufferOf(chunks),
    metadata: alone(outline, column, { rows, places }),
    compressors: unpackers(packed),
    onChunk: ({ columnData }) => void pages.push(columnData),
  });
  const found = pages.reduce((sum, page) => sum + page.length, 0);
  if (found !== rows) throw new RangeError(`it has ${found} rows instead of ${rows}`);
  return pages;
}
