import {
  parquetMetadata,
  type ColumnMetaData,
  type FileMetaData,
  type SchemaElement,
  type SchemaTree,
} from 'hyparquet';
import type { ColumnShape } from './check-values';
import { ThriftReader } from './thrift';

/** The footer may be this large, and hold so many values; of wide tables with many row groups it has some megabytes. */
const FOOTER_BYTES = 67_108_864;
const FOOTER_VALUES = 4_000_000;
const MAX_DEPTH = 16;
const TAIL_BYTES = 8;
const MAGIC = 0x31524150;

/** One chunk of a column: where it lies, and how it is written. */
export interface ChunkPlace {
  readonly start: number;
  readonly end: number;
  readonly metadata: ColumnMetaData;
  readonly shape: ColumnShape;
}

/** A column of the table; nested ones have several leaves. `schema` is the column's own part of the schema. */
export interface ColumnOutline {
  readonly name: string;
  readonly schema: readonly SchemaElement[];
  readonly isFlat: boolean;
  /** Path of each leaf, its parts joined by NUL, and its shape. */
  readonly leaves: ReadonlyMap<string, ColumnShape>;
}

/** A row group: its rows, and for each column its chunks; or why there are none. */
export interface GroupOutline {
  readonly rows: number;
  readonly chunks: readonly (readonly ChunkPlace[])[];
}

/** What a Parquet file says of itself, checked before anything is made as large as it says. */
export interface ParquetOutline {
  readonly metadata: FileMetaData;
  readonly columns: readonly ColumnOutline[];
  readonly rowCount: number;
  readonly groups: readonly GroupOutline[];
}

const fail = (why: string): never => {
  throw new RangeError(why);
};

function countOf(value: unknown, what: string): number {
  const count = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : NaN;
  return Number.isSafeInteger(count) && count >= 0 ? count : fail(`${what} is ${String(value)}`);
}

/**
 * How long the footer is, from the last eight bytes of the file.
 *
 * Throws  RangeError
 */
export function footerBytes(tail: Uint8Array, fileBytes: number): number {
  if (tail.length < TAIL_BYTES) return fail('the file is too short');
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  if (view.getUint32(tail.length - 4, true) !== MAGIC) return fail('it does not end as Parquet does');
  const length = view.getUint32(tail.length - TAIL_BYTES, true) + TAIL_BYTES;
  if (length > fileBytes - 4) return fail(`it has ${length} bytes, more than the file`);
  return length <= FOOTER_BYTES ? length : fail(`it has ${length} bytes, at most ${FOOTER_BYTES} may be`);
}

/** Where each element's part of the schema ends. Without this a schema in a chain of children takes its square. */
function checkTree(schema: readonly SchemaElement[]): void {
  const open: number[] = [];
  schema.forEach(({ num_children: children, name }, i) => {
    if (typeof name !== 'string') fail('a column has no name');
    if (i > 0 && open.length === 0) fail('its schema has a part that belongs to nothing');
    const count = children === undefined ? 0 : countOf(children, 'the number of children');
    if (open.length > 0) open[open.length - 1] = (open.at(-1) ?? 0) - 1;
    if (count > 0) open.push(count);
    if (open.length > MAX_DEPTH) fail('its columns are nested too deep');
    while (open.length > 0 && open.at(-1) === 0) open.pop();
  });
  if (schema.length === 0 || open.length > 0) fail('its schema is cut off');
}

function treeOf(schema: readonly SchemaElement[], at: number, path: readonly string[]): SchemaTree {
  const element = schema[at] ?? fail('its schema is cut off');
  const children: SchemaTree[] = [];
  let count = 1;
  for (let i = 0; i < (element.num_children ?? 0); i += 1) {
    const child = treeOf(schema, at + count, [...path, schema[at + count]?.name ?? '']);
    children.push(child);
    count += child.count;
  }
  return { element, children, count, path: [...path] };
}

const LEAF_SEPARATOR = '\0';

function leavesOf(node: SchemaTree, above: { readonly definition: number; readonly repetition: number }) {
  const { element } = node;
  const level = {
    definition: above.definition + (element.repetition_type === 'REQUIRED' ? 0 : 1),
    repetition: above.repetition + (element.repetition_type === 'REPEATED' ? 1 : 0),
  };
  if (node.children.length > 0) {
    const below: [string, ColumnShape][] = node.children.flatMap((child) => leavesOf(child, level));
    return below;
  }
  const shape: ColumnShape = {
    type: element.type ?? fail('a column has no type'),
    typeLength: element.type_length ?? 0,
    isDecimal: element.converted_type === 'DECIMAL',
    maxDefinition: level.definition,
    maxRepetition: level.repetition,
  };
  const leaf: [string, ColumnShape] = [node.path.join(LEAF_SEPARATOR), shape];
  return [leaf];
}

function columnsOf(schema: readonly SchemaElement[]): ColumnOutline[] {
  checkTree(schema);
  const root = treeOf(schema, 0, []);
  let at = 1;
  return root.children.map((child) => {
    const own = schema.slice(at, at + child.count);
    at += child.count;
    const isFlat = child.children.length === 0 && child.element.repetition_type !== 'REPEATED';
    const leaves = new Map(leavesOf(child, { definition: 0, repetition: 0 }));
    if (leaves.size === 0) fail(`column "${child.element.name}" holds nothing`);
    return { name: child.element.name, schema: own, isFlat, leaves };
  });
}

function placeOf(metadata: ColumnMetaData, shape: ColumnShape, dataEnd: number): ChunkPlace {
  const start = countOf(metadata.dictionary_page_offset || metadata.data_page_offset, 'the place of a chunk');
  const end = start + countOf(metadata.total_compressed_size, 'the size of a chunk');
  if (end > dataEnd) fail(`a chunk ends at byte ${end}, the data at ${dataEnd}`);
  countOf(metadata.num_values, 'the number of values');
  if (metadata.type !== shape.type) fail(`a chunk of ${metadata.type} values in a column of ${shape.type}`);
  return { start, end, metadata, shape };
}

type Group = FileMetaData['row_groups'][number];

function groupOf(group: Group, columns: readonly ColumnOutline[], dataEnd: number): GroupOutline {
  const rows = countOf(group.num_rows, 'the number of rows');
  const byColumn = new Map<string, Map<string, ColumnMetaData>>();
  for (const { meta_data: metadata, file_path: elsewhere } of group.columns) {
    if (!metadata || elsewhere) return fail('its columns lie in other files');
    const [name = ''] = metadata.path_in_schema;
    const chunks = byColumn.get(name) ?? new Map<string, ColumnMetaData>();
    const leaf = metadata.path_in_schema.join(LEAF_SEPARATOR);
    if (chunks.has(leaf)) return fail(`column "${name}" has two chunks in a row group`);
    byColumn.set(name, chunks.set(leaf, metadata));
  }
  const chunks = columns.map(({ name, leaves }) => {
    const found = byColumn.get(name);
    if (found?.size !== leaves.size) fail(`column "${name}" has ${found?.size ?? 0} chunks instead of ${leaves.size}`);
    return [...leaves].map(([leaf, shape]) =>
      placeOf(found?.get(leaf) ?? fail(`column "${name}" has a chunk of something else`), shape, dataEnd),
    );
  });
  return { rows, chunks };
}

/**
 * Reads a footer: `footer` are the last bytes of the file, as many as `footerBytes` says.
 *
 * Throws  RangeError, or what the reader of Parquet throws
 */
export function readOutline(footer: Uint8Array, fileBytes: number): ParquetOutline {
  new ThriftReader(footer.subarray(0, -TAIL_BYTES), 0, FOOTER_VALUES).skipStruct();
  const metadata = parquetMetadata(footer, { geoparquet: false });
  const columns = columnsOf(metadata.schema);
  if (columns.length === 0) fail('it has no columns');
  const rowCount = countOf(metadata.num_rows, 'the number of rows');
  const dataEnd = fileBytes - footer.length;
  const groups = metadata.row_groups.map((group) => groupOf(group, columns, dataEnd));
  const inGroups = groups.reduce((sum, { rows }) => sum + rows, 0);
  if (inGroups !== rowCount) fail(`${rowCount} rows, ${inGroups} in its groups`);
  const packed = groups.reduce((sum, { chunks }) => sum + chunks.flat().reduce((s, c) => s + c.end - c.start, 0), 0);
  if (packed > dataEnd) fail(`its chunks have ${packed} bytes, the file ${dataEnd}`);
  return { metadata, columns, rowCount, groups };
}
