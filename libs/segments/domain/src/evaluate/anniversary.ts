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

/** Day number of the anniversary of a month and day in a year. */
function anniversaryIn(year: number, wanted: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, Math.floor(wanted / 100) - 1, wanted % 100);
  const isLeapling = wanted === 229 && date.getUTCMonth() === 2;
  return date.getTime() / UNIT_MS.day - (isLeapling ? 1 : 0);
}

/** `anniversary`: the value's month and day come round today, or within so many days, in the rule's time zone. */
export function anniversaryCondition(days: number, zone: string): Condition {
  const read = (value: Json | undefined): number | undefined => {
    const at = typeof value === 'string' ? parseMoment(value, zone) : undefined;
    return at === undefined ? undefined : monthDay(localDayNumber(at, zone));
  };
  return {
    test: (value, now) => {
      const wanted = read(value);
      return wanted !== undefined && anniversariesAhead(now, days, zone).has(wanted);
    },
    nextCandidate: (value, now) => {
      const wanted = read(value);
      if (wanted === undefined || days >= 365) return null;
      const today = localDayNumber(now, zone);
      const year = new Date(today * UNIT_MS.day).getUTCFullYear();
      // It begins to hold `days` before the date and ceases the day after it.
      const turns = [year - 1, year, year + 1, year + 2].flatMap((y) => {
        const day = anniversaryIn(y, wanted);
        return [day - days, day + 1];
      });
      const next = Math.min(...turns.filter((day) => day > today));
      return startOfLocalDate(next * UNIT_MS.day, zone);
    },
    isPeriodic: true,
  };
}
