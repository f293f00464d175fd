import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { drawNature, expectedOrders, type Archetype, type Nature } from './archetypes';
import { CustomerLife, customerIdOf } from './customer-life';
import type { WorldMessage } from './world-message';

const DAY_MS = 86_400_000;
const NDJSON_CHUNK = 500;

/** Size and place in time of a world. Same options, same world, message for message. */
export interface RetailWorldOptions {
  readonly customers: number;
  readonly seed: number;
  /** Last instant (excluded), epoch milliseconds. */
  readonly endAt: number;
  readonly days: number;
}

/** What is true of a customer, whatever their messages show. */
export interface CustomerTruth {
  readonly customerId: string;
  readonly archetype: Archetype;
  readonly firstSeenDay: number;
  /** Expected orders a day at the end of the world, and typical order value in cents. */
  readonly ordersPerDay: number;
  readonly basketCents: number;
  /** True probability of at least one order in the given days after an instant. */
  propensity(asOfMs: number, horizonDays: number): number;
}

/** A population of shop customers with known truth; nothing of it is kept in memory. */
export interface RetailWorld {
  readonly customerIds: readonly string[];
  readonly startAt: number;
  readonly endAt: number;
  /** Customer by customer, each in order of time. */
  messages(): Iterable<WorldMessage>;
  /** An import file of the mapping `segment`: NDJSON, in chunks of whole lines. */
  ndjson(): Iterable<string>;
  /** An import file of the mapping `orders`: CSV with order_id, customer_id, ordered_at, revenue. */
  ordersCsv(): Iterable<string>;
  truthOf(customerId: string): CustomerTruth;
}

function truthOf(customerId: string, nature: Nature, world: { startAt: number; days: number }): CustomerTruth {
  const { startAt, days } = world;
  const dayOf = (ms: number): number => (ms - startAt) / DAY_MS;
  return {
    customerId,
    archetype: nature.archetype,
    firstSeenDay: nature.firstDay,
    ordersPerDay: expectedOrders(nature, days, days + 1),
    basketCents: nature.basketCents,
    propensity: (asOfMs, horizonDays) =>
      1 - Math.exp(-expectedOrders(nature, dayOf(asOfMs), dayOf(asOfMs) + horizonDays)),
  };
}

function* inChunks(lines: Iterable<string>): Generator<string> {
  let held: string[] = [];
  for (const line of lines) {
    held.push(line);
    if (held.length < NDJSON_CHUNK) continue;
    yield `${held.join('\n')}\n`;
    held = [];
  }
  if (held.length > 0) yield `${held.join('\n')}\n`;
}

function* orderLines(messages: Iterable<WorldMessage>): Generator<string> {
  yield 'order_id,customer_id,ordered_at,revenue';
  for (const { event, userId, properties, timestamp } of messages) {
    if (event !== 'Order Completed') continue;
    yield [properties?.['order_id'], userId, timestamp, properties?.['revenue']].map(String).join(',');
  }
}

/**
 * A seeded shop: loyal customers, big spenders, occasional ones, newcomers, lapsing ones, one-time buyers, window
 * shoppers. They visit at random (Poisson, at a pace of their own), look at products of their taste and sometimes order;
 * most are anonymous on their first visit and known afterwards, some use two devices.
 *
 * Cost    about 10 µs a message; memory for one customer
 */
export function retailWorld(options: RetailWorldOptions): RetailWorld {
  const { customers, seed, endAt, days } = options;
  const startAt = endAt - days * DAY_MS;
  const customerIds = Array.from({ length: customers }, (_, index) => customerIdOf(index));
  const streamOf = (index: number): Random => seededRandom(seed).split(index);
  const natureOf = (index: number): Nature => drawNature(days, streamOf(index).split('nature'));
  function* messages(): Generator<WorldMessage> {
    for (let index = 0; index < customers; index += 1) {
      const frame = { index, seed, startMs: startAt, days };
      yield* new CustomerLife(frame, natureOf(index), streamOf(index).split('life')).live();
    }
  }
  function* lines(): Generator<string> {
    for (const message of messages()) yield JSON.stringify(message);
  }
  return {
    customerIds,
    startAt,
    endAt,
    messages,
    ndjson: () => inChunks(lines()),
    ordersCsv: () => inChunks(orderLines(messages())),
    truthOf(customerId) {
      const index = Number(customerId.slice(1)) - 1;
      if (customerIds[index] !== customerId) throw new RangeError(`no customer ${customerId} in this world`);
      return truthOf(customerId, natureOf(index), { startAt, days });
    },
  };
}
