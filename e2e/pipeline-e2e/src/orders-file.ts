import { seededRandom } from '@kohort/kernel-clock-random';

/** What the file says of one customer. */
export interface OrdersCustomer {
  readonly id: string;
  readonly orders: number;
  readonly cents: number;
}

/** A file of the mapping `orders`, and what must come of it. */
export interface OrdersFile {
  readonly csv: string;
  readonly customers: readonly OrdersCustomer[];
}

const FIRST_AT = Date.UTC(2024, 0, 1);
const SPAN_SECONDS = 180 * 86_400;

/** Makes orders of random customers at random times of the first half of 2024. */
export function makeOrders(size: { rows: number; people: number; seed: number }): OrdersFile {
  const random = seededRandom(size.seed);
  const below = (n: number): number => Math.floor(random.next() * n);
  const lines = ['order_id,customer_id,ordered_at,revenue'];
  const customers = new Map<string, OrdersCustomer>();
  for (let row = 1; row <= size.rows; row += 1) {
    const id = `c${String(below(size.people)).padStart(6, '0')}`;
    const cents = 100 + below(30_000);
    const at = new Date(FIRST_AT + below(SPAN_SECONDS) * 1_000).toISOString();
    lines.push(`o${row},${id},${at},${(cents / 100).toFixed(2)}`);
    const known = customers.get(id) ?? { id, orders: 0, cents: 0 };
    customers.set(id, { id, orders: known.orders + 1, cents: known.cents + cents });
  }
  return { csv: `${lines.join('\n')}\n`, customers: [...customers.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}
