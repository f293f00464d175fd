import type { Json } from '@kohort/kernel-contracts';
import type { Operator } from '../rule/operators';
import { CalendarShift } from '../time/calendar-shift';
import { toSpan, type Duration } from '../time/duration';
import { parseMoment } from '../time/instant';
import type { Condition } from './condition';

/** Texts whose instants are kept; the same few are asked for again and again as time goes by. */
const REMEMBERED = 10_000;

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
  const remembered = new Map<string, number | undefined>();
  const read = (value: Json | undefined): number | undefined => {
    if (typeof value !== 'string') return undefined;
    if (!remembered.has(value)) {
      if (remembered.size >= REMEMBERED) remembered.clear();
      remembered.set(value, parseMoment(value, zone));
    }
    return remembered.get(value);
  };
  const isWithin = (at: number, now: number): boolean => {
    return op === 'withinNext' ? at > now && at <= edge.at(now) : at > edge.at(now) && at <= now;
  };
  const changes = (value: Json | undefined): readonly number[] => {
    const at = read(value);
    return at === undefined ? [] : [at, ...edge.crossings(at)];
  };
  return {
    test: (value, now) => {
      const at = read(value);
      const within = at !== undefined && isWithin(at, now);
      return op === 'notWithinLast' ? value !== undefined && !within : within;
    },
    changes,
    nextCandidate: (value, now) => smallestAfter(changes(value), now),
  };
}
