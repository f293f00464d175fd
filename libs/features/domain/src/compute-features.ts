import { DateTime } from 'luxon';
import { Decimal } from 'decimal.js';
import type { DayWindow, FeatureDefinition, FeatureFormula, Measure } from './feature-definition';
import { SEGMENT_ORDERS, type OrderMapping } from './order-mapping';
import { NO_REVENUE, readOrders, type HistoryEvent, type Order } from './read-orders';

export interface ComputeOptions {
  /** Epoch milliseconds; nothing later counts. */
  readonly asOf: number;
  /** IANA name: calendar days, weekends and hours are those of its clocks. */
  readonly timeZone: string;
  readonly orders?: OrderMapping;
}

const DAY_MS = 86_400_000;

interface Known {
  readonly orders: readonly Order[];
  readonly events: readonly HistoryEvent[];
  readonly asOf: number;
  readonly timeZone: string;
}

const local = (known: Known, ts: number): DateTime => DateTime.fromMillis(ts, { zone: known.timeZone });
const dateOf = (known: Known, ts: number): string => local(known, ts).toISODate() ?? '';

/** Days between two calendar dates: the clocks of the zone name the dates, and no clock change lengthens them. */
function daysBetween(known: Known, from: number, to: number): number {
  return Math.round((Date.parse(dateOf(known, to)) - Date.parse(dateOf(known, from))) / DAY_MS);
}

function within(known: Known, window: DayWindow | undefined): (at: { readonly ts: number }) => boolean {
  if (!window) return () => true;
  const after = known.asOf - window.days * DAY_MS;
  const until = known.asOf - (window.endDaysAgo ?? 0) * DAY_MS;
  return ({ ts }) => ts > after && ts <= until;
}

function total(known: Known, of: 'revenue' | 'units' | 'items', window: DayWindow | undefined): number {
  const counted = known.orders.filter(within(known, window));
  if (of === 'revenue') return counted.reduce((sum, order) => sum.plus(order.revenue), NO_REVENUE).toNumber();
  return counted.reduce((sum, order) => sum + order[of], 0);
}

function orderGap({ orders }: Known, statistic: 'mean' | 'deviation'): number | null {
  const gaps = orders.slice(1).map((order, i) => (order.ts - (orders[i]?.ts ?? 0)) / DAY_MS);
  if (gaps.length < (statistic === 'mean' ? 1 : 2)) return null;
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  if (statistic === 'mean') return mean;
  return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
}

function shareOfOrders(known: Known, during: 'weekend' | 'preferredHour'): number | null {
  const times = known.orders.map(({ ts }) => local(known, ts));
  if (times.length === 0) return null;
  if (during === 'weekend') return times.filter(({ weekday }) => weekday >= 6).length / times.length;
  const hours = new Map<number, number>();
  for (const { hour } of times) hours.set(hour, (hours.get(hour) ?? 0) + 1);
  return Math.max(...hours.values()) / times.length;
}

function largestOrder({ orders }: Known): number | null {
  return orders.length === 0 ? null : Decimal.max(...orders.map(({ revenue }) => revenue)).toNumber();
}

function daysSince(known: Known, which: 'first' | 'last'): number | null {
  const order = which === 'first' ? known.orders[0] : known.orders.at(-1);
  return order ? daysBetween(known, order.ts, known.asOf) : null;
}

function measure(known: Known, what: Measure): number | null {
  switch (what.measure) {
    case 'daysSince':
      return daysSince(known, what.order);
    case 'orders':
      return known.orders.filter(within(known, what.window)).length;
    case 'total':
      return total(known, what.of, what.window);
    case 'largestOrder':
      return largestOrder(known);
    case 'orderGap':
      return orderGap(known, what.statistic);
    case 'distinctProducts':
      return new Set(known.orders.flatMap(({ products }) => [...products])).size;
    case 'shareOfOrders':
      return shareOfOrders(known, what.during);
    case 'events':
      return known.events.filter(within(known, what.window)).filter(({ name }) => name === what.name).length;
    case 'activeDays':
      return new Set(known.events.filter(within(known, what.window)).map(({ ts }) => dateOf(known, ts))).size;
  }
}

function evaluate(known: Known, formula: FeatureFormula): number | null {
  if ('measure' in formula) return measure(known, formula);
  const isRatio = 'ratio' in formula;
  const [first, second] = isRatio ? formula.ratio : formula.change;
  const a = measure(known, first);
  const b = measure(known, second);
  if (a === null || b === null) return null;
  const divisor = isRatio ? b : a + b;
  if (divisor === 0) return null;
  return isRatio ? a / divisor : (a - b) / divisor;
}

/**
 * One person's features at an instant, straight from the definitions. The statement that computes everybody's is held
 * to this. A function of the set of events: their order never matters, and nothing after `asOf` does.
 *
 * Shape   one value a definition, in their order; null where the feature is missing
 * Cost    O(events) a definition
 */
export function computeFeatures(
  definitions: readonly FeatureDefinition[],
  history: readonly HistoryEvent[],
  options: ComputeOptions,
): readonly (number | null)[] {
  const { asOf, timeZone, orders = SEGMENT_ORDERS } = options;
  const events = history.filter(({ ts }) => ts <= asOf);
  const known: Known = { events, orders: readOrders(events, orders), asOf, timeZone };
  return definitions.map(({ formula }) => evaluate(known, formula));
}
