import { startOfLocalDate } from './local-time';

const DATE = '(\\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])';
const CLOCK = '([01]\\d|2[0-3]):([0-5]\\d)(?::([0-5]\\d)(?:[.,](\\d{1,9}))?)?';
const ZONE = '(Z|[+-](?:0\\d|1[0-4]):?[0-5]\\d)';
/** An instant with a zone, and a bare date, in RE2 syntax: the SQL form reads the same texts. */
export const INSTANT_PATTERN = `^${DATE}[T ]${CLOCK}${ZONE}$`;
export const DATE_PATTERN = `^${DATE}$`;
const INSTANT = new RegExp(INSTANT_PATTERN);
const LOCAL_DATE = new RegExp(DATE_PATTERN);

/** Years that a trait's or property's date may have; those that the column store's 64-bit dates can hold. */
export const MOMENT_YEARS = { first: 1900, last: 2299 };

function utcMidnight(match: RegExpExecArray): number | undefined {
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCDate() === day ? date.getTime() : undefined;
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
}

/**
 * Reads an ISO-8601 instant with a zone (`2026-05-14T10:00:00.000Z`, `2026-05-14 12:00+02:00`) as epoch milliseconds;
 * undefined for anything else, also for dates that do not exist. Digits below the millisecond are cut off.
 */
export function parseInstant(text: string): number | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const midnight = utcMidnight(match);
  if (midnight === undefined) return undefined;
  const clock = (Number(match[4]) * 60 + Number(match[5])) * 60_000 + Number(match[6] ?? 0) * 1000;
  const millis = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  return midnight + clock + millis - offsetMs(match[8] ?? 'Z');
}

/**
 * Reads the value of a trait or property as a time: an instant with a zone, or a bare date, which means the start of
 * that day in `zone`. Years 1900 to 2299; anything else is not a time.
 */
export function parseMoment(text: string, zone: string): number | undefined {
  const year = Number(text.slice(0, 4));
  if (!(year >= MOMENT_YEARS.first && year <= MOMENT_YEARS.last)) return undefined;
  const match = LOCAL_DATE.exec(text);
  if (match === null) return parseInstant(text);
  const midnight = utcMidnight(match);
  return midnight === undefined ? undefined : startOfLocalDate(midnight, zone);
}

/** An instant that a rule names: any instant with a zone, or the start of a bare date in `zone`. */
export function readInstantOrDate(text: string, zone: string): number | undefined {
  return parseInstant(text) ?? parseMoment(text, zone);
}

/** Epoch milliseconds as ISO text in UTC with milliseconds. */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}
