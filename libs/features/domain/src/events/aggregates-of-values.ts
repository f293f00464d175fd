import { countsOf, letSql, orMissing, sumOf, type Aggregate } from './aggregate';
import type { AGGREGATES_OF_VALUES } from './event-formula';
import type { Sample } from './event-samples';

const keysOf = (samples: readonly Sample[]): readonly string[] => samples.map(({ key }) => key ?? '');
const sharesOf = (samples: readonly Sample[]): readonly number[] =>
  [...countsOf(keysOf(samples)).values()].map((count) => count / samples.length);

const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

type Read = (sample: Sample) => number | string | null;
const NUMBER: Read = ({ number }) => number;
const KEY: Read = ({ key }) => key;

/** The value that comes most often; of several the one that came last. */
function mostFrequent(samples: readonly Sample[], read: Read): number | string | null {
  const values = samples.map(read);
  const most = Math.max(...countsOf(values).values());
  const counts = countsOf(values);
  return values.findLast((value) => counts.get(value) === most) ?? null;
}

const picked = (rows: string, place: string, isText: boolean): string =>
  isText ? `if(empty(${rows}), NULL, ${rows}[${place}].4)` : orMissing(rows, `${rows}[${place}].4`);

function mostFrequentSql(rows: string, isText: boolean): string {
  const ranked = `arrayMap(v_ -> (countEqual(values_, v_), arrayLastIndex(x_ -> x_ = v_, values_), v_), arrayDistinct(values_))`;
  const most = letSql('values_', `arrayMap(r_ -> r_.4, ${rows})`, `arraySort(${ranked})[-1].3`);
  return isText ? `if(empty(${rows}), NULL, ${most})` : orMissing(rows, most);
}

interface Dated {
  readonly number: Aggregate;
  readonly text: Aggregate;
}

function dated(
  value: (samples: readonly Sample[], read: Read) => number | string | null,
  sql: (rows: string, isText: boolean) => string,
): Dated {
  return {
    number: { shape: 'dated number', value: (samples) => value(samples, NUMBER), sql: (rows) => sql(rows, false) },
    text: { shape: 'dated key', value: (samples) => value(samples, KEY), sql: (rows) => sql(rows, true) },
  };
}

/** `first`, `last` and `mostFrequent`, of numbers and of texts. First and last go by (time, event id). */
export const datedAggregates: Readonly<Record<'first' | 'last' | 'mostFrequent', Dated>> = {
  first: dated(
    (samples, read) => samples.map(read)[0] ?? null,
    (rows, isText) => picked(rows, '1', isText),
  ),
  last: dated(
    (samples, read) => samples.map(read).at(-1) ?? null,
    (rows, isText) => picked(rows, '-1', isText),
  ),
  mostFrequent: dated(mostFrequent, mostFrequentSql),
};

const COUNTS = (rows: string): string => `arrayMap(k_ -> countEqual(${rows}, k_), arrayDistinct(${rows}))`;

/**
 * Aggregates of what a property's values are: texts as they are, numbers and flags by their text; '' is none. Over no
 * values `distinct` is 0 and every other one missing.
 *
 * Units   `entropy` in bits; `share` and `topShare` of one
 */
export const valueAggregates: Readonly<
  Record<Exclude<(typeof AGGREGATES_OF_VALUES)[number], 'first' | 'last' | 'mostFrequent'>, Aggregate>
> = {
  distinct: {
    shape: 'key',
    value: (samples) => countsOf(keysOf(samples)).size,
    sql: (rows) => `toFloat64(length(arrayDistinct(${rows})))`,
  },
  entropy: {
    shape: 'key',
    value: (samples) =>
      samples.length === 0 ? null : sumOf(sharesOf(samples).map((share) => share * Math.log2(1 / share))),
    sql: (rows) =>
      orMissing(rows, `arraySum(c_ -> c_ / length(${rows}) * log2(length(${rows}) / c_), ${COUNTS(rows)})`),
  },
  topShare: {
    shape: 'key',
    value: (samples) => (samples.length === 0 ? null : Math.max(...sharesOf(samples))),
    sql: (rows) => orMissing(rows, `arrayMax(${COUNTS(rows)}) / length(${rows})`),
  },
  share: {
    shape: 'weighted key',
    value: (samples, { formula }) => {
      const wanted = listOf(formula.is);
      const weigh = (some: readonly Sample[]): number => sumOf(some.map(({ weight }) => weight ?? 1));
      if (samples.length === 0) return null;
      return weigh(samples.filter(({ key }) => wanted.includes(key ?? ''))) / weigh(samples);
    },
    sql: (rows, { formula, parameters }) => {
      const isWanted = `has(${parameters.texts(listOf(formula.is))}, r_.1)`;
      return orMissing(rows, `arraySum(r_ -> if(${isWanted}, r_.2, 0), ${rows}) / arraySum(r_ -> r_.2, ${rows})`);
    },
  },
};
