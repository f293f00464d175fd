import { IANAZone } from 'luxon';
import { UNIT_MS, type CalendarSpan } from './duration';

/** True for a time zone that the IANA database knows, such as Europe/Berlin or UTC. */
export function isTimeZone(zone: string): boolean {
  return IANAZone.isValidZone(zone);
}

/** Local wall time minus UTC at an instant, in milliseconds. */
export function zoneOffsetMs(instant: number, zone: string): number {
  return zone === 'UTC' ? 0 : IANAZone.create(zone).offset(instant) * 60_000;
}

/** An instant's local wall time, written as if it were UTC. */
export function toLocalMs(instant: number, zone: string): number {
  return instant + zoneOffsetMs(instant, zone);
}

/**
 * The instant of a local wall time.
 *
 * Ties    a wall time that comes twice is taken with `likeOffset` where that is one of its offsets;
 *         one that is skipped moves forward by the length of the skip
 */
function fromLocalMs(localMs: number, zone: string, likeOffset: number): number {
  const first = zoneOffsetMs(localMs - likeOffset, zone);
  if (first === likeOffset) return localMs - likeOffset;
  const second = zoneOffsetMs(localMs - first, zone);
  if (first === second) return localMs - first;
  return localMs - Math.min(first, second);
}

/** A wall time moved by whole months, the day held back to the month's last (31 March − 1 month = 28 February). */
function addMonths(localMs: number, months: number): number {
  const date = new Date(localMs);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const monthEnd = new Date(Date.UTC(2000, 0, 1));
  monthEnd.setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + 1, 0);
  date.setUTCDate(Math.min(day, monthEnd.getUTCDate()));
  return date.getTime();
}

/**
 * The instant whose local wall time is that of `instant` moved by `direction` spans: the same time of day so many
 * calendar days or months away.
 *
 * Units   epoch milliseconds in and out
 * Ties    as luxon's `plus`: twice-told times keep the offset of `instant`, skipped ones move forward
 */
export function shiftInstant(
  instant: number,
  span: CalendarSpan,
  zoneAndDirection: { zone: string; direction: 1 | -1 },
): number {
  const { zone, direction } = zoneAndDirection;
  if (span.months === 0 && span.days === 0) return instant + direction * span.ms;
  const offset = zoneOffsetMs(instant, zone);
  const local = instant + offset;
  const moved =
    span.months === 0 ? local + direction * span.days * UNIT_MS.day : addMonths(local, direction * span.months);
  return fromLocalMs(moved, zone, offset);
}

/** The first instant of a local date, given as midnight UTC of the same date. */
export function startOfLocalDate(utcMidnight: number, zone: string): number {
  const before = utcMidnight - zoneOffsetMs(utcMidnight - UNIT_MS.day, zone);
  const after = utcMidnight - zoneOffsetMs(utcMidnight + UNIT_MS.day, zone);
  for (const candidate of [Math.min(before, after), Math.max(before, after)]) {
    if (toLocalMs(candidate, zone) === utcMidnight) return candidate;
  }
  let low = Math.min(before, after) - UNIT_MS.day;
  let high = Math.max(before, after) + UNIT_MS.day;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (toLocalMs(middle, zone) >= utcMidnight) high = middle;
    else low = middle;
  }
  return high;
}

/** Number of the local day that an instant falls in, counted from 1970-01-01. */
export function localDayNumber(instant: number, zone: string): number {
  return Math.floor(toLocalMs(instant, zone) / UNIT_MS.day);
}
