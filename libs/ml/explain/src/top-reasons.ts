import { explainErrors } from './explain-errors';

/** A feature's value as it stood in the row; null is missing. */
export type FeatureValue = number | string | null;

/** One reason for a score, as data; the words are chosen where it is shown. */
export interface Reason {
  readonly feature: string;
  readonly value: FeatureValue;
  readonly direction: 'raises' | 'lowers';
  /** Log-odds added to the margin; its sign goes with the direction. */
  readonly contribution: number;
}

/**
 * The features that moved one row's score most.
 *
 * Shape   contributions, featureNames and values go together, one each per feature; returns at most n
 * Ties    the earlier feature comes first; features that add nothing are no reason
 * Throws  EXPLAIN_SHAPE
 */
export function topReasons(
  contributions: ArrayLike<number>,
  { featureNames, values }: { featureNames: readonly string[]; values: readonly FeatureValue[] },
  n: number,
): Reason[] {
  for (const [what, found] of [
    ['the names', featureNames.length],
    ['the values', values.length],
  ] as const) {
    if (found !== contributions.length)
      throw explainErrors.EXPLAIN_SHAPE({ what, found, expected: contributions.length });
  }
  return featureNames
    .map((feature, i): Reason => {
      const contribution = contributions[i] as number;
      return { feature, value: values[i] ?? null, direction: contribution > 0 ? 'raises' : 'lowers', contribution };
    })
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, n);
}
