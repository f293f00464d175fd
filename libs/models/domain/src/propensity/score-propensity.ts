import { calibrate } from '@kohort/ml-propensity';
import type { FeatureTable } from '@kohort/ml-preprocessing';
import { peopleTable, type PeopleMatrix } from './people-table';
import { parsePropensity, type PropensityArtifact } from './propensity-artifact';
import { modelMargins } from './train-model';

/** Scores of the rows of a table, in its order. */
export interface PropensityScores {
  /** Log-odds before calibration. */
  readonly margins: Float64Array;
  /** Calibrated, 0..1. */
  readonly probabilities: Float64Array;
  /** 0..100: share of the scored rows with a lower or equal probability. */
  readonly percentiles: Float64Array;
}

/**
 * Scores rows with a fitted model. Columns are found by name.
 *
 * Shape   table: n rows; returns n of each
 * Ties    equal probabilities share the higher percentile
 * Throws  PREPROCESSING_COLUMN_MISSING, PREPROCESSING_COLUMN_KIND
 */
export function scorePropensity(artifact: PropensityArtifact, table: FeatureTable): PropensityScores {
  const margins = modelMargins(artifact.model, table);
  const probabilities = calibrate(artifact.calibration, margins);
  return { margins, probabilities, percentiles: percentilesOf(probabilities) };
}

/**
 * Scores people with a fitted model as it lies in its store.
 *
 * Shape   one of each for every row of the matrix
 * Throws  as parsePropensity, peopleTable and scorePropensity
 */
export function scorePeople(artifact: string, people: PeopleMatrix): PropensityScores {
  return scorePropensity(parsePropensity(artifact), peopleTable(people));
}

function percentilesOf(probabilities: Float64Array): Float64Array {
  const sorted = probabilities.slice().sort();
  const n = sorted.length;
  return probabilities.map((p) => {
    let low = 0;
    let high = n;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as number) <= p) low = middle + 1;
      else high = middle;
    }
    return (100 * low) / n;
  });
}
