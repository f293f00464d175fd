import { DateTime } from 'luxon';
import { Decimal } from 'decimal.js';
import { evaluateEventFormula } from './events/evaluate-event-formula';
import type {
  DayWindow,
  FeatureDefinition,
  FeatureFormula,
  FeaturePart,
  Measure,
  ScoreFormula,
} from './feature-definition';
import { SEGMENT_ORDERS, type OrderMapping } from './order-mapping';
import { isTextsFormula } from './texts/texts-formula';
import { populationKey, type PopulationFigures } from './population-figures';
import { NO_REVENUE, readOrders, type HistoryEvent, type Order } from './read-orders';

export interface ComputeOptions {
  /** Epoch milliseconds; nothing later counts. */
  readonly asOf: number;
  /** IANA name: calendar days, weekends and hours are those of its clocks. */
  readonly timeZone: string;
  readonly orders?: OrderMapping;
  /** What formulas are told by that look at everybody; without it they are missing. */
  readonly population?: PopulationFigures;
}

const DAY_MS = 86_400_000;

interface Known {
  readonly population: PopulationFigures | undefined;
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

function figure(known: Known, part: FeaturePart): number | null {
  if (!('aggregate' in part)) return measure(known, part);
  const value = evaluateEventFormula(part, known.events, known);
  return typeof value === 'number' ? value : null;
}

function score(known: Known, formula: ScoreFormula): number | null {
  const value = figure(known, formula.score);
  const cuts = 'cuts' in formula ? formula.cuts : known.population?.[populationKey(formula)];
  if (value === null || cuts === undefined || value <= (formula.above ?? -Infinity)) return null;
  const below = cuts.filter((cut) => cut < value).length;
  return formula.reverse ? cuts.length + 1 - below : 1 + below;
}

function cell(known: Known, formulas: readonly ScoreFormula[]): number | null {
  return formulas
    .map((formula) => score(known, formula))
    .reduce((number, digit) => (number === null || digit === null ? null : number * 10 + digit), 0);
}

function quotient(a: number | null, b: number | null): number | null {
  return a === null || b === null || b === 0 ? null : a / b;
}

function evaluate(known: Known, formula: FeatureFormula): number | null {
  if ('aggregate' in formula || 'measure' in formula) return figure(known, formula);
  if (isTextsFormula(formula)) return null;
  if ('score' in formula) return score(known, formula);
  if ('cell' in formula) return cell(known, formula.cell);
  if ('affinity' in formula) {
    const own = quotient(figure(known, formula.affinity[0]), figure(known, formula.affinity[1]));
    return quotient(own, known.population?.[populationKey(formula)]?.[0] ?? null);
  }
  const [first, second] = 'ratio' in formula ? formula.ratio : formula.change;
  const [a, b] = [figure(known, first), figure(known, second)];
  if (a === null || b === null) return null;
  return 'ratio' in formula ? quotient(a, b) : quotient(a - b, a + b);
}

/**
 * One person's features at an instant, straight from the definitions. The statement that computes everybody's is held
 * to this. A function of the set of events: their order never matters, and nothing after `asOf` does.
 *
 * Shape   one value a definition, in their order; null where the feature is missing, a text, or read out of texts
 * Cost    O(events) a definition
 */
export function computeFeatures(
  definitions: readonly FeatureDefinition[],
  history: readonly HistoryEvent[],
  options: ComputeOptions,
): readonly (number | null)[] {
  const { asOf, timeZone, orders = SEGMENT_ORDERS, population } = options;
  const events = history.filter(({ ts }) => ts <= asOf);
  const known: Known = { events, orders: readOrders(events, orders), asOf, timeZone, population };
  return definitions.map(({ formula }) => evaluate(known, formula));
}

/**
 * One person's features that are texts, at an instant.
 *
 * Shape   one value a definition, in their order; null where the feature is missing, or a number
 */
export function computeTexts(
  definitions: readonly FeatureDefinition[],
  history: readonly HistoryEvent[],
  at: { readonly asOf: number; readonly timeZone: string },
): readonly (string | null)[] {
  return definitions.map(({ formula }) => {
    const value = 'aggregate' in formula ? evaluateEventFormula(formula, history, at) : null;
    return typeof value === 'string' ? value : null;
  });
}
