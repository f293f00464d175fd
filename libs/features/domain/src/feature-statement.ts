import type { ColumnParameters, WorkspaceId } from '@kohort/kernel-contracts';
import { featuresErrors } from './errors';
import type { DayWindow, FeatureDefinition, FeatureFormula, Measure } from './feature-definition';
import { checkOrderMapping, SEGMENT_ORDERS, type OrderMapping } from './order-mapping';
import { orderColumns, type OrderPart } from './order-columns';

/** Whose features: of people with at least one order up to `asOf`, or with any event. */
export type FeaturePopulation = 'customers' | 'everyone';

export interface FeatureRequest {
  readonly workspaceId: WorkspaceId;
  /** Epoch milliseconds; nothing later counts. */
  readonly asOf: number;
  /** IANA name. */
  readonly timeZone: string;
  readonly definitions: readonly FeatureDefinition[];
  readonly population?: FeaturePopulation;
  readonly orders?: OrderMapping;
}

/** For `ColumnStore.matrix`: `profile_id`, then one Float64 a definition, NaN where it is missing. */
export interface FeatureStatement {
  readonly sql: string;
  readonly params: ColumnParameters;
  readonly cols: number;
}

/** Names given to values on the way into the statement: text of others never becomes part of it. */
class Parameters {
  readonly values: Record<string, string | number> = {};

  text(value: string): string {
    const name = `t${Object.keys(this.values).length}`;
    this.values[name] = value;
    return `{${name}:String}`;
  }
}

const DAY_MS = 86_400_000;
const AS_OF = "fromUnixTimestamp64Milli({asOfMs:Int64}, 'UTC')";
const ZONE = '{timeZone:String}';

/** An instant some days before asOf. Days are 24 h, so the subtraction is in milliseconds. */
const daysBefore = (days: number): string =>
  `fromUnixTimestamp64Milli({asOfMs:Int64} - ${Math.round(days * DAY_MS)}, 'UTC')`;

function inWindow(column: string, window: DayWindow | undefined): string {
  if (!window) return '1';
  const until = window.endDaysAgo ? ` AND ${column} <= ${daysBefore(window.endDaysAgo)}` : '';
  return `${column} > ${daysBefore(window.days)}${until}`;
}

/** Columns of the inner GROUP BY (person, order): one row an order, and one for all other events of a person. */
class InnerColumns {
  private readonly columns: string[] = [];

  /** Adds an expression over events; answers the column's name. */
  add(expression: string): string {
    const at = this.columns.indexOf(expression);
    const index = at < 0 ? this.columns.push(expression) - 1 : at;
    return `c${index}`;
  }

  list(): string {
    return this.columns.map((expression, i) => `, ${expression} AS c${i}`).join('');
  }
}

const IS_ORDER = "order_key != ''";

function gapOf(statistic: 'mean' | 'deviation'): string {
  const times = `arraySort(groupArrayIf(toUnixTimestamp64Milli(at), ${IS_ORDER}))`;
  const gaps = `arrayPopFront(arrayMap(gap -> gap / ${DAY_MS}, arrayDifference(${times})))`;
  const mean = `arraySum(${gaps}) / length(${gaps})`;
  if (statistic === 'mean') return `if(length(${gaps}) < 1, nan, ${mean})`;
  return `if(length(${gaps}) < 2, nan, sqrt(arraySum(arrayMap(gap -> pow(gap - (${mean}), 2), ${gaps})) / length(${gaps})))`;
}

/** Revenue leaves the decimals through its text: the nearest double, as everywhere else. */
const asNumber = (decimal: string): string => `toFloat64(toString(${decimal}))`;

function daysSince(order: 'first' | 'last'): string {
  const instant = order === 'first' ? `minIf(at, ${IS_ORDER})` : `maxIf(at, ${IS_ORDER})`;
  const days = `dateDiff('day', toDate32(toTimeZone(${instant}, ${ZONE})), toDate32(toTimeZone(${AS_OF}, ${ZONE})))`;
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

interface Build {
  readonly inner: InnerColumns;
  readonly parameters: Parameters;
  /** What of an order the measures ask for; nothing else is read. */
  readonly parts: Set<OrderPart>;
}

/** How the events of one order are put together, by part. */
const TOGETHER: Readonly<Record<OrderPart, string>> = {
  revenue: 'sum(revenue)',
  units: 'sum(units)',
  items: 'sum(items)',
  products: 'groupUniqArrayArray(products)',
};

/** The column of an order's part in the rows of one person. */
function orderPart(build: Build, part: OrderPart): string {
  build.parts.add(part);
  return `order_${part}`;
}

/** A measure over the rows of one person, as Float64. */
function measureSql(build: Build, what: Measure): string {
  switch (what.measure) {
    case 'daysSince':
      return daysSince(what.order);
    case 'orders':
      return `toFloat64(countIf(${IS_ORDER} AND ${inWindow('at', what.window)}))`;
    case 'total': {
      const sum = `sumIf(${orderPart(build, what.of)}, ${IS_ORDER} AND ${inWindow('at', what.window)})`;
      return what.of === 'revenue' ? asNumber(sum) : `toFloat64(${sum})`;
    }
    case 'largestOrder':
      return `if(countIf(${IS_ORDER}) = 0, nan, ${asNumber(`maxIf(${orderPart(build, 'revenue')}, ${IS_ORDER})`)})`;
    case 'orderGap':
      return gapOf(what.statistic);
    case 'distinctProducts':
      return `toFloat64(uniqExactArray(${orderPart(build, 'products')}))`;
    case 'shareOfOrders':
      return shareOf(what.during);
    case 'events': {
      const counted = `countIf(name = ${build.parameters.text(what.name)} AND ${inWindow('ts', what.window)})`;
      return `toFloat64(sum(${build.inner.add(counted)}))`;
    }
    case 'activeDays': {
      const days = `groupUniqArrayIf(toDate32(toTimeZone(ts, ${ZONE})), ${inWindow('ts', what.window)})`;
      return `toFloat64(uniqExactArray(${build.inner.add(days)}))`;
    }
  }
}

function formulaSql(build: Build, formula: FeatureFormula): string {
  if ('measure' in formula) return measureSql(build, formula);
  if ('ratio' in formula) {
    const [a, b] = formula.ratio.map((part) => measureSql(build, part));
    return `if(${b} = 0, nan, ${a} / ${b})`;
  }
  const [a, b] = formula.change.map((part) => measureSql(build, part));
  return `if(${a} + ${b} = 0, nan, (${a} - ${b}) / (${a} + ${b}))`;
}

function checkTimeZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return timeZone;
  } catch (cause) {
    throw featuresErrors.FEATURES_TIME_ZONE_INVALID({ timeZone }, { cause });
  }
}

/**
 * The features of everybody in one pass over the events: grouped to orders, then to people. Both GROUP BYs begin with
 * the profile, by which a cluster is sharded.
 *
 * Shape   profile_id, then one Float64 column a definition; rows in the order of the ids' text (ClickHouse's own order
 *         of UUIDs compares the second half first)
 * Cost    one read of the workspace's events up to `asOf`; the properties of order events are parsed
 * Throws  FEATURES_KEY_INVALID, FEATURES_TIME_ZONE_INVALID
 */
export function featureStatement(request: FeatureRequest): FeatureStatement {
  const mapping = checkOrderMapping(request.orders ?? SEGMENT_ORDERS);
  const build: Build = { inner: new InnerColumns(), parameters: new Parameters(), parts: new Set() };
  const columns = request.definitions.map(({ formula }, i) => `${formulaSql(build, formula)} AS f${i}`);
  const event = build.parameters.text(mapping.event);
  const having = request.population === 'everyone' ? '' : `HAVING countIf(${IS_ORDER}) > 0`;
  const order = orderColumns(mapping, build.parts);
  const together = [...build.parts].map((part) => `, ${TOGETHER[part]} AS order_${part}`).join('');
  const sql = `
SELECT profile_id, ${columns.join(',\n  ')}
FROM (
  SELECT profile_id, order_key, min(ts) AS at${together}${build.inner.list()}
  FROM (
    SELECT profile_id, name, ts, ${order.columns.join(',\n      ')}
    FROM (
      SELECT profile_id, event_id, name, ts, name = ${event} AS is_order,
        ${order.read("if(is_order, properties, '{}')")} AS o
      FROM live_events
      WHERE workspace_id = {workspaceId:UUID} AND ts <= ${AS_OF}
    )
  )
  GROUP BY profile_id, order_key
)
GROUP BY profile_id
${having}
ORDER BY toString(profile_id)`;
  const params = {
    workspaceId: request.workspaceId,
    asOfMs: request.asOf,
    timeZone: checkTimeZone(request.timeZone),
    ...build.parameters.values,
  };
  return { sql, params, cols: request.definitions.length };
}
