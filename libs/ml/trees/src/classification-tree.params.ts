import type { ParamLimits } from '@kohort/ml-core';

/** How a tree is grown. */
export interface ClassificationTreeParams {
  /** Splits between root and leaf at most. */
  readonly maxDepth: number;
  /** Leaves at most; the splits that gain most come first. */
  readonly maxLeaves: number;
  /** Rows that a leaf must hold. */
  readonly minLeafRows: number;
  /** Least gain of a split: fall of the Gini impurity, weighted by the node's share of all rows. */
  readonly minGain: number;
  /** Rows up to which every difference of values may be a split; above, columns are cut at quantiles. */
  readonly exactRows: number;
  /** Bins of a column above that. */
  readonly bins: number;
  /** Where a split lies between two neighbouring values: in the middle, or at the number with fewest digits. */
  readonly thresholds: 'middle' | 'shortest';
}

export const classificationTreeDefaults: ClassificationTreeParams = {
  maxDepth: 30,
  maxLeaves: 1_000_000,
  minLeafRows: 1,
  minGain: 0,
  exactRows: 10_000,
  bins: 256,
  thresholds: 'middle',
};

const whole = (min: number, max: number, unit: string, help: string) =>
  ({ kind: 'number', integer: true, min, max, unit, help }) as const;

export const classificationTreeLimits: ParamLimits<ClassificationTreeParams> = {
  maxDepth: whole(1, 1000, 'splits', 'splits between root and leaf at most'),
  maxLeaves: whole(2, 1_000_000, 'leaves', 'leaves at most'),
  minLeafRows: whole(1, 1_000_000_000, 'rows', 'rows that a leaf must hold'),
  minGain: { kind: 'number', integer: false, min: 0, max: 1, unit: 'Gini impurity', help: 'least gain of a split' },
  exactRows: whole(2, 60_000, 'rows', 'rows up to which every difference of values may be a split'),
  bins: whole(2, 60_000, 'bins', 'bins of a column above that'),
  thresholds: { kind: 'choice', allowed: ['middle', 'shortest'], help: 'where between two values a split lies' },
};
