import type { Json } from '@kohort/kernel-contracts';
import { UNIT_MS } from '../time/duration';
import { parseMoment } from '../time/instant';
import { localDayNumber, startOfLocalDate } from '../time/local-time';
import type { Condition } from './condition';

/** Month and day as one number: 14 May is 514. */
export const monthDay = (dayNumber: number): number => {
  const date = new Date(dayNumber * UNIT_MS.day);
  return (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
};

/**
 * The months and days whose anniversary falls on today or the `days` days after it. 29 February has its anniversary on
 * 28 February in years without one.
 */
export function anniversariesAhead(now: number, days: number, zone: string): ReadonlySet<number> {
  const today = localDayNumber(now, zone);
  const found = new Set<number>();
  for (let day = today; day <= today + days; day += 1) {
    found.add(monthDay(day));
    if (monthDay(day) === 228 && monthDay(day + 1) === 301) found.add(229);
  }
  return found;
}

/** `anniversary`: the value's month and day come round today, or within so many days, in the rule's time zone. */
export function anniversaryCondition(days: number, zone: string): Condition {
  const read = (value: Json | undefined): number | undefined => {
    const at = typeof value === 'string' ? parseMoment(value, zone) : undefined;
    return at === undefined ? undefined : monthDay(localDayNumber(at, zone));
  };
  const holdsOn = (wanted: number, dayNumber: number): boolean =>
    anniversariesAhead(dayNumber * UNIT_MS.day, days, 'UTC').has(wanted);
  return {
    test: (value, now) => {
      const wanted = read(value);
      return wanted !== undefined && anniversariesAhead(now, days, zone).has(wanted);
    },
    nextCandidate: (value, now) => {
      const wanted = read(value);
      if (wanted === undefined) return null;
      const today = localDayNumber(now, zone);
      const holds = holdsOn(wanted, today);
      for (let day = today + 1; day <= today + 2 * 366; day += 1) {
        if (holdsOn(wanted, day) !== holds) return startOfLocalDate(day * UNIT_MS.day, zone);
      }
      return null;
    },
  };
}
