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

/**
 * Reads an ISO-8601 instant. Without a zone it is taken as UTC and `zoned` is false; digits below the millisecond are
 * cut off; a leap second counts as the second before it. A date that does not exist (30 February) is invalid.
 *
 * Units   epoch milliseconds
 */
export function parseInstant(text: string): InstantResult {
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
