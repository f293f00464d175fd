/** A column that a pass fills; what of other passes stands beside it is 0. */
export interface PassColumn {
  readonly name: string;
  readonly type: 'UInt8' | 'UInt64';
  /** What becomes of a profile's rows: names, and the aggregates behind them. */
  readonly totals: readonly (readonly [name: string, sql: string])[];
}

/** One reading of a table: rows of `profile_id` and the columns, any number of them a profile. */
export interface Pass {
  readonly columns: readonly PassColumn[];
  readonly sql: string;
}

/** A column of a pass that has one row for a profile. */
export const wholeColumn = (name: string): PassColumn => ({ name, type: 'UInt64', totals: [[name, `max(${name})`]] });
