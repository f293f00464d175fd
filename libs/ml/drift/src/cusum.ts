import { driftErrors } from './drift-errors';

/** How a series is watched; all in the series' own units. */
export interface CusumParams {
  /** The level it should keep. */
  readonly target: number;
  /** Its spread while it keeps the level: standard deviation, above 0. */
  readonly spread: number;
  /** Deviations below this many spreads are let pass; default 0.5, for shifts of one spread. */
  readonly slack?: number;
  /** Sum, in spreads, above which the level is left; default 5. */
  readonly limit?: number;
}

/** Cumulative sums of a series. */
export interface Cusum {
  /** Sum of what lies above the target and the slack, at each point; never below 0. In spreads. */
  readonly upper: readonly number[];
  /** The same of what lies below it. */
  readonly lower: readonly number[];
  /** First point at which a sum is above the limit, and the point behind the last zero before it; null when none is. */
  readonly alarm: { readonly at: number; readonly since: number; readonly direction: 'up' | 'down' } | null;
}

/**
 * Watches a series, for instance a cluster's share of all people, for a lasting shift that no single point shows.
 *
 * Shape   values: in order of time; returns as many sums
 * Units   spreads
 * Throws  DRIFT_PARAM; DRIFT_NOT_FINITE
 * Source  Page 1954; tabular CUSUM as in Montgomery 2013, held to his example 9.1
 */
export function cusum(values: ArrayLike<number>, params: CusumParams): Cusum {
  const { target, spread, slack = 0.5, limit = 5 } = params;
  if (!(spread > 0)) throw driftErrors.DRIFT_PARAM({ parameter: 'spread', must: 'above 0' });
  if (!(slack >= 0 && limit > 0)) throw driftErrors.DRIFT_PARAM({ parameter: 'slack and limit', must: 'positive' });
  const [upper, lower]: [number[], number[]] = [[], []];
  let alarm: Cusum['alarm'] = null;
  let [up, down, sinceUp, sinceDown] = [0, 0, 0, 0];
  for (let at = 0; at < values.length; at += 1) {
    const z = ((values[at] as number) - target) / spread;
    if (!Number.isFinite(z)) throw driftErrors.DRIFT_NOT_FINITE({ measure: 'CUSUM', place: at, side: 'later' });
    up = Math.max(0, up + z - slack);
    down = Math.max(0, down - z - slack);
    if (up === 0) sinceUp = at + 1;
    if (down === 0) sinceDown = at + 1;
    upper.push(up);
    lower.push(down);
    if (alarm === null && up > limit) alarm = { at, since: sinceUp, direction: 'up' };
    else if (alarm === null && down > limit) alarm = { at, since: sinceDown, direction: 'down' };
  }
  return { upper, lower, alarm };
}
