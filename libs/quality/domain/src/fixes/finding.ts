import type { Json } from '@kohort/kernel-contracts';

/** What a finding is worth: `error` loses rows or people at import, `warning` makes figures wrong, `note` is good to know. */
export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Everything that can be found. Stable: programs may branch on it. */
export const FINDING_CODES = [
  'unreadable_rows',
  'duplicate_rows',
  'duplicate_keys',
  'isolated_rows',
  'column_empty',
  'column_constant',
  'column_nearly_constant',
  'missing_values',
  'missing_words',
  'sentinel_values',
  'placeholder_values',
  'mixed_types',
  'scientific_notation',
  'formatted_numbers',
  'date_formats_differ',
  'date_order_unknown',
  'dates_as_numbers',
  'impossible_dates',
  'spaces_around',
  'spelling_variants',
  'mojibake',
  'control_characters',
  'spreadsheet_formula',
  'outliers',
  'heavy_tail',
  'personal_data',
  'redundant_columns',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** Changes to one field of a mapping file, in its own words (see `kohort import --mapping`). */
export interface FieldEdit {
  readonly type?: 'text' | 'integer' | 'decimal' | 'boolean' | 'timestamp';
  readonly format?: string;
  readonly missing?: readonly string[];
  readonly replace?: Readonly<Record<string, string>>;
}

/** Changes to a mapping file that a finding proposes. */
export interface MappingEdit {
  readonly field?: FieldEdit;
  /** The column that makes a message's id, so that a second row of one key is a repeat and not a second event. */
  readonly messageIdColumn?: string;
  /** Leave the column out. */
  readonly drop?: boolean;
}

/**
 * What can be done about a finding: a change of the mapping, a step of preprocessing before a model is fitted, or
 * something that only the file's maker can mend.
 */
export type Fix =
  | { readonly kind: 'mapping'; readonly edit: MappingEdit }
  | { readonly kind: 'preprocessing'; readonly step: string; readonly params: Readonly<Record<string, Json>> }
  | { readonly kind: 'source'; readonly advice: string };

/** Something about the data that a person should know, with its place and a proposal. Holds no cell of the data but in `fix`. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** null when it is about rows as wholes. */
  readonly column: string | null;
  readonly rows: number;
  /** Of all rows. */
  readonly shareOfOne: number;
  /** Line numbers, the first few. */
  readonly lines: readonly number[];
  readonly message: string;
  readonly fix: Fix | null;
}
