import { featureTable, type FeatureTable } from '@kohort/ml-preprocessing';
import { propensityModelErrors } from './propensity-errors';

/** Numeric features of people; a missing value is NaN. */
export interface PeopleMatrix {
  readonly features: readonly string[];
  /** Row-major rows × features.length. */
  readonly data: Float64Array;
}

/**
 * The columns of a matrix of people.
 *
 * Throws  PROPENSITY_MATRICES_DIFFER when the data is no whole number of rows; PREPROCESSING_NOT_FINITE for ±Infinity
 */
export function peopleTable({ features, data }: PeopleMatrix): FeatureTable {
  const width = features.length;
  const rows = width === 0 ? 0 : data.length / width;
  if (width === 0 || !Number.isInteger(rows)) {
    throw propensityModelErrors.PROPENSITY_MATRICES_DIFFER({
      what: 'values of a matrix',
      found: data.length,
      expected: `a multiple of ${width}`,
    });
  }
  const columns = features.map((name, column) => {
    const values = new Float64Array(rows);
    for (let row = 0; row < rows; row += 1) values[row] = data[row * width + column] as number;
    return { kind: 'numeric' as const, name, values };
  });
  return featureTable(rows, columns);
}
