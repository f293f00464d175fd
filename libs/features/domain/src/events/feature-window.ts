import { DateTime } from 'luxon';

export const ROLLING_UNITS = ['minute', 'hour', 'day', 'week'] as const;
export const CALENDAR_UNITS = ['day', 'week', 'month', 'quarter', 'year'] as const;
type RollingUnit = (typeof ROLLING_UNITS)[number];
type CalendarUnit = (typeof CALENDAR_UNITS)[number];

interface Span {
  readonly n: number;
  readonly unit: RollingUnit;
}

interface CalendarSpan {
  readonly n: number;
  readonly unit: CalendarUnit;
  readonly calendar: true;
}

/** When events count. Rolling units have a fixed length, a day 24 h; calendar units follow the time zone's clocks. */
export type FeatureWindow =
  /**
   * `(asOf − n units, asOf]`; with calendar units from the same local wall time n units ago, the day held back to the
   * month's end.
   */
  | { readonly last: Span | CalendarSpan }
  /** `(asOf − from, asOf − to]` */
  | { readonly between: { readonly from: Span; readonly to: Span } }
  /** From the beginning of the unit that `asOf` lies in. Weeks begin on Monday. */
  | { readonly current: CalendarUnit }
  /** The whole unit before the one that `asOf` lies in. */
  | { readonly previous: CalendarUnit }
  /** From an instant on. */
  | { readonly since: string };

/** Epoch milliseconds, `from ≤ t < to`; −Infinity when there is no beginning. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

const UNIT_MS: Readonly<Record<RollingUnit, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};
const length = ({ n, unit }: Span): number => Math.round(n * UNIT_MS[unit]);

const isCalendar = (span: Span | CalendarSpan): span is CalendarSpan => 'calendar' in span;

/** The instants that a window holds at `asOf`; nothing after `asOf` is among them. */
export function windowRange(window: FeatureWindow | undefined, at: { asOf: number; timeZone: string }): TimeRange {
  const { asOf, timeZone } = at;
  const to = asOf + 1;
  if (window === undefined) return { from: -Infinity, to };
  if ('since' in window) return { from: Date.parse(window.since), to };
  if ('between' in window) {
    return { from: asOf - length(window.between.from) + 1, to: asOf - length(window.between.to) + 1 };
  }
  const local = DateTime.fromMillis(asOf, { zone: timeZone });
  if ('last' in window) {
    const { last } = window;
    const from = isCalendar(last) ? local.minus({ [last.unit]: last.n }).toMillis() : asOf - length(last);
    return { from: from + 1, to };
  }
  if ('current' in window) return { from: local.startOf(window.current).toMillis(), to };
  const end = local.startOf(window.previous);
  return {
    from: end
      .minus({ [window.previous]: 1 })
      .startOf(window.previous)
      .toMillis(),
    to: end.toMillis(),
  };
}
