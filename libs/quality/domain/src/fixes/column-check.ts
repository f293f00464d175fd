import type { ColumnProfile } from '../profile/column-profile';
import type { FindingCode, Fix, Severity } from './finding';

/** A finding before it is placed in its column. */
export interface About {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly rows: number;
  readonly lines?: readonly number[];
  readonly message: string;
  readonly fix?: Fix;
}

/** Looks at one column and says what there is to say. */
export type Check = (column: ColumnProfile) => readonly About[];

/** A change of the column's field in the mapping. */
export const fieldFix = (field: NonNullable<Extract<Fix, { kind: 'mapping' }>['edit']['field']>): Fix => ({
  kind: 'mapping',
  edit: { field },
});

/** Rows of all together. */
export const sum = (values: readonly { readonly rows: number }[]): number =>
  values.reduce((total, { rows }) => total + rows, 0);

/** The first lines of all. */
export const linesOf = (values: readonly { readonly lines: readonly number[] }[]): number[] =>
  [...new Set(values.flatMap(({ lines }) => lines))].sort((a, b) => a - b).slice(0, 5);

/** Rows and lines of one. */
export const placeOf = ({ rows, lines }: { readonly rows: number; readonly lines: readonly number[] }) => ({
  rows,
  lines,
});
