import { Decimal } from 'decimal.js';
import type { Json, JsonObject } from '@kohort/kernel-contracts';
import type { OrderMapping } from './order-mapping';

/** One event of a person's history. `ts` in epoch milliseconds. */
export interface HistoryEvent {
  readonly eventId: string;
  readonly name: string;
  readonly ts: number;
  readonly properties: JsonObject;
}

/** What the events of one order id say together. */
export interface Order {
  /** Epoch milliseconds of the earliest event. */
  readonly ts: number;
  readonly revenue: Decimal;
  readonly units: number;
  readonly items: number;
  readonly products: ReadonlySet<string>;
}

/** Wide enough that no sum of ours is rounded on the way. */
const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_EVEN });
/** The sum of no orders, in the arithmetic of all. */
export const NO_REVENUE: Decimal = new Exact(0);
const REVENUE_PLACES = 9;
/** Twenty digits before the point is what the column store's decimals hold; larger is no amount of money. */
const REVENUE_LIMIT = 1e20;

function amountOf(value: Json | undefined): Decimal {
  if (typeof value !== 'number' || Math.abs(value) >= REVENUE_LIMIT) return NO_REVENUE;
  return new Exact(String(value)).toDecimalPlaces(REVENUE_PLACES, Decimal.ROUND_HALF_EVEN);
}

/** Ids come as text or as numbers; both are compared as text. */
function idOf(value: Json | undefined): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const numberOr = (value: Json | undefined, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;

interface Line {
  readonly key: string;
  readonly order: Order;
}

function readLine(event: HistoryEvent, mapping: OrderMapping): Line {
  const { properties } = event;
  const list = properties[mapping.products];
  const products = Array.isArray(list) ? list.filter(isObject) : [];
  const quantities = products.reduce((sum, product) => sum + numberOr(product[mapping.quantity], 0), 0);
  const ids = products.map((product) => idOf(product[mapping.productId])).filter((id) => id !== null);
  return {
    key: idOf(properties[mapping.orderId]) ?? event.eventId,
    order: {
      ts: event.ts,
      revenue: amountOf(properties[mapping.revenue]),
      units: numberOr(properties[mapping.units], quantities),
      items: numberOr(properties[mapping.items], products.length),
      products: new Set(ids),
    },
  };
}

/** Puts a person's order events together by order id, in order of time. */
export function readOrders(history: readonly HistoryEvent[], mapping: OrderMapping): readonly Order[] {
  const byKey = new Map<string, Order>();
  for (const event of history) {
    if (event.name !== mapping.event) continue;
    const { key, order } = readLine(event, mapping);
    const known = byKey.get(key);
    const together = known && {
      ts: Math.min(known.ts, order.ts),
      revenue: known.revenue.plus(order.revenue),
      units: known.units + order.units,
      items: known.items + order.items,
      products: new Set([...known.products, ...order.products]),
    };
    byKey.set(key, together ?? order);
  }
  return [...byKey.values()].sort((a, b) => a.ts - b.ts);
}
