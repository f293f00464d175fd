import type { EventFormula, EventSelection } from './events/event-formula';
import type { FeatureDefinition, FeatureFormula, FeaturePart, ScoreFormula } from './feature-definition';

export const TRAIT_GROUPS = [
  'rfm',
  'lifetime',
  'basket',
  'affinity',
  'channels',
  'coupons',
  'returns',
  'rhythm',
  'visits',
  'texts',
] as const;
export type TraitGroup = (typeof TRAIT_GROUPS)[number];

/** A ready-made trait, to be taken over as a file. */
export interface LibraryTrait extends FeatureDefinition {
  readonly group: TraitGroup;
}

const ORDERS: EventSelection = { event: 'Order Completed' };
const RETURNS: EventSelection = { event: 'Order Refunded' };
const COUPONS: EventSelection = { event: ['Coupon Applied', 'Coupon Redeemed'] };
const WITH_COUPON: EventSelection = { ...ORDERS, where: [{ path: 'coupon', op: 'exists' }] };
const LINES: EventSelection = { ...ORDERS, each: 'products' };
const REVIEWS = { event: 'Product Reviewed', of: 'review_body' };
const subjects = [
  ['delivery', ['delivery', 'shipping', 'courier', 'parcel']],
  ['price', ['price', 'cost', 'expensive', 'cheap', 'value for money']],
  ['quality', ['quality', 'material', 'fabric', 'broken']],
  ['service', ['service', 'support', 'refund', 'return']],
] as const;
const YEAR: EventSelection = { ...ORDERS, window: { last: { n: 365, unit: 'day' } } };

const RECENCY: EventFormula = { aggregate: 'daysSince', since: 'last', ...ORDERS };
const FREQUENCY: FeaturePart = { measure: 'orders' };
const MONETARY: FeaturePart = { measure: 'total', of: 'revenue' };
const COUNT: EventFormula = { aggregate: 'count', ...ORDERS };

/** Quintiles of everybody's figures. */
export const RFM_QUINTILES: readonly [ScoreFormula, ScoreFormula, ScoreFormula] = [
  { score: RECENCY, quantiles: 5, reverse: true },
  { score: FREQUENCY, above: 0, quantiles: 5 },
  { score: MONETARY, above: 0, quantiles: 5 },
];

/** Cut points that stay where they are, so that a score changes with its person alone. */
export const RFM_FIXED: readonly [ScoreFormula, ScoreFormula, ScoreFormula] = [
  { score: RECENCY, cuts: [30, 60, 120, 240], reverse: true },
  { score: FREQUENCY, above: 0, cuts: [1, 2, 4, 9] },
  { score: MONETARY, above: 0, cuts: [50, 150, 400, 1_000] },
];

interface Row {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly formula: FeatureFormula;
}
const group = (name: TraitGroup, rows: readonly Row[]): readonly LibraryTrait[] =>
  rows.map((row) => ({ ...row, group: name }));
const row = (key: string, label: string, [unit, formula]: readonly [string, FeatureFormula]): Row => ({
  ...{ key, label, unit },
  formula,
});

const SHARE = 'share of one';
const scores = (which: readonly ScoreFormula[], suffix: string): readonly Row[] => [
  ...(['recency', 'frequency', 'monetary'] as const).map((name, i) =>
    row(`${name}_score${suffix}`, `Score of ${name}`, ['score from 1', which[i] ?? FREQUENCY]),
  ),
  row(`rfm_cell${suffix}`, 'Scores of recency, frequency and money as digits', ['cell', { cell: which }]),
];

const deviceShare = (kind: string): Row =>
  row(`share_${kind}`, `Share of events from ${kind}`, [SHARE, { aggregate: 'share', of: 'device_type', is: kind }]);
const channelShare = (channel: string): Row =>
  row(`share_orders_${channel}`, `Share of orders by ${channel}`, [
    SHARE,
    { aggregate: 'share', of: 'channel', is: channel, ...ORDERS },
  ]);
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const partsOfDay = [
  ['night', 0, 6],
  ['morning', 6, 12],
  ['afternoon', 12, 18],
  ['evening', 18, 24],
] as const;

/**
 * Ready-made traits over Segment's e-commerce events: copies to begin with, for `kohort traits library`. They are no part
 * of a workspace's set until a file has them.
 */
export const TRAIT_LIBRARY: readonly LibraryTrait[] = [
  ...group('rfm', [...scores(RFM_QUINTILES, ''), ...scores(RFM_FIXED, '_fixed')]),
  ...group('lifetime', [
    row('lifetime_days', 'Days from the first order to the last', ['days', { aggregate: 'lifetime', ...ORDERS }]),
    row('customer_age_days', 'Days since the first order', [
      'days',
      { aggregate: 'daysSince', since: 'first', ...ORDERS },
    ]),
    row('known_days', 'Days since the first event', ['days', { aggregate: 'daysSince', since: 'first' }]),
    row('first_order_value', 'Revenue of the first order', [
      'money',
      { aggregate: 'first', of: 'revenue', as: 'number', ...ORDERS },
    ]),
    row('last_order_value', 'Revenue of the last order', [
      'money',
      { aggregate: 'last', of: 'revenue', as: 'number', ...ORDERS },
    ]),
    row('orders_this_month', 'Orders in this calendar month', ['orders', { ...COUNT, window: { current: 'month' } }]),
    row('orders_last_month', 'Orders in the calendar month before', [
      'orders',
      { ...COUNT, window: { previous: 'month' } },
    ]),
    row('order_value_trend', 'Change of the order value', [
      'money per day',
      { aggregate: 'slope', of: 'revenue', ...ORDERS },
    ]),
    row('recent_revenue', 'Revenue, half its worth every 90 days', [
      'money',
      { aggregate: 'decayed', of: 'revenue', halfLifeDays: 90, ...ORDERS },
    ]),
  ]),
  ...group('basket', [
    row('median_order_value', 'Median of the order values', ['money', { aggregate: 'median', of: 'revenue', ...YEAR }]),
    row('order_value_p90', '90th percentile of the order values', [
      'money',
      { aggregate: 'percentile', p: 90, of: 'revenue', ...YEAR },
    ]),
    row('order_value_sd', 'Spread of the order values', [
      'money',
      { aggregate: 'deviation', of: 'revenue', ...ORDERS },
    ]),
    row('lines_per_basket', 'Lines of an order', [
      'lines per order',
      { ratio: [{ aggregate: 'count', ...LINES }, COUNT] },
    ]),
    row('mean_line_price', 'Mean price of a line', ['money', { aggregate: 'mean', of: 'price', ...LINES }]),
    row('distinct_brands', 'Different brands bought', ['brands', { aggregate: 'distinct', of: 'brand', ...LINES }]),
    row('distinct_categories', 'Different categories bought', [
      'categories',
      { aggregate: 'distinct', of: 'category', ...LINES },
    ]),
  ]),
  ...group('affinity', [
    row('favourite_category', 'Category bought most often', [
      'category',
      { aggregate: 'mostFrequent', of: 'category', as: 'text', ...LINES },
    ]),
    row('favourite_brand', 'Brand bought most often', [
      'brand',
      { aggregate: 'mostFrequent', of: 'brand', as: 'text', ...LINES },
    ]),
    row('category_loyalty', 'Share of the favourite category', [
      SHARE,
      { aggregate: 'topShare', of: 'category', ...LINES },
    ]),
    row('category_spread', 'Entropy of the categories bought', [
      'bits',
      { aggregate: 'entropy', of: 'category', ...LINES },
    ]),
    row('discount_affinity', 'Lines on discount, against everybody’s', [
      'times everybody’s',
      {
        affinity: [{ aggregate: 'count', ...ORDERS, where: [{ path: 'discount', op: 'gt', value: 0 }] }, COUNT],
      },
    ]),
  ]),
  ...group('channels', [
    ...['web', 'app', 'store'].map(channelShare),
    ...['mobile', 'desktop', 'tablet'].map(deviceShare),
    row('last_channel', 'Channel of the last order', [
      'channel',
      { aggregate: 'last', of: 'channel', as: 'text', ...ORDERS },
    ]),
    row('distinct_channels', 'Channels ordered by', ['channels', { aggregate: 'distinct', of: 'channel', ...ORDERS }]),
  ]),
  ...group('coupons', [
    row('coupons_used_90d', 'Coupons used in 90 days', [
      'coupons',
      { aggregate: 'count', ...COUPONS, window: { last: { n: 90, unit: 'day' } } },
    ]),
    row('coupon_share', 'Share of orders with a coupon', [
      SHARE,
      { ratio: [{ aggregate: 'count', ...WITH_COUPON }, COUNT] },
    ]),
    row('discount_share', 'Discount per revenue', [
      SHARE,
      {
        ratio: [
          { aggregate: 'sum', of: 'discount', ...ORDERS },
          { aggregate: 'sum', of: 'revenue', ...ORDERS },
        ],
      },
    ]),
  ]),
  ...group('returns', [
    row('returns_365d', 'Returns in 365 days', [
      'returns',
      { aggregate: 'count', ...RETURNS, window: { last: { n: 365, unit: 'day' } } },
    ]),
    row('return_rate', 'Returns per order', [
      'returns per order',
      { ratio: [{ aggregate: 'count', ...RETURNS }, COUNT] },
    ]),
    row('refunded_share', 'Refunds per revenue', [
      SHARE,
      {
        ratio: [
          { aggregate: 'sum', of: 'total', ...RETURNS },
          { aggregate: 'sum', of: 'revenue', ...ORDERS },
        ],
      },
    ]),
    row('days_since_return', 'Days since the last return', [
      'days',
      { aggregate: 'daysSince', since: 'last', ...RETURNS },
    ]),
  ]),
  ...group('rhythm', [
    row('order_gap_variance', 'Variance of the days between orders', [
      'days squared',
      { aggregate: 'gapVariance', ...ORDERS },
    ]),
    row('longest_order_gap', 'Longest pause between orders', ['days', { aggregate: 'gapMax', ...ORDERS }]),
    row('month_streak', 'Months in a row with an order', [
      'months',
      { aggregate: 'streak', period: 'month', which: 'current', ...ORDERS },
    ]),
    row('longest_day_streak', 'Most days in a row with an event', [
      'days',
      { aggregate: 'streak', period: 'day', which: 'longest' },
    ]),
    row('preferred_hour', 'Hour with most events', ['hour', { aggregate: 'preferredHour' }]),
    row('preferred_weekday', 'Weekday with most events', ['weekday from 1', { aggregate: 'preferredWeekday' }]),
    ...partsOfDay.map(([name, from, to]) =>
      row(`share_${name}`, `Share of events in the ${name}`, [SHARE, { aggregate: 'hourShare', hours: { from, to } }]),
    ),
    ...weekdays.map((name, i) =>
      row(`share_${name}`, `Share of events on a ${name}`, [SHARE, { aggregate: 'weekdayShare', weekdays: [i + 1] }]),
    ),
  ]),
  ...group('visits', [
    row('sessions_30d', 'Sessions in 30 days', [
      'sessions',
      { aggregate: 'sessions', gapMinutes: 30, measure: 'count', window: { last: { n: 30, unit: 'day' } } },
    ]),
    row('session_minutes', 'Mean length of a session', [
      'minutes',
      { aggregate: 'sessions', gapMinutes: 30, measure: 'meanMinutes' },
    ]),
    row('session_events', 'Events of a session', [
      'events per session',
      { aggregate: 'sessions', gapMinutes: 30, measure: 'meanEvents' },
    ]),
    row('active_weeks_year', 'Weeks with an event in 365 days', [
      'weeks',
      { aggregate: 'distinctPeriods', period: 'week', window: { last: { n: 365, unit: 'day' } } },
    ]),
  ]),
  ...group(
    'texts',
    subjects.flatMap(([name, words]) => [
      row(`mentions_${name}`, `Reviews that mention ${name}`, ['texts', { texts: 'mentions', words, ...REVIEWS }]),
      row(`mentions_${name}_score`, `Mean sentiment on ${name}`, ['-1 to 1', { texts: 'score', words, ...REVIEWS }]),
      row(`mentions_${name}_sentiment`, `Sentiment on ${name}`, ['name', { texts: 'sentiment', words, ...REVIEWS }]),
    ]),
  ),
  ...group('texts', [
    row('review_score', 'Mean sentiment of reviews', ['-1 to 1', { texts: 'score', ...REVIEWS }]),
    row('review_sentiment', 'Sentiment of reviews', ['name', { texts: 'sentiment', ...REVIEWS }]),
  ]),
];
