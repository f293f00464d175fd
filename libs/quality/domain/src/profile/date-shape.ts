const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** A date as written: how to read it, and the instant it gives (local times as if they were UTC). */
export interface DateReading {
  /** As the mapping file names formats: Luxon's tokens, or `iso`. */
  readonly format: string;
  readonly epochMs: number;
  readonly hasTime: boolean;
  /** Day and month can be told apart only by other rows: the other reading. */
  readonly other: { readonly format: string; readonly epochMs: number } | null;
}

/** Milliseconds of a day, null when the calendar has none such. */
function dayOf(year: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > 31 || year < 1_000) return null;
  const ms = Date.UTC(year, month - 1, day);
  return new Date(ms).getUTCDate() === day ? ms : null;
}

function timeOf(hour: string | undefined, minute: string | undefined, second: string | undefined): number | null {
  if (hour === undefined) return 0;
  const [h, m, s] = [Number(hour), Number(minute ?? 0), Number(second ?? 0)];
  return h < 24 && m < 60 && s < 60 ? Math.round(((h * 60 + m) * 60 + s) * 1000) : null;
}

const YEAR_FIRST =
  /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:([T ])(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d{1,9})?))? ?(Z|[+-]\d{2}:?\d{2})?)?$/;

function yearFirst(text: string): DateReading | null {
  const found = YEAR_FIRST.exec(text);
  if (!found) return null;
  const [, year, mark = '-', month = '', day = '', joint, hour, minute, second, zone] = found;
  const date = dayOf(Number(year), Number(month), Number(day));
  const time = timeOf(hour, minute, second?.replace(',', '.'));
  if (date === null || time === null) return null;
  const shift = zone === undefined || zone === 'Z' ? 0 : offsetMs(zone);
  const epochMs = date + time - shift;
  const padded = month.length === 2 && day.length === 2;
  const isIso = mark === '-' && padded && (joint === 'T' || (joint === undefined && zone === undefined));
  if (isIso && joint === 'T') return { format: 'iso', epochMs, hasTime: true, other: null };
  const datePart = `yyyy${mark}${month.length === 2 ? 'MM' : 'M'}${mark}${day.length === 2 ? 'dd' : 'd'}`;
  return {
    format: datePart + timeFormat({ joint, hour, second, zone }),
    epochMs,
    hasTime: hour !== undefined,
    other: null,
  };
}

interface TimeParts {
  readonly joint?: string | undefined;
  readonly hour?: string | undefined;
  readonly second?: string | undefined;
  readonly zone?: string | undefined;
}

function timeFormat({ joint, hour, second, zone }: TimeParts): string {
  if (hour === undefined) return '';
  const fraction = second !== undefined && second.length > 2 ? `.${'S'.repeat(Math.min(9, second.length - 3))}` : '';
  const clock = `${hour.length === 2 ? 'HH' : 'H'}:mm${second === undefined ? '' : `:ss${fraction}`}`;
  return `${joint === 'T' ? "'T'" : ' '}${clock}${zone === undefined ? '' : 'ZZ'}`;
}

function offsetMs(zone: string): number {
  const digits = zone.replace(':', '');
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  return (digits.startsWith('-') ? -minutes : minutes) * 60_000;
}

const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

function yearLast(text: string): DateReading | null {
  const found = YEAR_LAST.exec(text);
  if (!found) return null;
  const [, first = '', mark = '/', second = '', year, hour, minute, seconds] = found;
  const time = timeOf(hour, minute, seconds);
  if (time === null) return null;
  const [a, b] = [Number(first), Number(second)];
  const tail = `${mark}yyyy${timeFormat({ hour, second: seconds })}`;
  const wide = first.length === 2 && second.length === 2;
  const reading = (day: number, month: number, front: string) => {
    const date = dayOf(Number(year), month, day);
    return date === null ? null : { format: front + tail, epochMs: date + time };
  };
  const dayFirst = reading(a, b, wide ? `dd${mark}MM` : `d${mark}M`);
  const monthFirst = mark === '.' ? null : reading(b, a, wide ? `MM${mark}dd` : `M${mark}d`);
  const chosen = dayFirst ?? monthFirst;
  if (!chosen) return null;
  return { ...chosen, hasTime: hour !== undefined, other: dayFirst && monthFirst ? monthFirst : null };
}

const MONTH_NAMED = /^(\d{1,2})([- ])([A-Za-z]{3})\2(\d{4})$/;

function monthNamed(text: string): DateReading | null {
  const found = MONTH_NAMED.exec(text);
  if (!found) return null;
  const [, day = '', mark = ' ', name = '', year] = found;
  const date = dayOf(Number(year), MONTHS.indexOf(name.toLowerCase()) + 1, Number(day));
  if (date === null) return null;
  return {
    format: `${day.length === 2 ? 'dd' : 'd'}${mark}MMM${mark}yyyy`,
    epochMs: date,
    hasTime: false,
    other: null,
  };
}

/** Reads a trimmed cell as a date or an instant; null when it is none. Days that no calendar has are none. */
export function readDate(text: string): DateReading | null {
  if (text.length < 8 || text.length > 40) return null;
  return yearFirst(text) ?? yearLast(text) ?? monthNamed(text);
}

const COMPACT = /^(?:19|20)\d{6}$/;

/** Of `yyyyMMdd` from 1900 to 2099: whether there is such a day; null for other texts. */
export function isCompactDay(text: string): boolean | null {
  if (!COMPACT.test(text)) return null;
  return dayOf(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8))) !== null;
}
