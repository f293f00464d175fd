import { explainErrors } from './explain-errors';

/** What each feature adds to each row's margin: base plus a row's values is the row's margin. */
export interface Contributions {
  readonly rows: number;
  readonly features: number;
  /** The margin that the model expects before it knows the row. */
  readonly base: number;
  /** rows × features, row-major, in log-odds. */
  readonly values: Float64Array;
}

/**
 * Adds up matrix columns that come from one source column: the levels of a category tell one story.
 *
 * Shape   sources: for each feature the index of its source column, 0..count − 1; returns rows × count
 * Throws  EXPLAIN_SHAPE
 */
export function foldContributions(
  contributions: Contributions,
  sources: readonly number[],
  count: number,
): Contributions {
  const { rows, features, base, values } = contributions;
  if (sources.length !== features) {
    throw explainErrors.EXPLAIN_SHAPE({ what: 'the list of sources', found: sources.length, expected: features });
  }
  const folded = new Float64Array(rows * count);
  for (let row = 0; row < rows; row += 1) {
    sources.forEach((source, feature) => {
      const at = row * count + source;
      folded[at] = (folded[at] as number) + (values[row * features + feature] as number);
    });
  }
  return { rows, features: count, base, values: folded };
}

/** Mean absolute contribution of each feature over the rows: how much the model leans on it, in log-odds. */
export function meanAbsoluteContributions({ rows, features, values }: Contributions): Float64Array {
  const means = new Float64Array(features);
  for (let row = 0; row < rows; row += 1) {
    for (let feature = 0; feature < features; feature += 1) {
      means[feature] = (means[feature] as number) + Math.abs(values[row * features + feature] as number) / rows;
    }
  }
  return means;
}
