import { featuresErrors } from './errors';
import type { DayWindow, FeatureDefinition, Measure } from './feature-definition';

const orders = (window?: DayWindow): Measure => (window ? { measure: 'orders', window } : { measure: 'orders' });
const revenue = (window?: DayWindow): Measure => ({ measure: 'total', of: 'revenue', ...(window ? { window } : {}) });
const events = (name: string, days: number): Measure => ({ measure: 'events', name, window: { days } });

const LAST_90: DayWindow = { days: 90 };
const THE_90_BEFORE: DayWindow = { days: 180, endDaysAgo: 90 };

/** Version 1. A change to a formula is a new version; versions are never edited, because stored values name them. */
const VERSION_1: readonly FeatureDefinition[] = [
  {
    key: 'recency_days',
    label: 'Days since the last order',
    unit: 'days',
    formula: { measure: 'daysSince', order: 'last' },
  },
  { key: 'frequency', label: 'Orders', unit: 'orders', formula: orders() },
  { key: 'monetary', label: 'Revenue', unit: 'money', formula: revenue() },
  {
    key: 'tenure_days',
    label: 'Days since the first order',
    unit: 'days',
    formula: { measure: 'daysSince', order: 'first' },
  },
  {
    key: 'avg_order_value',
    label: 'Revenue per order',
    unit: 'money per order',
    formula: { ratio: [revenue(), orders()] },
  },
  { key: 'max_order_value', label: 'Largest order', unit: 'money', formula: { measure: 'largestOrder' } },
  { key: 'orders_30d', label: 'Orders in 30 days', unit: 'orders', formula: orders({ days: 30 }) },
  { key: 'orders_90d', label: 'Orders in 90 days', unit: 'orders', formula: orders(LAST_90) },
  { key: 'orders_365d', label: 'Orders in 365 days', unit: 'orders', formula: orders({ days: 365 }) },
  { key: 'revenue_30d', label: 'Revenue in 30 days', unit: 'money', formula: revenue({ days: 30 }) },
  { key: 'revenue_90d', label: 'Revenue in 90 days', unit: 'money', formula: revenue(LAST_90) },
  {
    key: 'revenue_trend',
    label: 'Revenue of 90 days against the 90 before',
    unit: '-1 to 1',
    formula: { change: [revenue(LAST_90), revenue(THE_90_BEFORE)] },
  },
  {
    key: 'orders_trend',
    label: 'Orders of 90 days against the 90 before',
    unit: '-1 to 1',
    formula: { change: [orders(LAST_90), orders(THE_90_BEFORE)] },
  },
  {
    key: 'avg_days_between_orders',
    label: 'Days between orders',
    unit: 'days',
    formula: { measure: 'orderGap', statistic: 'mean' },
  },
  {
    key: 'days_between_sd',
    label: 'Spread of the days between orders',
    unit: 'days',
    formula: { measure: 'orderGap', statistic: 'deviation' },
  },
  {
    key: 'overdue_ratio',
    label: 'Days since the last order per usual gap',
    unit: 'gaps',
    formula: {
      ratio: [
        { measure: 'daysSince', order: 'last' },
        { measure: 'orderGap', statistic: 'mean' },
      ],
    },
  },
  {
    key: 'distinct_products',
    label: 'Different products bought',
    unit: 'products',
    formula: { measure: 'distinctProducts' },
  },
  {
    key: 'units_per_order',
    label: 'Pieces per order',
    unit: 'pieces per order',
    formula: { ratio: [{ measure: 'total', of: 'units' }, orders()] },
  },
  {
    key: 'items_per_order',
    label: 'Lines per order',
    unit: 'lines per order',
    formula: { ratio: [{ measure: 'total', of: 'items' }, orders()] },
  },
  {
    key: 'share_weekend',
    label: 'Share of orders at weekends',
    unit: 'share of one',
    formula: { measure: 'shareOfOrders', during: 'weekend' },
  },
  {
    key: 'preferred_hour_share',
    label: 'Share of orders in the preferred hour',
    unit: 'share of one',
    formula: { measure: 'shareOfOrders', during: 'preferredHour' },
  },
  {
    key: 'days_active_90d',
    label: 'Days with any event in 90',
    unit: 'days',
    formula: { measure: 'activeDays', window: LAST_90 },
  },
  { key: 'page_views_30d', label: 'Pages viewed in 30 days', unit: 'views', formula: events('Page Viewed', 30) },
  {
    key: 'product_views_30d',
    label: 'Products viewed in 30 days',
    unit: 'views',
    formula: events('Product Viewed', 30),
  },
  {
    key: 'cart_additions_30d',
    label: 'Products put into the cart in 30 days',
    unit: 'additions',
    formula: events('Product Added', 30),
  },
];

const VERSIONS: Readonly<Record<number, readonly FeatureDefinition[]>> = { 1: VERSION_1 };

export const FEATURE_SET_VERSION = 1;

/**
 * The features of a version, or those of them that are named, in the order asked for.
 *
 * Throws  FEATURES_VERSION_UNKNOWN, FEATURES_UNKNOWN
 */
export function featureSet(
  version: number = FEATURE_SET_VERSION,
  keys?: readonly string[],
): readonly FeatureDefinition[] {
  const all = VERSIONS[version];
  if (!all) throw featuresErrors.FEATURES_VERSION_UNKNOWN({ version });
  return pickFeatures(all, keys);
}

/** Those of a set that are named, in the order asked for. Throws  FEATURES_UNKNOWN */
export function pickFeatures(
  all: readonly FeatureDefinition[],
  keys: readonly string[] | undefined,
): readonly FeatureDefinition[] {
  if (!keys) return all;
  return keys.map((key) => {
    const found = all.find((definition) => definition.key === key);
    if (!found) throw featuresErrors.FEATURES_UNKNOWN({ key, known: all.map((one) => one.key).join(', ') });
    return found;
  });
}
