import { EARLIEST_TIME, LATEST_TIME, LIMITS } from '../limits';

/** Date and time of ISO-8601 as the SDKs write it; the zone may be missing. */
const ISO =
  /^([+-]\d{6}|\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;

export type InstantResult =
  | { readonly ok: true; readonly epochMs: number; readonly zoned: boolean }
  | { readonly ok: false; readonly code: 'timestamp_invalid' | 'timestamp_out_of_range' };

const INVALID: InstantResult = { ok: false, code: 'timestamp_invalid' };

/** null: no zone has such an offset. */
function offsetMs(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const digits = zone.replace(':', '');
  const [hours, rest] = [Number(digits.slice(1, 3)), Number(digits.slice(3, 5) || '0')];
  if (hours > 23 || rest > 59) return null;
  const minutes = hours * 60 + rest;
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000;
}

const DIGIT_0 = 48;
/** A number that stands in the text at a place, by its digits alone; NaN: another character is among them. */
function digitsAt(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i += 1) {
    const digit = text.charCodeAt(i) - DIGIT_0;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** The form that JavaScript writes, `2026-05-14T09:00:00.000Z`, read without a pattern; null: it is another, or no time. */
function readUsual(text: string): number | null {
  if (text.length !== 24 || text[4] !== '-' || text[7] !== '-' || text[10] !== 'T') return null;
  if (text[13] !== ':' || text[16] !== ':' || text[19] !== '.' || text[23] !== 'Z') return null;
  const [year, month, day] = [digitsAt(text, 0, 4), digitsAt(text, 5, 2), digitsAt(text, 8, 2)];
  const [hour, minute, second] = [digitsAt(text, 11, 2), digitsAt(text, 14, 2), digitsAt(text, 17, 2)];
  // Days that not every month has are left to the calendar.
  if (!(year >= 1_900 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return null;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return null;
  const epochMs = Date.UTC(year, month - 1, day, hour, minute, second, digitsAt(text, 20, 3));
  return epochMs >= EARLIEST_TIME && epochMs <= LATEST_TIME ? epochMs : null;
}

/**
 * Reads an ISO-8601 instant. Without a zone it is taken as UTC and `zoned` is false; digits below the millisecond are
 * cut off; a leap second counts as the second before it. A date that does not exist (30 February) is invalid.
 *
 * Units   epoch milliseconds
 */
export function parseInstant(text: string): InstantResult {
  const usual = readUsual(text);
  if (usual !== null) return { ok: true, epochMs: usual, zoned: true };
  const match = ISO.exec(text);
  if (!match) return INVALID;
  const part = (i: number): number => Number(match[i] ?? '0');
  const [year, month, day, hour, minute] = [part(1), part(2), part(3), part(4), part(5)];
  const second = Math.min(part(6), 59);
  if (hour > 23 || minute > 59 || part(6) > 60) return INVALID;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return INVALID;
  const fraction = Number((match[7] ?? '0').slice(0, 3).padEnd(3, '0'));
  date.setUTCHours(hour, minute, second, fraction);
  const offset = offsetMs(match[8]);
  if (offset === null) return INVALID;
  const epochMs = date.getTime() - offset;
  if (!(epochMs >= EARLIEST_TIME && epochMs <= LATEST_TIME)) return { ok: false, code: 'timestamp_out_of_range' };
  return { ok: true, epochMs, zoned: match[8] !== undefined };
}

/** Times of one message as its sender's clock said, and as ours did. Epoch milliseconds. */
export interface SenderTimes {
  readonly originalTs: number | null;
  readonly sentAt: number | null;
  readonly receivedAt: number;
}

/**
 * Event time: receivedAt − (sentAt − original), which takes out the error of the sender's clock; the sender's own time
 * when it did not say when it sent; receipt when it said neither. At most 24 h ahead of receipt.
 */
export function correctTime(times: SenderTimes): { readonly ts: number; readonly clamped: boolean } {
  const { originalTs, sentAt, receivedAt } = times;
  if (originalTs === null) return { ts: receivedAt, clamped: false };
  const ts = sentAt === null ? originalTs : receivedAt - (sentAt - originalTs);
  const latest = receivedAt + LIMITS.futureMs;
  return ts > latest ? { ts: latest, clamped: true } : { ts: Math.max(ts, EARLIEST_TIME), clamped: false };
}
