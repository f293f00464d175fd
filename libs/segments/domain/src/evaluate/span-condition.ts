import type { Json } from '@kohort/kernel-contracts';
import type { Operator } from '../rule/operators';
import { CalendarShift } from '../time/calendar-shift';
import { toSpan, type Duration } from '../time/duration';
import { parseMoment } from '../time/instant';
import type { Condition } from './condition';

const smallestAfter = (instants: readonly number[], now: number): number | null => {
  const later = instants.filter((instant) => instant > now);
  return later.length === 0 ? null : Math.min(...later);
};

/**
 * `withinLast` (value in `(now − d, now]`), its opposite on a present value, and `withinNext` (value in
 * `(now, now + d]`).
 */
export function spanCondition(op: Operator, duration: Duration, zone: string): Condition {
  const edge = new CalendarShift(toSpan(duration), zone, op === 'withinNext' ? 1 : -1);
  const read = (value: Json | undefined): number | undefined =>
    typeof value === 'string' ? parseMoment(value, zone) : undefined;
  const isWithin = (at: number, now: number): boolean =>
    op === 'withinNext' ? at > now && at <= edge.at(now) : at > edge.at(now) && at <= now;
  return {
    test: (value, now) => {
      const at = read(value);
      const within = at !== undefined && isWithin(at, now);
      return op === 'notWithinLast' ? value !== undefined && !within : within;
    },
    nextCandidate: (value, now) => {
      const at = read(value);
      return at === undefined ? null : smallestAfter([at, ...edge.crossings(at)], now);
    },
  };
}
