/** A column of a reading: whole numbers below 2^bits, whatever is added up of a profile. */
export interface PassColumn {
  readonly name: string;
  readonly bits: 8 | 32;
}

/** One reading of a table: rows of `profile_id` and the columns. What of a profile stands in several rows is added up. */
export interface Pass {
  readonly columns: readonly PassColumn[];
  readonly sql: string;
}

export const numberColumn = (name: string): PassColumn => ({ name, bits: 32 });

/** A column of truths, or of a few levels, of a pass that has one row for a profile. */
export const flagColumn = (name: string): PassColumn => ({ name, bits: 8 });
