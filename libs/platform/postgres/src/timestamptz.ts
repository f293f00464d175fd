import { TypeOverrides, types } from 'pg';

/** Object id of the type, the same in every PostgreSQL. */
const TIMESTAMPTZ = 1184;
const [DIGIT_0, DIGIT_9, MINUS, SPACE, COLON, DOT] = [48, 57, 45, 32, 58, 46];
const SECONDS_END = 19;
const UTC = '+00';
const usual: (text: string) => Date = types.getTypeParser(TIMESTAMPTZ, 'text');

/** A number by the digits that stand at a place; NaN: another character is among them. */
function digitsAt(text: string, from: number, end: number): number {
  let value = 0;
  for (let i = from; i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (code < DIGIT_0 || code > DIGIT_9) return Number.NaN;
    value = value * 10 + code - DIGIT_0;
  }
  return value;
}

/** Milliseconds of what follows the seconds: nothing, or a dot and some digits, of which those behind the third are cut off. */
function fractionOf(text: string, end: number): number {
  if (end === SECONDS_END) return 0;
  if (text.charCodeAt(SECONDS_END) !== DOT || end === SECONDS_END + 1) return Number.NaN;
  const from = SECONDS_END + 1;
  const kept = Math.min(end, from + 3);
  const value = digitsAt(text, from, kept) + 0 * digitsAt(text, kept, end);
  return value * 10 ** (3 - (kept - from));
}

function isShaped(text: string): boolean {
  return (
    text.charCodeAt(4) === MINUS &&
    text.charCodeAt(7) === MINUS &&
    text.charCodeAt(10) === SPACE &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON
  );
}

/**
 * Reads a timestamptz as a session in UTC writes it, `2026-11-22 19:40:00.25+00`, without a pattern: rows of the live path
 * hold several. Years before 100 and after 9999, other zones and infinity are read as the driver reads them.
 */
export function parseTimestamptz(text: string): Date {
  const end = text.length - UTC.length;
  if (end < SECONDS_END || !isShaped(text) || !text.endsWith(UTC)) return usual(text);
  const [year, month, day] = [digitsAt(text, 0, 4), digitsAt(text, 5, 7), digitsAt(text, 8, 10)];
  const [hour, minute, second] = [digitsAt(text, 11, 13), digitsAt(text, 14, 16), digitsAt(text, 17, 19)];
  const epochMs = Date.UTC(year, month - 1, day, hour, minute, second, fractionOf(text, end));
  return year >= 100 && Number.isFinite(epochMs) ? new Date(epochMs) : usual(text);
}

/** How the driver is to read what comes from PostgreSQL. */
export function columnParsers(): TypeOverrides {
  const parsers = new TypeOverrides();
  parsers.setTypeParser(TIMESTAMPTZ, parseTimestamptz);
  return parsers;
}
