/** What a feature says of a customer, whatever its name. */
export type FeatureRole =
  | 'recency'
  | 'frequency'
  | 'monetary'
  | 'order_value'
  | 'tenure'
  | 'gap'
  | 'variety'
  | 'basket'
  | 'recent_activity'
  | 'discounts'
  | 'returns'
  | 'visits';

/** Name patterns of each role, tried in order on the snake_case name. */
export const FEATURE_ROLES: readonly { readonly role: FeatureRole; readonly pattern: RegExp }[] = [
  { role: 'recency', pattern: /^(recency|days_since_(the_)?(last|latest))/ },
  { role: 'recent_activity', pattern: /^(orders|revenue|purchases|spend|units|sessions|events)_(last_)?\d+_?d(ays)?$/ },
  { role: 'gap', pattern: /interpurchase|days_between|purchase_interval|gap_days/ },
  { role: 'order_value', pattern: /(avg|average|mean)_(order|basket|purchase)_(value|amount|size)|^aov$/ },
  { role: 'tenure', pattern: /^tenure|days_since_(the_)?first|customer_age/ },
  { role: 'variety', pattern: /(distinct|unique)_(products?|categories|items|skus)|variety/ },
  { role: 'basket', pattern: /(units|items|products)_per_(order|basket|purchase)|basket_size/ },
  { role: 'discounts', pattern: /discount|coupon|promo/ },
  { role: 'returns', pattern: /return|refund/ },
  { role: 'visits', pattern: /session|visit|page_?view/ },
  {
    role: 'frequency',
    pattern:
      /^(frequency|(num_|n_|total_)?(orders|purchases|transactions)(_total|_count|_lifetime)?|(order|purchase|transaction)_count)$/,
  },
  {
    role: 'monetary',
    pattern:
      /^(monetary|(total_|lifetime_)?(revenue|spend|spent|sales|amount|value)(_total|_lifetime)?$|ltv$|lifetime_value$)/,
  },
];

/** A feature's name in snake_case: `AvgOrderValue`, `avg order value` and `avg_order_value` are the same. */
export function snakeCase(name: string): string {
  return name
    .replace(/\([^)]*\)/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

/** The role a feature's name tells; undefined for any other feature. */
export function roleOf(name: string): FeatureRole | undefined {
  const snake = snakeCase(name);
  return FEATURE_ROLES.find(({ pattern }) => pattern.test(snake))?.role;
}

/** A feature's name for people: words in lower case, units in brackets left out. */
export function featureLabel(name: string): string {
  const words = snakeCase(name).replaceAll('_', ' ');
  return words === '' ? name : words;
}
