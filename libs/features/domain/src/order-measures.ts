import type { EventColumns } from './events/event-columns';
import type { DayWindow, Measure } from './feature-definition';
import type { FeatureFrame } from './feature-frame';
import type { OrderPart } from './order-columns';
import type { StatementParameters } from './statement-parameters';

const DAY_MS = 86_400_000;
const ZONE = '{timeZone:String}';

const instant = (ms: string): string => `fromUnixTimestamp64Milli(${ms}, 'UTC')`;

/** An event's or order's time in the days before asOf. Days are 24 h, so the subtraction is in milliseconds. */
function inWindow({ frame }: OrderMeasures, column: string, window: DayWindow | undefined): string {
  if (!window) return '1';
  const daysBefore = (days: number): string => instant(`${frame.asOf} - ${Math.round(days * DAY_MS)}`);
  const until = window.endDaysAgo ? ` AND ${column} <= ${daysBefore(window.endDaysAgo)}` : '';
  return `${column} > ${daysBefore(window.days)}${until}`;
}

/** Of the rows of one person, those that are an order. */
export const IS_ORDER = "order_key != ''";

function gapOf(statistic: 'mean' | 'deviation'): string {
  const times = `arraySort(groupArrayIf(toUnixTimestamp64Milli(at), ${IS_ORDER}))`;
  const gaps = `arrayPopFront(arrayMap(gap -> gap / ${DAY_MS}, arrayDifference(${times})))`;
  const mean = `arraySum(${gaps}) / length(${gaps})`;
  if (statistic === 'mean') return `if(length(${gaps}) < 1, nan, ${mean})`;
  return `if(length(${gaps}) < 2, nan, sqrt(arraySum(arrayMap(gap -> pow(gap - (${mean}), 2), ${gaps})) / length(${gaps})))`;
}

/** Revenue leaves the decimals through its text: the nearest double, as everywhere else. */
const asNumber = (decimal: string): string => `toFloat64(toString(${decimal}))`;

function daysSince({ frame }: OrderMeasures, order: 'first' | 'last'): string {
  const found = order === 'first' ? `minIf(at, ${IS_ORDER})` : `maxIf(at, ${IS_ORDER})`;
  const days = `dateDiff('day', toDate32(toTimeZone(${found}, ${ZONE})), toDate32(toTimeZone(${instant(frame.asOf)}, ${ZONE})))`;
  return `if(countIf(${IS_ORDER}) = 0, nan, toFloat64(${days}))`;
}

function shareOf(during: 'weekend' | 'preferredHour'): string {
  const local = `toTimeZone(at, ${ZONE})`;
  const part =
    during === 'weekend'
      ? `countIf(${IS_ORDER} AND toDayOfWeek(${local}) >= 6)`
      : `arrayMax(sumMapIf([toHour(${local})], [toUInt64(1)], ${IS_ORDER}).2)`;
  return `if(countIf(${IS_ORDER}) = 0, nan, ${part} / countIf(${IS_ORDER}))`;
}

/** How the events of one order are put together, by part. */
const TOGETHER: Readonly<Record<OrderPart, string>> = {
  revenue: 'sum(revenue)',
  units: 'sum(units)',
  items: 'sum(items)',
  products: 'groupUniqArrayArray(products)',
};

/**
 * Measures of orders, and of events beside them, as SQL over the rows of one person (one row an order, and one for all
 * other events), and what they need of each order.
 */
export class OrderMeasures {
  /** What of an order the measures ask for; nothing else is read. */
  readonly parts = new Set<OrderPart>();
  private readonly columns: string[] = [];

  constructor(
    private readonly context: { frame: FeatureFrame; parameters: StatementParameters; events: EventColumns },
  ) {}

  get frame(): FeatureFrame {
    return this.context.frame;
  }

  /** Columns over the events of one order. */
  get together(): string {
    return [...this.parts].map((part) => `, ${TOGETHER[part]} AS order_${part}`).join('');
  }

  /** Columns over the rows of one person. */
  get all(): string {
    return this.columns.map((expression, i) => `, ${expression} AS m${i}`).join('');
  }

  /** The measure's value over the columns of `all`, as Float64. */
  add(what: Measure): string {
    const { events, parameters } = this.context;
    if (what.measure === 'events') {
      const counted = `countIf(name = ${parameters.text(what.name)} AND ${inWindow(this, 'ts', what.window)})`;
      return `toFloat64(${events.gather(counted, (column) => `sum(${column})`)})`;
    }
    if (what.measure === 'activeDays') {
      const days = `groupUniqArrayIf(toDate32(toTimeZone(ts, ${ZONE})), ${inWindow(this, 'ts', what.window)})`;
      return `toFloat64(${events.gather(days, (column) => `uniqExactArray(${column})`)})`;
    }
    const expression = this.ofOrders(what);
    const at = this.columns.indexOf(expression);
    return `m${at < 0 ? this.columns.push(expression) - 1 : at}`;
  }

  private ofOrders(what: Exclude<Measure, { readonly measure: 'events' | 'activeDays' }>): string {
    switch (what.measure) {
      case 'daysSince':
        return daysSince(this, what.order);
      case 'orders':
        return `toFloat64(countIf(${IS_ORDER} AND ${inWindow(this, 'at', what.window)}))`;
      case 'total': {
        const sum = `sumIf(${this.part(what.of)}, ${IS_ORDER} AND ${inWindow(this, 'at', what.window)})`;
        return what.of === 'revenue' ? asNumber(sum) : `toFloat64(${sum})`;
      }
      case 'largestOrder':
        return `if(countIf(${IS_ORDER}) = 0, nan, ${asNumber(`maxIf(${this.part('revenue')}, ${IS_ORDER})`)})`;
      case 'orderGap':
        return gapOf(what.statistic);
      case 'distinctProducts':
        return `toFloat64(uniqExactArray(${this.part('products')}))`;
      case 'shareOfOrders':
        return shareOf(what.during);
    }
  }

  private part(part: OrderPart): string {
    this.parts.add(part);
    return `order_${part}`;
  }
}
