import fc from 'fast-check';
import type { Json } from '@kohort/kernel-contracts';
import type { HistoryEvent } from '../src/read-orders';

const DAY_MS = 86_400_000;

const money = fc.oneof(
  fc.integer({ min: -500, max: 100_000 }).map((cents) => cents / 100),
  fc.double({ min: 0, max: 1e9, noNaN: true }),
  fc.constantFrom(0, 0.1, 0.285, 1e-7, 2.5e-9, 12345678.123456789),
);
const id = fc.oneof(
  fc.constantFrom('A', 'B', 'C', 'ü"\\', ''),
  fc.integer({ min: 1, max: 5 }),
  fc.constantFrom(1.5, null, true, '1'),
);
const count = fc.oneof(
  fc.integer({ min: 0, max: 9 }),
  fc.constantFrom(0.5, '3', null, true, 'inf', '.5e1', ' 3', '0x1', 'many'),
);
const product = fc.oneof(
  fc.record({ product_id: id, quantity: count }, { requiredKeys: [] }),
  fc.constantFrom<Json>(null, 'p', 3, {}, ['q', 4], []),
);
const properties = fc.record(
  {
    order_id: id,
    revenue: fc.oneof(money, fc.constantFrom('9.99', '1e400', '', '+5.', null, false)),
    products: fc.oneof(
      { weight: 5, arbitrary: fc.array(product, { maxLength: 4 }) },
      { weight: 1, arbitrary: fc.constant('none') },
    ),
    units: count,
    items: count,
  },
  { requiredKeys: [] },
);

/** Times on and beside every edge that a definition has, a few in the future of `asOf`. */
function times(asOf: number): fc.Arbitrary<number> {
  const edge = fc.constantFrom(0, 30, 90, 180, 365).map((days) => asOf - days * DAY_MS);
  return fc.oneof(
    fc.integer({ min: asOf - 500 * DAY_MS, max: asOf + 10 * DAY_MS }),
    fc.tuple(edge, fc.constantFrom(-1, 0, 1)).map(([ms, beside]) => ms + beside),
  );
}

/** A person's history with everything that tracking gets wrong, for property tests. */
export function arbitraryHistory(asOf: number): fc.Arbitrary<readonly HistoryEvent[]> {
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.constant('Order Completed') },
    { weight: 3, arbitrary: fc.constantFrom('Page Viewed', 'Product Viewed', 'Product Added', 'Order Refunded') },
  );
  const event = fc.record({ name, ts: times(asOf), properties });
  return fc
    .array(event, { maxLength: 14 })
    .map((events) =>
      events.map((one, i) => ({ ...one, eventId: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}` })),
    );
}
