import type { PackedRows } from './packed-rows';
import type { ParquetOutline } from './parquet-footer';

/** The file that is decoded: its name is for errors alone. */
export interface ParquetFileName {
  readonly name: string;
  readonly bytes: number;
}

/** A column of a row group, both counted from 0; its name is for errors. */
export interface ColumnOfGroup {
  readonly group: number;
  readonly column: number;
  readonly name: string;
}

/**
 * A file that is being decoded, one row group after the other: all columns of a group in their order, then its blocks
 * until there is none. A group may be left at any time for the next one. One call after the other.
 */
export interface ParquetDecoding {
  /**
   * Decodes and keeps a column. The chunks are the caller's no more.
   *
   * Throws  INGEST_PARQUET_DAMAGED, after which other groups can still be read; where it runs in a thread
   *         INGEST_PARQUET_TOO_LARGE and INGEST_PARQUET_TOO_SLOW, after which nothing can
   */
  column(of: ColumnOfGroup, chunks: readonly ArrayBuffer[]): Promise<void>;
  /** The next rows of the group; null when there are no more. Throws what `column` does. */
  block(): Promise<PackedRows | null>;
  close(): Promise<void>;
}

/** A footer that has been read: its bytes, for a decoder that runs elsewhere, and what they say. */
export interface ParquetFooter {
  readonly bytes: Uint8Array;
  readonly outline: ParquetOutline;
}

/** Decodes Parquet, in this thread or in another. */
export interface ParquetDecoder {
  open(file: ParquetFileName, footer: ParquetFooter): Promise<ParquetDecoding>;
}
