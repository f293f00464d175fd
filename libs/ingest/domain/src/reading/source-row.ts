/** Why a row could not even be read as a row. */
export const READ_FAULTS = [
  'column_count',
  'unclosed_quote',
  'line_too_long',
  'invalid_utf8',
  'invalid_json',
  'not_an_object',
  'damaged_row_group',
] as const;
export type ReadFault = (typeof READ_FAULTS)[number];

/**
 * One record as it was read. `line` is the physical line on which it starts, from 1 (for Parquet the row itself). The
 * import numbers records: from 1, without the header.
 */
export type ReadRow =
  | { readonly kind: 'cells'; readonly line: number; readonly cells: readonly string[] }
  | { readonly kind: 'value'; readonly line: number; readonly value: unknown }
  | { readonly kind: 'fault'; readonly line: number; readonly code: ReadFault; readonly message: string };
