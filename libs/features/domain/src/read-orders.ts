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

const NUMBER_TEXT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A number, or what trackers often send for one: its text, or a boolean for 1 and 0. */
function numberOf(value: Json | undefined): number | null {
  const isText = typeof value === 'string' && NUMBER_TEXT.test(value);
  const number = typeof value === 'number' || typeof value === 'boolean' || isText ? Number(value) : NaN;
  return Number.isFinite(number) ? number : null;
}

function amountOf(value: Json | undefined): Decimal {
  const number = numberOf(value) ?? 0;
  if (Math.abs(number) >= REVENUE_LIMIT) return NO_REVENUE;
  return new Exact(String(number)).toDecimalPlaces(REVENUE_PLACES, Decimal.ROUND_HALF_EVEN);
}

/** Ids come as text or as numbers; both are compared as text. Empty where there is none. */
function idOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

interface ProductLine {
  readonly id: string;
  readonly quantity: number | null;
}

/** A line of the list; null for an entry that says nothing. A line that is a list itself is read by position. */
function lineOf(entry: Json, mapping: OrderMapping): ProductLine | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const [product, amount] = isList(entry) ? entry : [entry[mapping.productId], entry[mapping.quantity]];
  const quantity = numberOf(amount);
  const hasId = product !== undefined && product !== null;
  return hasId || quantity !== null ? { id: idOf(product), quantity } : null;
}

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

interface KeyedOrder {
  readonly key: string;
  readonly order: Order;
}

function readOrder(event: HistoryEvent, mapping: OrderMapping): KeyedOrder {
  const { properties } = event;
  const list = properties[mapping.products];
  const lines = isList(list) ? list.map((entry) => lineOf(entry, mapping)).filter((line) => line !== null) : [];
  const quantities = lines.reduce((sum, line) => sum + (line.quantity ?? 0), 0);
  return {
    key: idOf(properties[mapping.orderId]) || event.eventId,
    order: {
      ts: event.ts,
      revenue: amountOf(properties[mapping.revenue]),
      units: numberOf(properties[mapping.units]) ?? quantities,
      items: numberOf(properties[mapping.items]) ?? lines.length,
      products: new Set(lines.map(({ id }) => id).filter((id) => id !== '')),
    },
  };
}

/** Puts a person's order events together by order id, in order of time. */
export function readOrders(history: readonly HistoryEvent[], mapping: OrderMapping): readonly Order[] {
  const byKey = new Map<string, Order>();
  for (const event of history) {
    if (event.name !== mapping.event) continue;
    const { key, order } = readOrder(event, mapping);
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
