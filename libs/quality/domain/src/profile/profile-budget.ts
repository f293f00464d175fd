/** How much a profile may remember. The figures of a column do not depend on it but for where they stop being exact. */
export interface ProfileBudget {
  /** Columns; keys of records beyond them are counted, not profiled. */
  readonly columns: number;
  /** Different cells of a column gathered before they are read: a value that comes again costs a look-up. */
  readonly pendingCells: number;
  /** Different values of a column up to which their count is exact. */
  readonly exactDistinct: number;
  /** Different rows up to which repeats are counted exactly. */
  readonly talliedRows: number;
}

/** For one file on the command line: about 4 MB a column at worst. */
export const FILE_BUDGET: ProfileBudget = {
  columns: 500,
  pendingCells: 16_384,
  exactDistinct: 50_000,
  talliedRows: 2 ** 20,
};

/** For one of many tables in a worker: below 1 MB a column at worst. */
export const WORKER_BUDGET: ProfileBudget = {
  columns: 100,
  pendingCells: 1_024,
  exactDistinct: 5_000,
  talliedRows: 2 ** 12,
};
