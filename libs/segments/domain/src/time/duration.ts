/** Units of a span of time. `month quarter year` are calendar units: they have no fixed length. */
export const TIME_UNITS = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

export interface Duration {
  readonly n: number;
  readonly unit: TimeUnit;
  /** Counted on the calendar of the rule's time zone instead of in fixed lengths. */
  readonly calendar?: boolean | undefined;
}

/** Milliseconds of one fixed unit. */
export const UNIT_MS: Readonly<Record<'second' | 'minute' | 'hour' | 'day' | 'week', number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/** Months of one calendar unit. */
export const UNIT_MONTHS: Readonly<Record<'month' | 'quarter' | 'year', number>> = { month: 1, quarter: 3, year: 12 };

/** A span as the calendar counts it: whole months, whole days, and a fixed rest. Exactly one is not zero. */
export interface CalendarSpan {
  readonly months: number;
  readonly days: number;
  readonly ms: number;
}

/** Splits a duration. Without `calendar` a day is 24 h; hours and below are fixed lengths either way. */
export function toSpan({ n, unit, calendar }: Duration): CalendarSpan {
  if (unit === 'month' || unit === 'quarter' || unit === 'year')
    return { months: n * UNIT_MONTHS[unit], days: 0, ms: 0 };
  if (calendar === true && unit === 'day') return { months: 0, days: n, ms: 0 };
  if (calendar === true && unit === 'week') return { months: 0, days: 7 * n, ms: 0 };
  return { months: 0, days: 0, ms: n * UNIT_MS[unit] };
}

/** The duration n times over, for windows that lie several periods back. */
export function times(duration: Duration, factor: number): Duration {
  return { ...duration, n: duration.n * factor };
}
