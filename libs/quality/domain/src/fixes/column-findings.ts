import type { ColumnProfile } from '../profile/column-profile';
import { fieldFix, linesOf, placeOf, sum, type About, type Check } from './column-check';
import type { Finding, Fix } from './finding';
import { checkDates, checkTexts } from './text-findings';

/** From this share of missing cells on, a column says little. */
const MOSTLY_MISSING = 0.5;
const OFTEN_MISSING = 0.05;
/** A single value in more than this share of the rows leaves nothing to tell rows apart by. */
const NEARLY_CONSTANT = 0.99;
/** Columns of so few values are categories: their values may be told. */
const FEW_VALUES = 50;
/** Joanes & Gill 1998 discuss the coefficient; beyond 2 a logarithm usually helps linear models and distances. */
const SKEWED = 2;
const LONG_TAIL = 0.02;

const numberText = (value: number): string => String(Number(value.toPrecision(6)));
const quoted = (values: readonly string[], most = 4): string =>
  values
    .slice(0, most)
    .map((value) => `"${value}"`)
    .join(', ') + (values.length > most ? ', …' : '');

const isNumeric = ({ type }: ColumnProfile): boolean => type === 'integer' || type === 'decimal';
const countOf = (column: ColumnProfile, ...kinds: string[]): number =>
  column.kinds.filter(({ value }) => kinds.includes(value)).reduce((sum, { rows }) => sum + rows, 0);

const emptiness: Check = (column) => {
  const { rows, present, missing, top, distinct } = column;
  const drop: Fix = { kind: 'mapping', edit: { drop: true } };
  if (present === 0)
    return [{ code: 'column_empty', severity: 'note', rows, message: 'every cell is empty', fix: drop }];
  const found: About[] = [];
  const first = top[0]?.rows ?? 0;
  if (distinct.count === 1 && rows > 1)
    found.push({
      code: 'column_constant',
      severity: 'note',
      rows: present,
      message: 'all values are the same',
      fix: drop,
    });
  else if (present > 100 && first / present > NEARLY_CONSTANT)
    found.push({
      code: 'column_nearly_constant',
      severity: 'note',
      rows: first,
      message: `one value has ${shareText(first / present)} of the rows`,
    });
  if (missing.rows > 0) {
    const severity = missing.shareOfOne >= OFTEN_MISSING ? 'warning' : 'note';
    const how = isNumeric(column) ? 'median' : 'mode';
    const fix: Fix | undefined = column.isIdentifier
      ? undefined
      : { kind: 'preprocessing', step: 'impute', params: { column: column.name, with: how, addMissingFlag: true } };
    const much = missing.shareOfOne >= MOSTLY_MISSING ? '; more is missing than there' : '';
    found.push({
      code: 'missing_values',
      severity,
      rows: missing.rows,
      lines: missing.lines,
      message: `${shareText(missing.shareOfOne)} missing${much}`,
      ...(fix ? { fix } : {}),
    });
  }
  return found;
};

const shareText = (shareOfOne: number): string => `${(shareOfOne * 100).toFixed(shareOfOne < 0.01 ? 2 : 1)} %`;

const holes: Check = ({ missing, placeholders, rows }) => {
  const found: About[] = [];
  const words = missing.words.map(({ value }) => value).filter((value) => value !== '…');
  if (words.length > 0)
    found.push({
      code: 'missing_words',
      severity: 'warning',
      rows: sum(missing.words),
      lines: linesOf(missing.words),
      message: `words that say "missing": ${quoted(words)}`,
      fix: fieldFix({ missing: words }),
    });
  const sentinels = missing.sentinels.map(({ value }) => value);
  if (sentinels.length > 0)
    found.push({
      code: 'sentinel_values',
      severity: 'warning',
      rows: sum(missing.sentinels),
      lines: linesOf(missing.sentinels),
      message: `${sentinels.join(', ')} ${sentinels.length > 1 ? 'stand' : 'stands'} apart from all other values, as programs write where they have none`,
      fix: fieldFix({ missing: sentinels }),
    });
  const maybe = placeholders.map(({ value }) => value);
  if (maybe.length > 0 && rows > 0)
    found.push({
      code: 'placeholder_values',
      severity: 'note',
      rows: sum(placeholders),
      lines: linesOf(placeholders),
      message: `${quoted(maybe)} may be answers, or stand for "missing"`,
    });
  return found;
};

const types: Check = (column) => {
  const found: About[] = [];
  const kinds = column.kinds;
  const others = kinds.filter(({ value }) => !OF_TYPE[column.type]?.includes(value));
  if (
    others.length > 0 &&
    ['integer', 'decimal', 'boolean', 'date', 'instant', 'email', 'url', 'uuid', 'phone'].includes(column.type)
  ) {
    found.push({
      code: 'mixed_types',
      severity: 'warning',
      rows: sum(others),
      lines: linesOf(others),
      message: `${column.type} but for ${others.map(({ value, rows }) => `${rows} of ${value}`).join(', ')}${oddValues(column)}; as ${column.type} those rows would be rejected`,
      fix: fieldFix({ type: 'text' }),
    });
  }
  if (
    column.type === 'mixed' ||
    (column.type === 'code' && countOf(column, 'integer') >= 0.9 * column.present && countOf(column, 'text') > 0)
  ) {
    const odd = kinds.slice(1);
    found.push({
      code: 'mixed_types',
      severity: column.type === 'mixed' ? 'warning' : 'note',
      rows: sum(odd),
      lines: linesOf(odd),
      message: kinds.map(({ value, rows }) => `${value} ${shareText(rows / column.present)}`).join(', '),
      fix: fieldFix({ type: 'text' }),
    });
  }
  const scientific = kinds.find(({ value }) => value === 'scientific');
  if (scientific && column.type === 'integer') {
    const written = column.scientific;
    const replace = Object.fromEntries(
      written.filter((value) => Number.isSafeInteger(Number(value))).map((value) => [value, String(Number(value))]),
    );
    const fix: Fix =
      Object.keys(replace).length > 0
        ? fieldFix({ replace })
        : { kind: 'source', advice: 'write whole numbers without an exponent' };
    found.push({
      code: 'scientific_notation',
      severity: 'warning',
      ...placeOf(scientific),
      message: 'whole numbers with an exponent (1e+05): a program rewrote them, and digits may be lost',
      fix,
    });
  }
  const formatted = kinds.find(({ value }) => value === 'formatted_number');
  if (formatted && (isNumeric(column) || column.type === 'mixed'))
    found.push({
      code: 'formatted_numbers',
      severity: 'warning',
      ...placeOf(formatted),
      message:
        'numbers with thousands marks, decimal commas, percent or currency signs, which the importer reads as text',
      fix: { kind: 'source', advice: 'write numbers with a point and without marks, or keep the column as text' },
    });
  return found;
};

/** The few values that are not numbers in a column of few values; they are categories, not persons. */
function oddValues(column: ColumnProfile): string {
  if (column.distinct.count > FEW_VALUES || !isNumeric(column)) return '';
  const odd = column.top.map(({ value }) => value.trim()).filter((value) => Number.isNaN(Number(value)));
  return odd.length === 0 ? '' : ` (${quoted(odd, 3)})`;
}

/** Kinds of cells that a column of a type may have. */
const OF_TYPE: Readonly<Partial<Record<ColumnProfile['type'], readonly string[]>>> = {
  integer: ['integer', 'scientific'],
  decimal: ['integer', 'decimal', 'scientific', 'formatted_number'],
  boolean: ['boolean', 'integer'],
  date: ['date', 'integer'],
  instant: ['instant', 'date', 'integer'],
  email: ['email'],
  url: ['url'],
  uuid: ['uuid'],
  phone: ['phone', 'integer', 'code'],
};

const figures: Check = (column) => {
  const { numbers } = column;
  if (!numbers || column.isIdentifier || !isNumeric(column)) return [];
  const { byZ, byIqr, skew, min, max, quantiles } = numbers;
  const fences = byIqr ?? byZ;
  const beyond = [
    ...(byIqr && byIqr.rows > 0 ? [`${byIqr.rows} beyond 1.5 interquartile ranges`] : []),
    ...(byZ && byZ.rows > 0 ? [`${byZ.rows} beyond 3 standard deviations`] : []),
  ].join(', ');
  const span = `from ${numberText(min)} to ${numberText(max)} with a median of ${numberText(quantiles.p50)}`;
  const lines = fences?.lines ?? [];
  // A single wild value makes a coefficient as large as a long tail does: it is to be capped, not the column rescaled.
  const tail = byIqr ? byIqr.rows / numbers.count : 1;
  if (skew !== null && Math.abs(skew) > SKEWED && tail >= LONG_TAIL && column.distinct.count > 10) {
    const step = min >= 0 ? 'log1p' : 'yeo_johnson';
    const message = `skewness ${numberText(skew)}, ${span}${beyond === '' ? '' : `; ${beyond}`}`;
    const fix: Fix = { kind: 'preprocessing', step, params: { column: column.name } };
    return [{ code: 'heavy_tail', severity: 'note', rows: fences?.rows ?? 0, lines, message, fix }];
  }
  if (!fences || fences.rows === 0 || !byZ || byZ.rows === 0) return [];
  const params = { column: column.name, low: fences.low, high: fences.high };
  const fix: Fix = { kind: 'preprocessing', step: 'cap_outliers', params };
  return [{ code: 'outliers', severity: 'note', rows: fences.rows, lines, message: `${beyond}; ${span}`, fix }];
};

const personal: Check = (column) =>
  column.type === 'email' || column.type === 'phone'
    ? [
        {
          code: 'personal_data',
          severity: 'note',
          rows: column.present,
          message: `${column.type === 'email' ? 'e-mail addresses' : 'phone numbers'}: an identifier, and personal data`,
        },
      ]
    : [];

const CHECKS: readonly Check[] = [emptiness, holes, types, checkDates, checkTexts, figures, personal];

/** What is to be said about one column by itself. */
export function columnFindings(column: ColumnProfile): readonly Finding[] {
  return CHECKS.flatMap((check) => check(column)).map(({ lines = [], fix = null, ...about }) => ({
    ...about,
    column: column.name,
    shareOfOne: column.rows === 0 ? 0 : about.rows / column.rows,
    lines,
    fix,
  }));
}
