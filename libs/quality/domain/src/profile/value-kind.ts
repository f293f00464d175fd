import { z } from 'zod';
import { readDate, type DateReading } from './date-shape';

/** What one cell looks like by itself; a column's type is decided from all of them. */
export const VALUE_KINDS = [
  'integer',
  'decimal',
  'scientific',
  'formatted_number',
  'code',
  'boolean',
  'date',
  'instant',
  'email',
  'phone',
  'url',
  'uuid',
  'json',
  'text',
] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

/** A cell as read: numbers and dates carry their value. */
export interface ReadValue {
  readonly kind: ValueKind;
  readonly number: number | null;
  readonly date: DateReading | null;
}

const INTEGER = /^[+-]?\d{1,16}$/;
const DECIMAL = /^[+-]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d{1,3})?$/;
const DIGITS = /^\d+$/;
const FORMATTED =
  /^([+-]?)[£€$¥]?\s?([+-]?\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})*(?:[.,]\d+)?|\d+[.,]\d+|\d+)\s?[£€$¥%]?$/;
const BOOLEANS: ReadonlySet<string> = new Set(['true', 'false', 'yes', 'no', 't', 'f', 'y', 'n']);
const PHONE =
  /^(?:\+\d[\d ().\-/]{6,20}|\(\d{2,5}\)[ \d.\-/]{5,15}|0\d{1,4}[ .\-/]\d[\d .\-/]{4,14}|\d{3}[.-]\d{3}[.-]\d{4})$/;
const URL_SHAPE = /^(?:https?|ftp):\/\/[^\s/$.?#][^\s]*$/i;

const plain = (kind: ValueKind): ReadValue => ({ kind, number: null, date: null });
const numeric = (kind: ValueKind, number: number): ReadValue => ({ kind, number, date: null });

/** "1.234,50 €" → 1234.5; the last of two kinds of marks is the decimal one, a single comma is a thousand's before three digits. */
export function parseFormattedNumber(text: string): number | null {
  const found = FORMATTED.exec(text);
  if (!found) return null;
  const body = (found[2] ?? '').replace(/[ '’\u00a0\u202f]/g, '');
  const [dot, comma] = [body.lastIndexOf('.'), body.lastIndexOf(',')];
  let normal = body;
  if (dot >= 0 && comma >= 0) normal = comma > dot ? body.replace(/\./g, '').replace(',', '.') : body.replace(/,/g, '');
  else if (comma >= 0)
    normal = /^[+-]?\d{1,3}(?:,\d{3})+$/.test(body) ? body.replace(/,/g, '') : body.replace(',', '.');
  else if ((body.match(/\./g)?.length ?? 0) > 1) normal = body.replace(/\./g, '');
  const value = Number(normal) * (found[1] === '-' ? -1 : 1);
  return Number.isFinite(value) ? value : null;
}

function readNumber(text: string): ReadValue | null {
  if (INTEGER.test(text) || DECIMAL.test(text)) {
    // Leading zeros, and more digits than a double holds, mean something to somebody: no number.
    const digits = text.replace(/^[+-]/, '');
    const isCode = DIGITS.test(digits) && ((digits.length > 1 && digits.startsWith('0')) || digits.length > 15);
    if (isCode) return plain('code');
    const value = Number(text);
    if (!Number.isFinite(value)) return plain('text');
    if (DIGITS.test(digits)) return numeric('integer', value);
    return numeric(/[eE]/.test(digits) ? 'scientific' : 'decimal', value);
  }
  return null;
}

function parseIsJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Not JSON is an answer here, no failure.
    return false;
  }
}

/**
 * What a trimmed, non-empty cell is. Numbers have a point and no thousands mark, as the importer reads them; others that
 * a person would read as a number are `formatted_number`.
 *
 * Ties  the first that fits, in the order of a column's usefulness: number, boolean, date, uuid, e-mail, URL, phone, JSON
 */
export function readValue(text: string): ReadValue {
  const first = text.charCodeAt(0);
  const digitLike = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (digitLike) {
    const number = readNumber(text);
    if (number) return number;
    const date = readDate(text);
    if (date) return { kind: date.hasTime ? 'instant' : 'date', number: null, date };
  }
  if (text.length <= 5 && BOOLEANS.has(text.toLowerCase())) return plain('boolean');
  if (text.length === 36 && z.regexes.guid.test(text)) return plain('uuid');
  if (text.includes('@') && text.length <= 320 && z.regexes.email.test(text)) return plain('email');
  if (text.includes('://') && URL_SHAPE.test(text)) return plain('url');
  if ((digitLike || first === 40) && text.length <= 24 && PHONE.test(text)) return plain('phone');
  if (text.length <= 32 && /\d/.test(text)) {
    const value = parseFormattedNumber(text);
    if (value !== null) return numeric('formatted_number', value);
  }
  if ((first === 123 || first === 91) && parseIsJson(text)) return plain('json');
  return plain('text');
}
