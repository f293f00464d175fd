import {
  DAY_MS,
  letSql,
  meanOf,
  orMissing,
  sumOf,
  varianceOf,
  varianceSql,
  countsOf,
  type Aggregate,
  type EvaluationPoint,
  type SqlPoint,
} from './aggregate';
import type { AGGREGATES_OF_TIMES } from './event-formula';
import type { Sample } from './event-samples';

const MINUTE_MS = 60_000;

const timesOf = (samples: readonly Sample[]): readonly number[] => samples.map(({ time }) => time);

/** Milliseconds from each event to the next. */
const pausesOf = (samples: readonly Sample[]): readonly number[] =>
  samples.slice(1).map(({ time }, i) => time - (samples[i]?.time ?? 0));
const gapsOf = (samples: readonly Sample[]): readonly number[] => pausesOf(samples).map((ms) => ms / DAY_MS);
const PAUSES = (rows: string): string => `arrayPopFront(arrayDifference(${rows}))`;
const GAPS = (rows: string): string => `arrayMap(d_ -> d_ / ${DAY_MS}, ${PAUSES(rows)})`;

function gap(least: number, value: (gaps: readonly number[]) => number, sql: (gaps: string) => string): Aggregate {
  return {
    shape: 'time',
    value: (samples) => (samples.length <= least ? null : value(gapsOf(samples))),
    sql: (rows) => `if(length(${rows}) <= ${least}, nan, toFloat64(${sql(GAPS(rows))}))`,
  };
}

function streak(samples: readonly Sample[], { formula, clock, asOf }: EvaluationPoint): number {
  const { period = 'day', which } = formula;
  const periods = [...new Set(timesOf(samples).map((time) => clock.period(time, period)))].sort((a, b) => a - b);
  const last = periods.at(-1);
  if (last === undefined) return 0;
  // Neighbours of one streak have the same distance from their place.
  const streaks = countsOf(periods.map((number, place) => number - place));
  if (which === 'longest') return Math.max(...streaks.values());
  return last < clock.period(asOf, period) - 1 ? 0 : (streaks.get(last - periods.length + 1) ?? 0);
}

function streakSql(rows: string, { formula, clock, asOf }: SqlPoint): string {
  const { period = 'day', which } = formula;
  const periods = `arraySort(arrayDistinct(arrayMap(t_ -> ${clock.period('t_', period)}, ${rows})))`;
  const starts = 'arrayMap((p_, i_) -> p_ - toInt64(i_), periods_, arrayEnumerate(periods_))';
  const longest = 'arrayMax(arrayMap(s_ -> countEqual(starts_, s_), arrayDistinct(starts_)))';
  const current = `if(periods_[-1] < ${clock.period(asOf, period)} - 1, 0, countEqual(starts_, starts_[-1]))`;
  const body = letSql('starts_', starts, which === 'longest' ? longest : current);
  return `if(empty(${rows}), 0., toFloat64(${letSql('periods_', periods, body)}))`;
}

/** Sessions end where nothing happens for longer than the gap. */
function sessions(samples: readonly Sample[], { formula }: EvaluationPoint): number | null {
  const gapMs = (formula.gapMinutes ?? 30) * MINUTE_MS;
  const pauses = pausesOf(samples);
  const count = samples.length === 0 ? 0 : 1 + pauses.filter((pause) => pause > gapMs).length;
  if (formula.measure === 'count') return count;
  if (count === 0) return null;
  if (formula.measure === 'meanEvents') return samples.length / count;
  const lengths = [0];
  for (const pause of pauses) {
    if (pause > gapMs) lengths.push(0);
    else lengths.push((lengths.pop() ?? 0) + pause);
  }
  return (formula.measure === 'longestMinutes' ? Math.max(...lengths) : meanOf(lengths)) / MINUTE_MS;
}

function sessionsSql(rows: string, { formula, parameters }: SqlPoint): string {
  const gapMs = parameters.number((formula.gapMinutes ?? 30) * MINUTE_MS);
  const breaks = `arrayCount(d_ -> d_ > ${gapMs}, ${PAUSES(rows)})`;
  const count = `if(empty(${rows}), 0, 1 + ${breaks})`;
  switch (formula.measure) {
    case 'meanEvents':
      return orMissing(rows, `length(${rows}) / (1 + ${breaks})`);
    case 'meanMinutes':
      return orMissing(
        rows,
        `arraySum(d_ -> if(d_ > ${gapMs}, 0, d_), ${PAUSES(rows)}) / (1 + ${breaks}) / ${MINUTE_MS}`,
      );
    case 'longestMinutes': {
      const parts = `arraySplit((t_, d_) -> d_ > ${gapMs}, ${rows}, arrayDifference(${rows}))`;
      return orMissing(rows, `arrayMax(arrayMap(s_ -> s_[-1] - s_[1], ${parts})) / ${MINUTE_MS}`);
    }
    default:
      return `toFloat64(${count})`;
  }
}

/** The number that comes most often; of several the smallest. */
function preferred(numbers: readonly number[]): number | null {
  const counts = countsOf(numbers);
  const most = Math.max(...counts.values());
  return [...counts]
    .filter(([, count]) => count === most)
    .reduce((best: number | null, [one]) => Math.min(one, best ?? one), null);
}

function preferredSql(rows: string): string {
  const ranked = `arraySort(arrayMap(n_ -> (-toInt64(countEqual(${rows}, n_)), n_), arrayDistinct(${rows})))[1].2`;
  return orMissing(rows, ranked);
}

interface Hours {
  readonly from: number;
  readonly to: number;
}
const ALL_DAY: Hours = { from: 0, to: 24 };

const shareOf = (samples: readonly Sample[], counts: (time: number) => boolean): number | null =>
  samples.length === 0 ? null : timesOf(samples).filter(counts).length / samples.length;
/** Of an array of numbers `n_`. */
const shareSql = (rows: string, counts: string): string =>
  orMissing(rows, `arrayCount(n_ -> ${counts}, ${rows}) / length(${rows})`);

const daysSince = (samples: readonly Sample[], { formula, clock, asOf }: EvaluationPoint): number | null => {
  const event = formula.since === 'first' ? samples[0] : samples.at(-1);
  return event ? clock.period(asOf, 'day') - clock.period(event.time, 'day') : null;
};

/**
 * Aggregates of when events happened. Over no events `count`, `did`, `distinctPeriods`, `streak` and the number of
 * sessions are 0 and every other one is missing.
 *
 * Units   gaps and `lifetime` in days of 24 h; `daysSince` in calendar days; weekdays from 1, Monday
 * Ties    the earlier hour and weekday
 */
export const timeAggregates: Readonly<Record<(typeof AGGREGATES_OF_TIMES)[number], Aggregate>> = {
  count: { shape: 'time', value: (samples) => samples.length, sql: (rows) => `toFloat64(length(${rows}))` },
  did: {
    shape: 'time',
    value: (samples) => (samples.length > 0 ? 1 : 0),
    sql: (rows) => `toFloat64(notEmpty(${rows}))`,
  },
  distinctPeriods: {
    shape: 'time',
    value: (samples, { formula, clock }) =>
      new Set(timesOf(samples).map((time) => clock.period(time, formula.period ?? 'day'))).size,
    sql: (rows, { formula, clock }) =>
      `toFloat64(length(arrayDistinct(arrayMap(t_ -> ${clock.period('t_', formula.period ?? 'day')}, ${rows}))))`,
  },
  streak: { shape: 'time', value: streak, sql: streakSql },
  daysSince: {
    shape: 'time',
    value: daysSince,
    sql: (rows, { formula, clock, asOf }) => {
      const event = `${rows}[${formula.since === 'first' ? 1 : -1}]`;
      return orMissing(rows, `${clock.period(asOf, 'day')} - ${clock.period(event, 'day')}`);
    },
  },
  lifetime: {
    shape: 'time',
    value: (samples) => (samples.length === 0 ? null : sumOf(gapsOf(samples))),
    sql: (rows) => orMissing(rows, `(${rows}[-1] - ${rows}[1]) / ${DAY_MS}`),
  },
  gapMean: gap(1, meanOf, (gaps) => `arrayAvg(${gaps})`),
  gapVariance: gap(2, varianceOf, varianceSql),
  gapDeviation: gap(
    2,
    (gaps) => Math.sqrt(varianceOf(gaps)),
    (gaps) => `sqrt(${varianceSql(gaps)})`,
  ),
  gapMax: gap(
    1,
    (gaps) => Math.max(...gaps),
    (gaps) => `arrayMax(${gaps})`,
  ),
  hourShare: {
    shape: 'hour',
    value: (samples, { formula, clock }) => {
      const { from, to } = formula.hours ?? ALL_DAY;
      return shareOf(samples, (time) => {
        const hour = clock.hour(time);
        return from < to ? hour >= from && hour < to : hour >= from || hour < to;
      });
    },
    sql: (rows, { formula }) => {
      const { from, to } = formula.hours ?? ALL_DAY;
      return shareSql(rows, `(n_ >= ${from} ${from < to ? 'AND' : 'OR'} n_ < ${to})`);
    },
  },
  weekdayShare: {
    shape: 'weekday',
    value: (samples, { formula, clock }) =>
      shareOf(samples, (time) => (formula.weekdays ?? []).includes(clock.weekday(time))),
    sql: (rows, { formula }) =>
      shareSql(rows, `has([${(formula.weekdays ?? []).map((day) => Math.trunc(day)).join(', ')}], n_)`),
  },
  preferredHour: {
    shape: 'hour',
    value: (samples, { clock }) => preferred(timesOf(samples).map((time) => clock.hour(time))),
    sql: preferredSql,
  },
  preferredWeekday: {
    shape: 'weekday',
    value: (samples, { clock }) => preferred(timesOf(samples).map((time) => clock.weekday(time))),
    sql: preferredSql,
  },
  sessions: { shape: 'time', value: sessions, sql: sessionsSql },
};
