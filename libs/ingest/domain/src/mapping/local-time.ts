import { DateTime, IANAZone } from 'luxon';
import { EARLIEST_TIME, LATEST_TIME } from '../limits';
import { parseInstant } from '../message/instant';

/** A local time that the clocks showed twice, or never, and what the mapping says about it. */
export interface LocalTimeRules {
  readonly zone: string;
  readonly ambiguous: 'earlier' | 'later' | 'reject';
  readonly nonexistent: 'forward' | 'reject';
}

export type TimeFault = 'bad_timestamp' | 'timestamp_out_of_range' | 'local_time_ambiguous' | 'local_time_nonexistent';

export type TimeResult =
  | { readonly ok: true; readonly epochMs: number; readonly flag: TimeFault | null }
  | { readonly ok: false; readonly fault: TimeFault };

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const MEMO_SIZE = 4_096;

/** A zone's offset at the start of each UTC day, remembered: asking the zone is slow, and days come again. */
const dayOffsets = new Map<string, number>();

function offsetOfDay(zone: IANAZone, day: number): number {
  const key = `${zone.name}/${day}`;
  const known = dayOffsets.get(key);
  if (known !== undefined) return known;
  const offset = zone.offset(day * DAY_MS) * MINUTE_MS;
  if (dayOffsets.size >= MEMO_SIZE) dayOffsets.clear();
  dayOffsets.set(key, offset);
  return offset;
}

/**
 * The instant of a wall-clock time in a zone.
 *
 * Shape   wallMs: the wall-clock time written as if it were UTC, epoch milliseconds
 * Ties    shown twice (autumn): the earlier or the later instant, as ruled; never shown (spring): pushed forward by the gap
 */
export function localToInstant(wallMs: number, rules: LocalTimeRules): TimeResult {
  const zone = IANAZone.create(rules.zone);
  const day = Math.floor(wallMs / DAY_MS);
  const before = offsetOfDay(zone, day - 1);
  const after = offsetOfDay(zone, day + 2);
  // No zone changes its clocks twice within three days: equal offsets at both ends leave nothing to decide.
  if (before === after) return { ok: true, epochMs: wallMs - before, flag: null };
  const fits = [...new Set([wallMs - before, wallMs - after])]
    .filter((instant) => instant + zone.offset(instant) * MINUTE_MS === wallMs)
    .sort((a, b) => a - b);
  const [earlier, later] = fits;
  if (earlier === undefined) {
    if (rules.nonexistent === 'reject') return { ok: false, fault: 'local_time_nonexistent' };
    return { ok: true, epochMs: wallMs - before, flag: 'local_time_nonexistent' };
  }
  if (later === undefined) return { ok: true, epochMs: earlier, flag: null };
  if (rules.ambiguous === 'reject') return { ok: false, fault: 'local_time_ambiguous' };
  return { ok: true, epochMs: rules.ambiguous === 'earlier' ? earlier : later, flag: 'local_time_ambiguous' };
}

function readTime(text: string, format: string, rules: LocalTimeRules): TimeResult {
  if (format === 'epoch_s' || format === 'epoch_ms') {
    const value = Number(text) * (format === 'epoch_s' ? 1000 : 1);
    return text.trim() !== '' && Number.isFinite(value)
      ? { ok: true, epochMs: Math.round(value), flag: null }
      : { ok: false, fault: 'bad_timestamp' };
  }
  if (format === 'iso') {
    const read = parseInstant(text);
    if (!read.ok) return { ok: false, fault: read.code === 'timestamp_invalid' ? 'bad_timestamp' : read.code };
    return read.zoned ? { ok: true, epochMs: read.epochMs, flag: null } : localToInstant(read.epochMs, rules);
  }
  const zoned = /Z|z/.test(format.replace(/'[^']*'/g, ''));
  const read = DateTime.fromFormat(text, format, { zone: 'utc', setZone: zoned, locale: 'en' });
  if (!read.isValid) return { ok: false, fault: 'bad_timestamp' };
  return zoned ? { ok: true, epochMs: read.toMillis(), flag: null } : localToInstant(read.toMillis(), rules);
}

/** Reads times of one column. Files repeat them row after row, so the last few thousand are remembered. */
export function timeReader(format: string, rules: LocalTimeRules): (text: string) => TimeResult {
  const memo = new Map<string, TimeResult>();
  return (text) => {
    const known = memo.get(text);
    if (known) return known;
    let result = readTime(text, format, rules);
    if (result.ok && !(result.epochMs >= EARLIEST_TIME && result.epochMs <= LATEST_TIME)) {
      result = { ok: false, fault: 'timestamp_out_of_range' };
    }
    if (memo.size >= MEMO_SIZE) memo.clear();
    memo.set(text, result);
    return result;
  };
}
