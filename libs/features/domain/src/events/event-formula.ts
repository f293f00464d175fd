import type { FeatureWindow } from './feature-window';

/** What an event's property is compared with. */
export type ConditionValue = string | number | boolean;

export const CONDITION_OPERATORS = [
  'exists',
  'notExists',
  'eq',
  'neq',
  'in',
  'notIn',
  'gt',
  'gte',
  'lt',
  'lte',
  'contains',
  'startsWith',
] as const;
export type ConditionOperator = (typeof CONDITION_OPERATORS)[number];

/** A test of a property. Nothing is coerced: a missing value, and one of another type, passes `notExists` alone. */
export interface EventCondition {
  readonly path: string;
  readonly op: ConditionOperator;
  readonly value?: ConditionValue | readonly ConditionValue[] | undefined;
}

/** Which events count, or which entries of a list in them. */
export interface EventSelection {
  /** One name, or several; absent: any event. */
  readonly event?: string | readonly string[] | undefined;
  readonly where?: readonly EventCondition[] | undefined;
  /** A property that is a list: each of its entries counts, and `of`, `weight` and `is` speak of the entry. */
  readonly each?: string | undefined;
  /** Absent: everything up to `asOf`. */
  readonly window?: FeatureWindow | undefined;
}

export const AGGREGATES_OF_NUMBERS = [
  'sum',
  'mean',
  'min',
  'max',
  'median',
  'percentile',
  'variance',
  'deviation',
  'slope',
] as const;
export const AGGREGATES_OF_VALUES = [
  'distinct',
  'entropy',
  'topShare',
  'share',
  'first',
  'last',
  'mostFrequent',
] as const;
export const AGGREGATES_OF_TIMES = [
  'count',
  'did',
  'distinctPeriods',
  'streak',
  'daysSince',
  'lifetime',
  'gapMean',
  'gapVariance',
  'gapDeviation',
  'gapMax',
  'hourShare',
  'weekdayShare',
  'preferredHour',
  'preferredWeekday',
  'sessions',
] as const;

export type AggregateName =
  | (typeof AGGREGATES_OF_NUMBERS)[number]
  | (typeof AGGREGATES_OF_VALUES)[number]
  | (typeof AGGREGATES_OF_TIMES)[number]
  | 'decayed';

export const PERIODS = ['hour', 'day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

export const SESSION_MEASURES = ['count', 'meanMinutes', 'meanEvents', 'longestMinutes'] as const;
export type SessionMeasure = (typeof SESSION_MEASURES)[number];

/**
 * One figure over a person's events. Which parameters an aggregate takes is in `eventFormulaSchema`; each has there the
 * default that the evaluator and the statement take.
 */
export interface EventFormula extends EventSelection {
  readonly aggregate: AggregateName;
  /** The property that is aggregated. */
  readonly of?: string | undefined;
  /** `share`: a number that each value counts with; 1 when absent. */
  readonly weight?: string | undefined;
  /** `share`: the value, or values, whose share it is. */
  readonly is?: string | readonly string[] | undefined;
  /** `percentile`: 0 to 100, one decimal. */
  readonly p?: number | undefined;
  /** `first`, `last`, `mostFrequent`: whether the trait is a number or a text. */
  readonly as?: 'number' | 'text' | undefined;
  /** `decayed`: days after which an event counts half. */
  readonly halfLifeDays?: number | undefined;
  /** `distinctPeriods`, `streak`: what is counted, by the clocks of the time zone; weeks begin on Monday. */
  readonly period?: Period | undefined;
  /** `streak`: the longest, or the one that reaches the present period or the one before it. */
  readonly which?: 'longest' | 'current' | undefined;
  /** `daysSince`: since which event. */
  readonly since?: 'first' | 'last' | undefined;
  /** `hourShare`: local hours `[from, to)`; over midnight when `from` is the greater. */
  readonly hours?: { readonly from: number; readonly to: number } | undefined;
  /** `weekdayShare`: 1 Monday to 7 Sunday. */
  readonly weekdays?: readonly number[] | undefined;
  /** `sessions`: minutes without an event that end a session. */
  readonly gapMinutes?: number | undefined;
  /** `sessions`: what of them. */
  readonly measure?: SessionMeasure | undefined;
}

/** Whether a formula gives a text instead of a number. */
export const isTextFormula = ({ as }: EventFormula): boolean => as === 'text';
