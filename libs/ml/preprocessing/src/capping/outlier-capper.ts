import { defineColumnTransformer } from '../transformer/define-column-transformer';
import { fenceParams, fencesSchema, fitFences } from './fences';

/**
 * Sets values beyond a column's fences to the fence, so that a few wild values do not rule a model.
 *
 * Shape   n × d to n × d; missing stays missing
 * Ties    a value on a fence stays; a constant column stays as it is, and caps every other value to its own
 * Throws  PREPROCESSING_COLUMN_EMPTY; PREPROCESSING_PARAM
 * Source  held to numpy.clip between numpy's quantiles by reference/fences.golden.json
 */
export const outlierCapper = defineColumnTransformer({
  kind: 'outlier-capper',
  params: fenceParams,
  fitted: fencesSchema,
  missingValues: 'kept',
  fitColumn: fitFences,
  apply: ({ low, high }, { values }) => values.map((value) => (value < low ? low : value > high ? high : value)),
});
