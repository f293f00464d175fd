import { DateTime } from 'luxon';
import { MAX_SIZE_POINTS, type SizeHistoryRequest, type SizePoint } from '@kohort/kernel-contracts';
import { readErrors } from './read.errors';

const SHORTEST_MS = { hour: 3_600_000, day: 23 * 3_600_000 } as const;

/**
 * The boundaries of the steps that have a part in [fromMs, toMs): the start of the first, then the end of each. A day
 * lasts from midnight to midnight of the zone, 23 or 25 hours where clocks are set; an hour is 60 minutes.
 *
 * Units   epoch milliseconds
 * Throws  READ_RANGE_INVALID
 */
export function stepBoundaries(of: Omit<SizeHistoryRequest, 'segmentId'>, zone: string): readonly number[] {
  const { fromMs, toMs, step } = of;
  const refuse = () => readErrors.READ_RANGE_INVALID({ limit: MAX_SIZE_POINTS });
  if (!(fromMs < toMs) || (toMs - fromMs) / SHORTEST_MS[step] > 2 * MAX_SIZE_POINTS) throw refuse();
  const start = DateTime.fromMillis(fromMs, { zone }).startOf(step);
  const boundaries = [start.toMillis()];
  for (let n = 1; (boundaries.at(-1) ?? toMs) < toMs; n += 1) {
    if (n > MAX_SIZE_POINTS) throw refuse();
    // Where clocks are set at midnight a day begins at one: the day after it again at midnight.
    const next = step === 'day' ? start.plus({ days: n }).startOf('day') : start.plus({ hours: n });
    boundaries.push(next.toMillis());
  }
  return boundaries;
}

/**
 * Historical volatility: the sample standard deviation of the logarithmic changes ln(size / size before), a step's, not
 * annualised. Steps that begin or end with nobody have no logarithm and are left out; null when fewer than two remain.
 *
 * Source  J. Hull, Options, Futures and Other Derivatives, "Estimating volatility from historical data"
 */
export function volatilityOf(points: readonly Pick<SizePoint, 'size' | 'entered' | 'exited'>[]): number | null {
  const changes: number[] = [];
  for (const { size, entered, exited } of points) {
    const before = size - entered + exited;
    if (size > 0 && before > 0) changes.push(Math.log(size / before));
  }
  if (changes.length < 2) return null;
  const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length;
  const squares = changes.reduce((sum, change) => sum + (change - mean) ** 2, 0);
  return Math.sqrt(squares / (changes.length - 1));
}
