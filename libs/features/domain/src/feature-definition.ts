import type { EventFormula } from './events/event-formula';
import type { TextsFormula } from './texts/texts-formula';

/** Rolling days of 24 h before `asOf`: `(asOf − days, asOf − endDaysAgo]`. Absent: everything up to `asOf`. */
export interface DayWindow {
  readonly days: number;
  readonly endDaysAgo?: number;
}

/** A number about one person's orders and other events up to an instant. */
export type Measure =
  /** Whole calendar days in the time zone, from the order's date to that of `asOf`; missing without orders. */
  | { readonly measure: 'daysSince'; readonly order: 'first' | 'last' }
  | { readonly measure: 'orders'; readonly window?: DayWindow }
  /** Revenue is added up in decimals (9 places), so the order of events never matters. */
  | { readonly measure: 'total'; readonly of: 'revenue' | 'units' | 'items'; readonly window?: DayWindow }
  /** Missing without orders. */
  | { readonly measure: 'largestOrder' }
  /** Days between one order and the next: their mean (two orders needed), their standard deviation (three, by n). */
  | { readonly measure: 'orderGap'; readonly statistic: 'mean' | 'deviation' }
  | { readonly measure: 'distinctProducts' }
  /** Orders on Saturday and Sunday, or in the local hour with most orders, as a share of all; missing without orders. */
  | { readonly measure: 'shareOfOrders'; readonly during: 'weekend' | 'preferredHour' }
  | { readonly measure: 'events'; readonly name: string; readonly window: DayWindow }
  /** Local dates with any event at all. */
  | { readonly measure: 'activeDays'; readonly window: DayWindow };

/** A figure that stands by itself: of orders, or of any events. */
export type FeaturePart = Measure | EventFormula;

/** A score from 1: how many cut points lie strictly below the figure, and 1. Missing where the figure is. */
export type ScoreFormula = {
  readonly score: FeaturePart;
  /** The highest score for the lowest figure, as for days since something. */
  readonly reverse?: boolean | undefined;
  /** Who has no figure above this has no score, and is not among everybody: 0 for those with an order at all. */
  readonly above?: number | undefined;
} & (
  | { /** Ascending. */ readonly cuts: readonly number[] }
  /** Cut points at the quantiles 1/n to (n − 1)/n of everybody's figures as of that instant, interpolated linearly. */
  | { readonly quantiles: number }
);

/** A share of everybody's, or a ratio: what the two figures of all people add up to, put in proportion. */
export interface AffinityFormula {
  /** `(a / b)` of the person over `(Σa / Σb)` of everybody who has both; 1 is as everybody. */
  readonly affinity: readonly [FeaturePart, FeaturePart];
}

/** A figure, or several put together; missing where a part is, or where the divisor is 0. */
export type FeatureFormula =
  | FeaturePart
  | { readonly ratio: readonly [FeaturePart, FeaturePart] }
  /** (a − b) / (a + b), from −1 to 1 for amounts that are not negative. */
  | { readonly change: readonly [FeaturePart, FeaturePart] }
  | ScoreFormula
  /** Scores up to 9 as the digits of one number: 555. */
  | { readonly cell: readonly ScoreFormula[] }
  | AffinityFormula
  | TextsFormula;

/** One feature as data: evaluated one person at a time by `computeFeatures`, for everybody by `featureStatement`. */
export interface FeatureDefinition {
  /** snake_case, immutable: models name it. */
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly formula: FeatureFormula;
  /** Kept with the other traits of a person, with its history, so that rules may use it by its key. */
  readonly live?: boolean | undefined;
}
