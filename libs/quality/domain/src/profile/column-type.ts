import type { ColumnSketch } from './column-sketch';
import type { ColumnProfile, ColumnType } from './column-profile';
import type { DistinctCount } from './distinct-sketch';
import type { ValueKind } from './value-kind';

/** A column is of a type when at least this share of its present cells is; below, it is mixed or text. */
export const TYPE_SHARE = 0.9;
/** Yes, no and something third is a category, not a boolean with mistakes. */
const BOOLEAN_SHARE = 0.98;
/** Text with at most so many different values, each on average on ten rows, is a category. */
const CATEGORY_VALUES = 100;
const CATEGORY_ROWS_PER_VALUE = 10;

const ID_WORDS = 'id|ids|key|upc|ean|sku|isbn|gtin|uuid|guid|no|nr|code|number|barcode';
/** `household_id`, `ID`, `order-no`. */
const IDENTIFIER = new RegExp(`(^|[_\\s.-])(${ID_WORDS})$`, 'i');
/** `customerId`, `InvoiceNo`, `StockCode`. */
const CAMEL_IDENTIFIER = /[a-z](Id|ID|Key|UPC|No|Nr|Code|Number)$/;
const POSTAL_NAME = /(zip|postal|post_?code|postleitzahl|plz|code_?postal)/i;
const POSTAL_SHAPE =
  /^(?:\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}|\d{4}|\d{3}[- ]\d{2,4})$/i;
const TIME_NAME = /(time|date|_at$|^ts$|_ts$|day$|stamp|birth|^dob$)/i;

const SECONDS_FROM = Date.UTC(1990, 0, 1) / 1000;
const SECONDS_TO = Date.UTC(2100, 0, 1) / 1000;

/** What was decided of a column as a whole. */
export interface TypeDecision {
  readonly type: ColumnType;
  readonly shareOfOne: number;
  readonly isIdentifier: boolean;
  readonly dateFormat: string | null;
  readonly dayOrderUnknown: boolean;
}

const rowsOf = (sketch: ColumnSketch, ...kinds: ValueKind[]): number =>
  kinds.reduce((sum, kind) => sum + (sketch.kinds.get(kind)?.rows ?? 0), 0);

/** Numbers that are instants, told by their size and the column's name. */
function epochFormat(sketch: ColumnSketch, numbers: ColumnProfile['numbers']): string | null {
  const { name, compactDays } = sketch;
  if (!numbers || !TIME_NAME.test(name)) return null;
  if (numbers.min >= SECONDS_FROM && numbers.max <= SECONDS_TO) return 'epoch_s';
  if (numbers.min >= SECONDS_FROM * 1000 && numbers.max <= SECONDS_TO * 1000) return 'epoch_ms';
  return compactDays.real >= TYPE_SHARE * numbers.count ? 'yyyyMMdd' : null;
}

function dateFormatOf(sketch: ColumnSketch): { readonly format: string | null; readonly unknown: boolean } {
  const [first] = [...sketch.dateFormats].sort(([, a], [, b]) => b.rows - a.rows);
  if (!first) return { format: null, unknown: false };
  const { day, month, either } = sketch.dayOrder;
  const swap = month > day;
  const [format] = first;
  const swapped = format.replace(
    /^(d{1,2})([-/.])(M{1,2})/,
    (_all, d: string, mark: string, m: string) => `${m}${mark}${d}`,
  );
  return { format: swap ? swapped : format, unknown: day === 0 && month === 0 && either > 0 };
}

function leading(sketch: ColumnSketch, present: number): { readonly type: ColumnType; readonly rows: number } {
  const integers = rowsOf(sketch, 'integer');
  const numbers = integers + rowsOf(sketch, 'decimal', 'scientific', 'formatted_number');
  // A few 1e+05 among whole numbers were whole numbers before a program rewrote them.
  const isWhole = rowsOf(sketch, 'decimal', 'formatted_number') === 0 && rowsOf(sketch, 'scientific') <= integers / 10;
  const dates = rowsOf(sketch, 'date');
  const times = dates + rowsOf(sketch, 'instant');
  const candidates: { readonly type: ColumnType; readonly rows: number }[] = [
    { type: isWhole ? 'integer' : 'decimal', rows: numbers },
    { type: 'boolean', rows: rowsOf(sketch, 'boolean') },
    { type: times > dates ? 'instant' : 'date', rows: times },
    { type: 'email', rows: rowsOf(sketch, 'email') },
    { type: 'phone', rows: rowsOf(sketch, 'phone') },
    { type: 'url', rows: rowsOf(sketch, 'url') },
    { type: 'uuid', rows: rowsOf(sketch, 'uuid') },
    { type: 'json', rows: rowsOf(sketch, 'json') },
    // Digits with a leading zero among plain digits: codes, all of them.
    { type: 'code', rows: rowsOf(sketch, 'code') > 0 ? rowsOf(sketch, 'code') + integers : 0 },
  ];
  const best = candidates.reduce((a, b) => (b.rows > a.rows || (b.type === 'code' && b.rows === a.rows) ? b : a));
  const enough = best.type === 'boolean' ? BOOLEAN_SHARE : TYPE_SHARE;
  return best.rows >= enough * present ? best : { type: 'text', rows: rowsOf(sketch, 'text') };
}

/**
 * Decides a column's type from the kinds of its cells. Numbers and dates that share a column with other things keep
 * their type from 90 % on (the others are a finding); a column where they are between 10 % and 90 % is mixed, unless its
 * values are few (a category) or its name says that it names something (a code).
 */
export function decideType(
  sketch: ColumnSketch,
  present: number,
  about: { readonly distinct: DistinctCount; readonly numbers: ColumnProfile['numbers'] },
): TypeDecision {
  const { format, unknown } = dateFormatOf(sketch);
  const none: Pick<TypeDecision, 'dateFormat' | 'dayOrderUnknown'> = { dateFormat: null, dayOrderUnknown: false };
  const named = IDENTIFIER.test(sketch.name) || CAMEL_IDENTIFIER.test(sketch.name);
  if (present === 0) return { type: 'empty', shareOfOne: 1, isIdentifier: false, ...none };
  const { distinct, numbers } = about;
  const lead = leading(sketch, present);
  const few =
    distinct.count <= CATEGORY_VALUES &&
    (distinct.count * CATEGORY_ROWS_PER_VALUE <= present || distinct.count ** 2 <= present);
  const decided = (type: ColumnType, rows: number, isIdentifier: boolean, date = none): TypeDecision => ({
    type,
    shareOfOne: Math.min(1, rows / present),
    isIdentifier,
    ...date,
  });
  const postal = sketch.heavy.list(50).filter(({ value }) => POSTAL_SHAPE.test(value.trim()));
  if (POSTAL_NAME.test(sketch.name) && postal.length >= 0.8 * Math.min(50, distinct.count)) {
    return decided('postal_code', present, true);
  }
  if (lead.type === 'date' || lead.type === 'instant') {
    return decided(lead.type, lead.rows, false, { dateFormat: format, dayOrderUnknown: unknown });
  }
  if (lead.type === 'integer' || lead.type === 'decimal') {
    const epoch = epochFormat(sketch, numbers);
    if (epoch && lead.type === 'integer') {
      return {
        type: epoch === 'yyyyMMdd' ? 'date' : 'instant',
        shareOfOne: lead.rows / present,
        isIdentifier: false,
        dateFormat: epoch,
        dayOrderUnknown: false,
      };
    }
    const isFlag = lead.type === 'integer' && lead.rows === present && distinct.count === 2;
    if (isFlag && numbers?.min === 0 && numbers.max === 1) return decided('boolean', present, false);
    if (named && lead.rows < present) return decided('code', present, true);
    return decided(lead.type, lead.rows, lead.type === 'integer' && named);
  }
  if (lead.type !== 'text')
    return decided(lead.type, lead.rows, ['uuid', 'code', 'email', 'phone'].includes(lead.type) || named);
  const numeric = rowsOf(sketch, 'integer', 'decimal', 'scientific', 'formatted_number');
  const timed = rowsOf(sketch, 'date', 'instant');
  if (few) return decided('category', present, named);
  if (named) return decided('code', present, true);
  if (Math.max(numeric, timed) >= (1 - TYPE_SHARE) * present)
    return decided('mixed', Math.max(numeric, timed, lead.rows), false);
  return decided('text', lead.rows, false);
}
