import { IANAZone } from 'luxon';

/** Hours of a week; slot 0 is Monday 00:00, local time. */
export const WEEK_HOURS = 168;
export const HOUR_MS = 3_600_000;

/** 1970-01-01 was a Thursday. */
const FIRST_SLOT = 72;

const DAY_MS = 24 * HOUR_MS;

/** Place in its week of the hour that begins at an instant. */
export type WeekSlots = (hourMs: number) => number;

function slotAt(localMs: number): number {
  const hours = Math.floor(localMs / HOUR_MS);
  return (((hours + FIRST_SLOT) % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS;
}

/**
 * The places of hours in the week of a time zone.
 *
 * Ties    the hour that a change of clocks repeats has one place twice, the one that it skips none; in zones off the whole
 *         hour an hour has the place of the local hour in which it begins; an unknown zone is taken for UTC
 * Cost    a look at the zone's offset for each day asked for
 */
export function weekSlots(zone: string): WeekSlots {
  const known = IANAZone.create(zone);
  if (zone === 'UTC' || !known.isValid) return slotAt;
  const offsetAt = (instant: number): number => known.offset(instant) * 60_000;
  /** One number for a day on which clocks stay as they are. */
  const days = new Map<number, number | null>();
  const ofDay = (day: number): number | null => {
    const seen = days.get(day);
    if (seen !== undefined) return seen;
    const [begin, end] = [offsetAt(day * DAY_MS), offsetAt((day + 1) * DAY_MS)];
    const offset = begin === end ? begin : null;
    days.set(day, offset);
    return offset;
  };
  return (hourMs) => slotAt(hourMs + (ofDay(Math.floor(hourMs / DAY_MS)) ?? offsetAt(hourMs)));
}

/** How the hours of a week are grouped when they are too few to stand alone, from the finest to the coarsest. */
export const BASES = ['hour-of-week', 'hour-of-day-and-weekend', 'hour-of-day', 'all'] as const;
export type Basis = (typeof BASES)[number];

/** The group of a slot. */
export function groupOf(slot: number, basis: Basis): number {
  if (basis === 'hour-of-week') return slot;
  const hour = slot % 24;
  if (basis === 'hour-of-day-and-weekend') return slot >= 120 ? 24 + hour : hour;
  return basis === 'hour-of-day' ? hour : 0;
}

/** Median; the mean of the middle two of an even number. Empty: 0. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Quantile by linear interpolation between order statistics (type 7). Empty: 0. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}
