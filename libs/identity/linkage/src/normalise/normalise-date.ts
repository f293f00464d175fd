import { foldText } from './fold-text';

/** How a file writes dates of three numbers that end in the year. */
export type DateOrder = 'day-first' | 'month-first';

const two = (text: string): string => text.padStart(2, '0');
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * A date as eight digits YYYYMMDD. Impossible dates (19750231, month 17) are kept as they stand: a slip of the pen still
 * has five right digits. Dates that end in the year are read in the given order, unless only the other one is possible.
 *
 * Shape   eight digits, or folded text where no date can be read; '' for nothing
 */
export function normaliseDate(text: string, order: DateOrder = 'day-first'): string {
  const trimmed = text.trim().slice(0, 40);
  if (/^\d{8}$/.test(trimmed)) return trimmed;
  const byYear = /^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?!\d)/.exec(trimmed);
  if (byYear) return `${byYear[1]}${two(byYear[2] ?? '')}${two(byYear[3] ?? '')}`;
  const yearLast = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?!\d)/.exec(trimmed);
  if (yearLast) {
    const [, first = '', second = '', year = ''] = yearLast;
    const dayFirst = order === 'day-first' ? Number(second) <= 12 || Number(first) > 12 : Number(first) > 12;
    return dayFirst ? `${year}${two(second)}${two(first)}` : `${year}${two(first)}${two(second)}`;
  }
  const folded = foldText(trimmed);
  const named = /^(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3})[a-z]* (\d{4})$/.exec(folded);
  const month = MONTHS.indexOf(named?.[2] ?? '-');
  if (named && month >= 0) return `${named[3]}${two(String(month + 1))}${two(named[1] ?? '')}`;
  return folded;
}

/** True for eight digits that name a day of the calendar. */
export function isPossibleDate(digits: string): boolean {
  if (!/^\d{8}$/.test(digits)) return false;
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number);
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12 || day < 1)
    return false;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= (month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
}
