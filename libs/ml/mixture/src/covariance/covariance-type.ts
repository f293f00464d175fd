/** One covariance for each component; one for all; variances alone; one variance for all columns of a component. */
export type CovarianceType = 'full' | 'tied' | 'diagonal' | 'spherical';

export const COVARIANCE_TYPES: readonly CovarianceType[] = ['full', 'tied', 'diagonal', 'spherical'];

/** Numbers that the covariances of k components in d columns take. */
export function covarianceLength(type: CovarianceType, k: number, d: number): number {
  return { full: k * d * d, tied: d * d, diagonal: k * d, spherical: k }[type];
}

/** Free numbers of a mixture: covariances, means and weights. */
export function freeParameters(type: CovarianceType, k: number, d: number): number {
  const triangle = (d * (d + 1)) / 2;
  const covariances = { full: k * triangle, tied: triangle, diagonal: k * d, spherical: k }[type];
  return covariances + k * d + k - 1;
}
