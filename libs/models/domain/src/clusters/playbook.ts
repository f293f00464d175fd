import { z } from 'zod';

const roleSchema = z.enum([
  'recency',
  'frequency',
  'monetary',
  'order_value',
  'tenure',
  'gap',
  'variety',
  'basket',
  'recent_activity',
  'discounts',
  'returns',
  'visits',
]);
const levelSchema = z.enum(['high', 'low', 'mid', 'not_high', 'not_low']);

/** One kind of customer: how to tell it, what to call it, what to do. */
export const playbookRuleSchema = z.strictObject({
  name: z.string().min(1).max(60),
  /** Every role named must stand at its level; a role that no feature has does not match. */
  when: z.partialRecord(roleSchema, levelSchema),
  /** Largest mean of a role, in its own unit: `{ frequency: 1.5 }` tells one-time buyers. */
  atMost: z.partialRecord(roleSchema, z.number()).optional(),
  action: z.string().min(1),
});

/** The playbook: an editable list. Earlier rules win between equals. */
export const playbookSchema = z.array(playbookRuleSchema);

export type PlaybookRule = z.infer<typeof playbookRuleSchema>;
export type PlaybookLevel = z.infer<typeof levelSchema>;

/** Distance from everybody's mean, in standard deviations, from which a level is high or low. */
export const LEVEL_THRESHOLD = 0.35;

/** The kinds of customers that order features tell, with a first action for each. */
export const DEFAULT_PLAYBOOK: readonly PlaybookRule[] = [
  {
    name: 'Loyal big spenders',
    when: { frequency: 'high', monetary: 'high', recency: 'not_high' },
    action: 'Protect: early access, personal service and thanks; no blanket discounts, they buy anyway.',
  },
  {
    name: 'Slipping big spenders',
    when: { monetary: 'high', frequency: 'not_low', recency: 'high' },
    action: 'Win back first: a personal message about what they used to buy, then an offer worth their history.',
  },
  {
    name: 'Lapsed big-ticket buyers',
    when: { order_value: 'high', frequency: 'low', recency: 'high' },
    action: 'Win back with one strong, well-timed offer near the size of their last order.',
  },
  {
    name: 'Lapsed one-time buyers',
    when: { frequency: 'low', recency: 'high' },
    atMost: { frequency: 1.5 },
    action: 'One low-cost second-purchase offer; stop paid media for those who do not answer.',
  },
  {
    name: 'Lapsed occasional buyers',
    when: { frequency: 'not_high', recency: 'high' },
    action: 'A short win-back series with the products they bought; drop to low-cost channels without an answer.',
  },
  {
    name: 'Lapsed regulars',
    when: { frequency: 'high', recency: 'high' },
    action: 'Ask what went wrong and remind them of their usual products before offering a discount.',
  },
  {
    name: 'New customers',
    when: { tenure: 'low', recency: 'low', frequency: 'not_high' },
    action: 'Welcome series: second purchase within 30 days, with products that others bought next.',
  },
  {
    name: 'Recent one-time buyers',
    when: { frequency: 'low', recency: 'low' },
    atMost: { frequency: 1.5 },
    action: 'Earn the second purchase: onboarding, use of the product, and a reason to return within 30 days.',
  },
  {
    name: 'Recent occasional buyers',
    when: { frequency: 'not_high', recency: 'low' },
    action: 'Build the habit: reminders at their own buying rhythm and recommendations beside their last order.',
  },
  {
    name: 'Big-ticket occasional buyers',
    when: { order_value: 'high', frequency: 'not_high' },
    action: 'Few, high-value contacts: new arrivals and bundles in their price range, never small coupons.',
  },
  {
    name: 'Frequent small-order buyers',
    when: { frequency: 'high', order_value: 'low' },
    action: 'Raise the order: bundles, free-delivery thresholds, add-ons at check-out.',
  },
  {
    name: 'Loyal regulars',
    when: { frequency: 'high', recency: 'not_high' },
    action: 'Keep them buying: loyalty points, replenishment reminders and a next category to try.',
  },
  {
    name: 'Bargain hunters',
    when: { discounts: 'high' },
    action: 'Offer deals on stock that must go; test smaller discounts, and keep them out of full-price launches.',
  },
  {
    name: 'Frequent returners',
    when: { returns: 'high' },
    action: 'Better size and product advice before the order; leave them out of free-return campaigns.',
  },
  {
    name: 'Rising customers',
    when: { recent_activity: 'high' },
    action: 'Ride the momentum: recommend the next category and invite them to the loyalty programme.',
  },
  {
    name: 'Low-value occasional buyers',
    when: { frequency: 'low', monetary: 'low' },
    action: 'Serve at low cost: automated e-mail only, and one offer that makes a larger order worth it.',
  },
  {
    name: 'Big spenders',
    when: { monetary: 'high' },
    action: 'Protect their value: service first, and recommendations in their price range.',
  },
  {
    name: 'Low spenders',
    when: { monetary: 'low' },
    action: 'Serve at low cost and test one offer that raises the order value.',
  },
  {
    name: 'Steady mid-value customers',
    when: { frequency: 'mid', monetary: 'mid' },
    action: 'Grow gently: cross-sell beside their usual products and watch who rises or slips.',
  },
];
