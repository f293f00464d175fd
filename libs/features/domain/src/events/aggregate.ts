import type { StatementParameters } from '../statement-parameters';
import type { EventFormula } from './event-formula';
import type { Sample } from './event-samples';
import type { LocalClock, LocalClockSql } from './local-clock';

/**
 * What of the samples an aggregate reads, and so which of them count: `number` and `moving` those with a number, `key`
 * and `dated key` those with a key, `weighted key` those with a weight above zero too.
 */
export type SampleShape =
  /** `ms`, ascending */
  | 'time'
  /** local hours, or weekdays: traits over the same events share the column */
  | 'hour'
  | 'weekday'
  /** numbers, ascending */
  | 'number'
  /** `(ms, number)`, ascending */
  | 'moving'
  /** `(ms, event id, place, number)`, ascending */
  | 'dated number'
  /** keys */
  | 'key'
  /** `(ms, event id, place, key)`, ascending */
  | 'dated key'
  /** `(key, weight)` */
  | 'weighted key';

/** What an evaluation goes by. */
export interface EvaluationPoint {
  readonly formula: EventFormula;
  readonly asOf: number;
  readonly clock: LocalClock;
}

/** What a statement goes by. */
export interface SqlPoint {
  readonly formula: EventFormula;
  /** Epoch milliseconds, as an expression. */
  readonly asOf: string;
  readonly clock: LocalClockSql;
  readonly parameters: StatementParameters;
}

/** One aggregate twice: for one person's samples, and as SQL over an array of them (a column; it is named often). */
export interface Aggregate {
  readonly shape: SampleShape;
  /** Null where it is missing. The samples are those that count, in order of time. */
  readonly value: (samples: readonly Sample[], point: EvaluationPoint) => number | string | null;
  /** Float64, NaN where it is missing; for a text Nullable(String). */
  readonly sql: (rows: string, point: SqlPoint) => string;
}

export const DAY_MS = 86_400_000;

/** A value under a name: `expression` is written once. */
export const letSql = (name: string, expression: string, body: string): string =>
  `arrayMap(${name} -> ${body}, [${expression}])[1]`;

/** NaN over no rows. */
export const orMissing = (rows: string, body: string): string => `if(empty(${rows}), nan, toFloat64(${body}))`;

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
export const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;

/** Mean squared distance from the mean. */
export function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return meanOf(values.map((value) => (value - mean) ** 2));
}

/** `varianceOf` as SQL over an array of numbers. */
export const varianceSql = (values: string): string =>
  letSql('mean_', `arrayAvg(${values})`, `arrayAvg(v_ -> (v_ - mean_) * (v_ - mean_), ${values})`);

/** How often each value comes, in the order of their first coming. */
export function countsOf<T>(values: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
