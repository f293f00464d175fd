import type { ParsedWindow } from '../rule/parsed-rule';
import { CalendarShift } from '../time/calendar-shift';
import { toSpan, UNIT_MS, type Duration } from '../time/duration';
import { formatInstant } from '../time/instant';
import { earlier, firstAbove, nextAbove } from './sorted-times';

/** Instants `from ≤ t < to`, whole milliseconds; empty when `to` is not above `from`. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** A window as a proof shows it: null ends are open, `bounds` tells which ends belong to it. */
export interface ShownWindow {
  readonly from: string | null;
  readonly to: string;
  readonly bounds: '(]' | '[]' | '[)';
}

/** A window over a profile's events. Nothing after `now` is ever inside. */
export interface TimeWindow {
  /** `all`: ascending times of all the profile's events. */
  range(now: number, all: ArrayLike<number>): TimeRange;
  /** Smallest instant after `now` at which one of the events at `times` (ascending) may come in or go out. */
  nextCandidate(now: number, times: readonly number[], all: ArrayLike<number>): number | null;
  show(now: number, all: ArrayLike<number>): ShownWindow;
}

const EARLIEST_SHOWN = -62_135_596_800_000;
const iso = (ms: number): string | null => (ms < EARLIEST_SHOWN ? null : formatInstant(ms));
const shown = (from: number, to: number, bounds: ShownWindow['bounds']): ShownWindow => {
  return { from: iso(from), to: formatInstant(Math.max(to, EARLIEST_SHOWN)), bounds };
};

/** No crossing of an event lies further from the plain answer than a clamped month end and a clock change move it. */
const CALENDAR_SLACK_MS = 6 * UNIT_MS.day;

/** An end of a window that follows `now` at the distance of a duration. */
class MovingEdge {
  private readonly shift: CalendarShift;
  /** Crossings of a profile's events from an instant on, ascending; kept as long as the list of times is. */
  private readonly known = new WeakMap<object, { readonly from: number; readonly crossings: readonly number[] }>();

  constructor(duration: Duration, zone: string) {
    this.shift = new CalendarShift(toSpan(duration), zone, -1);
  }

  at(now: number): number {
    return this.shift.at(now);
  }

  /** First instant after `now` at which the edge passes one of the times. */
  nextCrossing(now: number, times: readonly number[]): number | null {
    if (!this.shift.isFixed) return nextAbove(this.crossings(now, times), now);
    const next = nextAbove(times, this.at(now));
    return next === null ? null : next + (now - this.at(now));
  }

  private crossings(now: number, times: readonly number[]): readonly number[] {
    const known = this.known.get(times);
    if (known !== undefined && known.from <= now) return known.crossings;
    const distinct = new Set(times.slice(firstAbove(times, this.at(now) - CALENDAR_SLACK_MS)));
    const crossings = [...distinct].flatMap((time) => this.shift.crossings(time)).sort((a, b) => a - b);
    this.known.set(times, { from: now, crossings });
    return crossings;
  }
}

function movingWindow(from: Duration, to: Duration | null, zone: string): TimeWindow {
  const [lower, upper] = [new MovingEdge(from, zone), to === null ? null : new MovingEdge(to, zone)];
  const until = (now: number): number => Math.min(upper?.at(now) ?? now, now);
  return {
    range: (now) => ({ from: lower.at(now) + 1, to: until(now) + 1 }),
    nextCandidate: (now, times) =>
      earlier(lower.nextCrossing(now, times), upper === null ? nextAbove(times, now) : upper.nextCrossing(now, times)),
    show: (now) => shown(lower.at(now), until(now), '(]'),
  };
}

function fixedWindow(from: number, to: number, bounds: ShownWindow['bounds']): TimeWindow {
  return {
    range: (now) => ({ from, to: Math.min(to, now + 1) }),
    nextCandidate: (now, times) => {
      const next = nextAbove(times, now);
      return next === null || next >= to ? null : next;
    },
    show: (now) => (to > now ? shown(from, now, bounds === '[)' ? '[]' : bounds) : shown(from, to, bounds)),
  };
}

/** The session that holds the latest event of any name: neighbours are at most the gap apart. */
function sessionWindow(gapMs: number): TimeWindow {
  const range = (now: number, all: ArrayLike<number>): TimeRange => {
    const last = firstAbove(all, now) - 1;
    if (last < 0) return { from: 0, to: 0 };
    let first = last;
    while (first > 0 && (all[first] ?? 0) - (all[first - 1] ?? 0) <= gapMs) first -= 1;
    return { from: all[first] ?? 0, to: (all[last] ?? 0) + 1 };
  };
  return {
    range,
    nextCandidate: (now, _times, all) => nextAbove(all, now),
    show: (now, all) => {
      const { from, to } = range(now, all);
      return from === to ? shown(now, now, '[)') : shown(from, to - 1, '[]');
    },
  };
}

/** From the profile's first event of any name, the duration long, its end excluded. */
function firstWindow(duration: Duration, zone: string): TimeWindow {
  const forward = new CalendarShift(toSpan(duration), zone, 1);
  const ends = (now: number, all: ArrayLike<number>): { from: number; end: number } | null => {
    const first = all[0];
    return first === undefined || first > now ? null : { from: first, end: forward.at(first) };
  };
  return {
    range: (now, all) => {
      const found = ends(now, all);
      return found === null ? { from: 0, to: 0 } : { from: found.from, to: Math.min(found.end, now + 1) };
    },
    nextCandidate: (now, times) => nextAbove(times, now),
    show: (now, all) => {
      const found = ends(now, all);
      if (found === null) return shown(now, now, '[)');
      return found.end > now ? shown(found.from, now, '[]') : shown(found.from, found.end, '[)');
    },
  };
}

/** Prepares a window; calendar units and days are those of `zone`. */
export function makeWindow(window: ParsedWindow, zone: string): TimeWindow {
  switch (window.kind) {
    case 'all':
      return fixedWindow(-Infinity, Infinity, '[]');
    case 'last':
      return movingWindow(window.duration, null, zone);
    case 'between':
      return movingWindow(window.from, window.to, zone);
    case 'since':
      return fixedWindow(window.at, Infinity, '[]');
    case 'before':
      return fixedWindow(-Infinity, window.at, '[)');
    case 'absolute':
      return fixedWindow(window.from, window.to, '[)');
    case 'session':
      return sessionWindow(window.gapMs);
    case 'withinFirst':
      return firstWindow(window.duration, zone);
  }
}
