import type { OrderMapping } from './order-mapping';

const NUMBER_TYPES = "('Int64', 'UInt64', 'Double')";

/** An id as text: strings as they are, numbers as JavaScript writes them; empty where there is none. */
const idSql = (json: string, key: string): string => `multiIf(
      JSONType(${json}, '${key}') = 'String', JSONExtractString(${json}, '${key}'),
      JSONType(${json}, '${key}') = 'Double', toString(JSONExtractFloat(${json}, '${key}')),
      JSONType(${json}, '${key}') IN ('Int64', 'UInt64'), JSONExtractRaw(${json}, '${key}'),
      '')`;

const numberOr = (key: string, otherwise: string): string =>
  `if(JSONType(properties, '${key}') IN ${NUMBER_TYPES}, JSONExtractFloat(properties, '${key}'), ${otherwise})`;

/**
 * An event's order as columns: `order_key` (empty when it is no order), `revenue`, `units`, `items`, `products`. The
 * twin of `readOrders`, value for value. Property names have been checked.
 *
 * Units   revenue Decimal(38, 9): from the shortest text of the JSON number, half-even
 */
export function orderColumns(mapping: OrderMapping, isOrder: string): string {
  const lines = `arrayFilter(line -> JSONType(line) = 'Object', JSONExtractArrayRaw(properties, '${mapping.products}'))`;
  const quantities = `arraySum(arrayMap(line -> if(JSONType(line, '${mapping.quantity}') IN ${NUMBER_TYPES}, JSONExtractFloat(line, '${mapping.quantity}'), 0), ${lines}))`;
  const amount = `roundBankers(toDecimal128OrZero(JSONExtractRaw(properties, '${mapping.revenue}'), 18), 9)`;
  const id = idSql('properties', mapping.orderId);
  return `${isOrder} AS is_order,
      if(is_order, if(${id} = '', toString(event_id), ${id}), '') AS order_key,
      if(is_order AND JSONType(properties, '${mapping.revenue}') IN ${NUMBER_TYPES}, toDecimal128(${amount}, 9), toDecimal128(0, 9)) AS revenue,
      if(is_order, ${numberOr(mapping.units, quantities)}, 0) AS units,
      if(is_order, ${numberOr(mapping.items, `toFloat64(length(${lines}))`)}, 0) AS items,
      if(is_order, arrayFilter(id -> id != '', arrayMap(line -> ${idSql('line', mapping.productId)}, ${lines})), []) AS products`;
}
