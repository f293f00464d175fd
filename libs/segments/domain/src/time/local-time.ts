import { IANAZone } from 'luxon';
import { UNIT_MS, type CalendarSpan } from './duration';

/** Names of zones that were asked about and are there: to ask is to build a formatter of dates. */
const known = new Set<string>();
/** Each zone can be written in many ways, as case is forgiven: no more of them are kept. */
const MOST_KNOWN = 1_000;

/** True for a time zone that the IANA database knows, such as Europe/Berlin or UTC. */
export function isTimeZone(zone: string): boolean {
  if (known.has(zone)) return true;
  const isThere = IANAZone.isValidZone(zone);
  if (isThere && known.size < MOST_KNOWN) known.add(zone);
  return isThere;
}

/**
 * Offsets of one zone. Luxon writes a date and reads it again for each; here those at the edges of days and quarters of
 * an hour are kept, and a stretch with the same offset at both edges has it throughout: no zone of the tz database has
 * ever changed its clocks and changed them back within three days.
 */
class ZoneOffsets {
  private static readonly widths = [UNIT_MS.day, 900_000];
  private static readonly mostEdges = 5_000;
  private readonly edges = new Map<number, number>();
  private readonly zone: IANAZone;

  constructor(name: string) {
    this.zone = IANAZone.create(name);
  }

  at(instant: number): number {
    for (const width of ZoneOffsets.widths) {
      const from = Math.floor(instant / width) * width;
      const offset = this.atEdge(from);
      if (offset === this.atEdge(from + width)) return offset;
    }
    return this.zone.offset(instant) * 60_000;
  }

  private atEdge(instant: number): number {
    const known = this.edges.get(instant);
    if (known !== undefined) return known;
    if (this.edges.size >= ZoneOffsets.mostEdges) this.edges.clear();
    const offset = this.zone.offset(instant) * 60_000;
    this.edges.set(instant, offset);
    return offset;
  }
}

const offsets = new Map<string, ZoneOffsets>();

/** Local wall time minus UTC at an instant, in milliseconds. */
export function zoneOffsetMs(instant: number, zone: string): number {
  if (zone === 'UTC') return 0;
  let ofZone = offsets.get(zone);
  if (ofZone === undefined) {
    if (offsets.size >= MOST_KNOWN) offsets.clear();
    ofZone = new ZoneOffsets(zone);
    offsets.set(zone, ofZone);
  }
  return ofZone.at(instant);
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
