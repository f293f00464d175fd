/**
 * From where on a difference is said to be one.
 *
 * - `psi`: below 0.1 nothing, from 0.25 a different population (Siddiqi 2006, Credit Risk Scorecards, p. 136)
 * - `jensenShannon`: the square of 0.1 and of 0.25 as distances; 0.1 is the customary default of drift monitors for the
 *   distance in base 2
 * - `ksDistance`: 0.1 and 0.2 of the ranks, and only when chance is unlikely (`pValue`); with many rows every difference
 *   is significant, so the distance decides
 * - `missing`: five and twenty points of the missing share
 */
export const DRIFT_LIMITS = {
  psi: { shifting: 0.1, moved: 0.25 },
  jensenShannon: { shifting: 0.01, moved: 0.0625 },
  ksDistance: { shifting: 0.1, moved: 0.2 },
  missing: { shifting: 0.05, moved: 0.2 },
  pValue: 0.01,
} as const;

/** What the measures say of a column. */
export const DRIFT_VERDICTS = ['steady', 'shifting', 'moved', 'retyped', 'added', 'removed', 'not_compared'] as const;
export type DriftVerdict = (typeof DRIFT_VERDICTS)[number];

/** A measure's verdict by its two limits. */
export function verdictOf(
  value: number,
  limit: { readonly shifting: number; readonly moved: number },
): 'steady' | 'shifting' | 'moved' {
  if (value >= limit.moved) return 'moved';
  return value >= limit.shifting ? 'shifting' : 'steady';
}
