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

/** A measure, or two of them put together; missing where a part is, or where the divisor is 0. */
export type FeatureFormula =
  | Measure
  | { readonly ratio: readonly [Measure, Measure] }
  /** (a − b) / (a + b), from −1 to 1 for amounts that are not negative. */
  | { readonly change: readonly [Measure, Measure] };

/** One feature as data: evaluated one person at a time by `computeFeatures`, for everybody by `featureStatement`. */
export interface FeatureDefinition {
  /** snake_case, immutable: models name it. */
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly formula: FeatureFormula;
}
