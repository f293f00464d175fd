import type { ComputeControl, FitControl, Matrix } from '@kohort/ml-core';

/** Rows in groups, and the way to place other rows in the same groups. */
export interface Partition {
  /** One group a row of the matrix that was grouped, from 0; negative is noise. */
  readonly labels: ArrayLike<number>;
  /** Groups of other rows of the same columns. */
  readonly assign: (matrix: Matrix, control: ComputeControl) => Promise<ArrayLike<number>>;
}

/** Any way to group the rows of a matrix: what is judged. */
export type Clusterer = (matrix: Matrix, control: FitControl) => Promise<Partition>;
