/**
 * From where on a model is said to have drifted. A feature counts only when chance is unlikely for all features together
 * (`chance` divided by their number): with few people every index is large, with many every difference is significant, so
 * both have to agree.
 *
 * - `psi`: below 0.1 nothing, from 0.25 a different population (Siddiqi 2006)
 * - `ksDistance`: 0.1 and 0.2 of the ranks
 * - `jensenShannon`: the square of 0.1 and 0.25 as distances in base 2
 * - `wasserstein`: a quarter and half of the standard deviation of the fit
 * - `missing`: five and twenty points of the missing share
 * - `centroid`: a quarter and half of a pooled standard deviation beyond what chance moves, and `centroidChance` deviations
 *   of that chance
 * - `cusum`: a cluster's share is let deviate by two spreads; sums above 3 shift, above 5 have moved. A spread is the
 *   sampling error of both shares, at least half a percentage point
 * - `mmd`: the p-value of all features together on a sample; it tells `moved` only when no relabelling differs as much
 *
 * How often they are wrong, measured on 400 people, six features (normal, counts, a heavy tail, a lag) and three clusters,
 * with other people of one world at each of seven daily looks: an alarm in 8 of 220 weeks (3.6 %; 95 % between 1.6 and 7),
 * in 10 of 1,540 looks; by the centre of a cluster in 6 weeks, by all features together in 2 (1.4 % are expected), by
 * any other measure in none. What they find, at the first look: one deviation of a feature, and 30 points of missing
 * values, in 60 of 60 each; a cluster's share that falls from 50 to 30 % in 37 of 60 and within the week in 20 of 20, from
 * 50 to 40 % in 5 of 60 and within the week in 8 of 20.
 */
export const WATCH_LIMITS = {
  psi: { shifting: 0.1, moved: 0.25 },
  ksDistance: { shifting: 0.1, moved: 0.2 },
  jensenShannon: { shifting: 0.01, moved: 0.0625 },
  wasserstein: { shifting: 0.25, moved: 0.5 },
  missing: { shifting: 0.05, moved: 0.2 },
  centroid: { shifting: 0.25, moved: 0.5 },
  cusum: { shifting: 3, moved: 5 },
  mmd: { shifting: 0.01, moved: 0.002 },
  chance: 0.001,
  centroidChance: 5,
  cusumSlack: 2,
  leastSpread: 0.005,
  fewestValues: 30,
} as const;
