import { featuresErrors } from './errors';
import type { OrderMapping } from './order-mapping';

/** Parts of an order that a statement may need beside its id. */
export type OrderPart = 'revenue' | 'units' | 'items' | 'products';

/** An event's order as SQL: one reading of its properties, and the columns made of it. */
export interface OrderColumns {
  /** Reads everything needed in one go; a tuple named `o` by the caller. */
  readonly read: (json: string) => string;
  /** `order_key` (empty when it is no order) and the parts asked for, over `is_order`, `event_id` and `o`. */
  readonly columns: readonly string[];
}

/** A number that was read, or null: text such as "inf" reads as a number, but is none. */
const finite = (number: string): string => `if(isFinite(ifNull(${number}, nan)), ${number}, NULL)`;

function fieldsOf(mapping: OrderMapping, parts: ReadonlySet<OrderPart>): readonly string[] {
  const needsList = parts.has('products') || parts.has('units') || parts.has('items');
  const numbers = (['revenue', 'units', 'items'] as const)
    .filter((part) => parts.has(part))
    .map((part) => mapping[part]);
  const line = `Tuple(\`${mapping.productId}\` Nullable(String), \`${mapping.quantity}\` Nullable(Float64))`;
  const names = [mapping.orderId, ...new Set(numbers), ...(needsList ? [mapping.products] : [])];
  if (new Set(names).size < names.length || mapping.productId === mapping.quantity) {
    throw featuresErrors.FEATURES_MAPPING_AMBIGUOUS({ event: mapping.event });
  }
  return [
    `\`${mapping.orderId}\` Nullable(String)`,
    ...[...new Set(numbers)].map((name) => `\`${name}\` Nullable(Float64)`),
    ...(needsList ? [`\`${mapping.products}\` Array(${line})`] : []),
  ];
}

/**
 * The twin of `readOrders`, value for value. Property names have been checked.
 *
 * Units   revenue Decimal(38, 9): from the shortest text of the number, half-even
 * Cost    the properties are parsed once, for the parts asked for
 * Throws  FEATURES_MAPPING_AMBIGUOUS
 */
export function orderColumns(mapping: OrderMapping, parts: ReadonlySet<OrderPart>): OrderColumns {
  const get = (property: string): string => `tupleElement(o, '${property}')`;
  const list = get(mapping.products);
  const lines = `arrayFilter(line -> isNotNull(line.1) OR isNotNull(${finite('line.2')}), ${list})`;
  const quantities = `arraySum(arrayMap(line -> ifNull(${finite('line.2')}, 0), ${list}))`;
  const amount = `toDecimal128(roundBankers(toDecimal128OrZero(toString(ifNull(${finite(get(mapping.revenue))}, 0)), 18), 9), 9)`;
  const made: Record<OrderPart, string> = {
    revenue: amount,
    units: `ifNull(${finite(get(mapping.units))}, ${quantities})`,
    items: `ifNull(${finite(get(mapping.items))}, toFloat64(length(${lines})))`,
    products: `arrayDistinct(arrayFilter(id -> id != '', arrayMap(line -> ifNull(line.1, ''), ${list})))`,
  };
  const id = `ifNull(${get(mapping.orderId)}, '')`;
  const fields = fieldsOf(mapping, parts).join(', ');
  return {
    read: (json) => `JSONExtract(${json}, 'Tuple(${fields})')`,
    columns: [
      `if(is_order, if(${id} = '', toString(event_id), ${id}), '') AS order_key`,
      ...[...parts].map((part) => `${made[part]} AS ${part}`),
    ],
  };
}
