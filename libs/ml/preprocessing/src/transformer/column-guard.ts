import type { CategoryColumn, FeatureColumn, NumericColumn } from '../feature-table';

/** Which kind of column a transformer takes. */
export interface ColumnGuard<C extends FeatureColumn> {
  readonly wanted: string;
  readonly is: (column: FeatureColumn) => column is C;
}

/** Numbers only. */
export const numericOnly: ColumnGuard<NumericColumn> = {
  wanted: 'numeric',
  is: (column) => column.kind === 'numeric',
};

/** Categories only. */
export const categoryOnly: ColumnGuard<CategoryColumn> = {
  wanted: 'category',
  is: (column) => column.kind === 'category',
};

/** Columns of either kind. */
export const anyColumn: ColumnGuard<FeatureColumn> = {
  wanted: 'numeric or category',
  is: (column): column is FeatureColumn => column.kind === 'numeric' || column.kind === 'category',
};
