import type { ColumnOfGroup, ParquetFileName } from '@kohort/ingest-domain';

/** What the thread that decodes Parquet is asked; `end` lets the file go. */
export type ParquetQuestion =
  | { readonly kind: 'open'; readonly file: ParquetFileName; readonly footer: Uint8Array }
  | { readonly kind: 'column'; readonly of: ColumnOfGroup; readonly chunks: readonly ArrayBuffer[] }
  | { readonly kind: 'block' }
  | { readonly kind: 'end' };
