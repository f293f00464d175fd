import type { ColumnProfile, NumberProfile } from './column-profile';
import type { Distribution } from './quantile-sketch';
import { TDigest } from './t-digest';

const POINTS = 200;
const VALUES = 100;
/** A value is kept as it is when at least so many rows have it: fewer could be one person. */
const FEWEST_ROWS = 5;
/** Types whose values may name a person: none is kept as it is. */
const PERSONAL: ReadonlySet<string> = new Set(['email', 'phone', 'uuid', 'code', 'text', 'url', 'json', 'mixed']);
const PERSONAL_NAME =
  /(e-?mail|phone|mobile|first_?name|last_?name|full_?name|user_?name|surname|address|street|birth|passport|iban|ssn|(^|[._])ip($|[._]))/i;

/** A value of which nothing but its form is left: `a…@….org`, `+4…`, `P… (5)`. */
export function maskValue(value: string): string {
  const trimmed = value.trim();
  const email = /^(.)[^@]*@.*\.([a-z]{2,})$/i.exec(trimmed);
  if (email) return `${email[1] ?? ''}…@….${email[2] ?? ''}`;
  return trimmed.length <= 2 ? '…' : `${trimmed.slice(0, 1)}… (${trimmed.length})`;
}

/** Whether a field's name says that its values name a person. */
export const namesPerson = (field: string): boolean => PERSONAL_NAME.test(field);

/** Whether a column's values may name a person, by what they are and by the column's name. */
export const isPersonal = ({
  type,
  isIdentifier,
  name,
}: Pick<ColumnProfile, 'type' | 'isIdentifier' | 'name'>): boolean =>
  PERSONAL.has(type) || isIdentifier || namesPerson(name);

function fewerPoints(distribution: Distribution): Distribution {
  if (distribution.values.length <= POINTS) return distribution;
  const digest = new TDigest(POINTS);
  digest.merge(distribution);
  return { ...distribution, ...digest.points(), exact: false };
}

const smaller = (numbers: NumberProfile | null): NumberProfile | null =>
  numbers && { ...numbers, distribution: fewerPoints(numbers.distribution) };

const without = <T extends { readonly lines: readonly number[] }>(items: readonly T[]): T[] =>
  items.map((item) => ({ ...item, lines: [] }));

const bare = (numbers: NumberProfile | null): NumberProfile | null =>
  numbers && {
    ...numbers,
    byZ: numbers.byZ && { ...numbers.byZ, lines: [] },
    byIqr: numbers.byIqr && { ...numbers.byIqr, lines: [] },
  };

/**
 * A column's profile as a workspace keeps it, week after week: small, without line numbers, and without personal values.
 * Values that may name a person, or that fewer than five rows have, are masked for good: a snapshot outlives the people
 * in it, and whoever is erased must not be left in one.
 */
export function snapshotColumn(column: ColumnProfile): ColumnProfile {
  const personal = isPersonal(column);
  const shown = ({ value, rows }: { readonly value: string; readonly rows: number }): string =>
    personal || rows < FEWEST_ROWS ? maskValue(value) : value;
  const open = (group: readonly { readonly rows: number }[]): boolean => group.every(({ rows }) => rows >= FEWEST_ROWS);
  return {
    ...column,
    kinds: without(column.kinds),
    dateFormats: without(column.dateFormats),
    impossibleDays: { ...column.impossibleDays, lines: [] },
    missing: {
      ...column.missing,
      words: without(column.missing.words),
      sentinels: without(column.missing.sentinels),
      lines: [],
    },
    placeholders: without(column.placeholders),
    top: column.top.slice(0, VALUES).map((each) => ({ value: shown(each), rows: each.rows })),
    faults: without(column.faults),
    scientific: [],
    variants: personal ? [] : column.variants.filter(open),
    numbers: bare(smaller(column.isIdentifier ? null : column.numbers)),
    times: bare(smaller(column.times)),
  };
}
