import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Decimal } from 'decimal.js';
import { DateTime } from 'luxon';
import { featureSet } from './feature-set';
import { featureStatement } from './feature-statement';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { startTestColumns, type TestEvent } from '@kohort/testing-columns';

const workspaceId = workspaceIdSchema.parse('10000000-0000-4000-8000-000000000001');
const uuid = (kind: number, n: number | string): string =>
  `${kind}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Every line of the file as an event: the cleaned ones as lines of orders, the others as what they are. */
function* eventsOf(folder: string): Generator<TestEvent> {
  const text = gunzipSync(readFileSync(join(folder, 'transactions.csv.gz'))).toString('utf8');
  const instants = new Map<string, number>();
  let n = 0;
  for (const line of text.trimEnd().split('\n').slice(1)) {
    // The description is the one cell that may be quoted, and it is not needed.
    const [invoice = '', stockCode = '', quantity = '', at = '', price = '', customer = ''] = line
      .replace(/^([^,]*,[^,]*),("(?:[^"]|"")*"|[^,]*),/, '$1,')
      .split(',');
    const ts = instants.get(at) ?? DateTime.fromSQL(at, { zone: 'Europe/London' }).toMillis();
    instants.set(at, ts);
    n += 1;
    const kept = customer !== '' && !invoice.startsWith('C') && Number(quantity) > 0 && Number(price) > 0;
    const product = { product_id: stockCode, quantity: Number(quantity), price: Number(price) };
    const revenue = kept ? { revenue: new Decimal(price).times(quantity).toNumber() } : {};
    yield {
      workspaceId,
      profileId: uuid(0, customer === '' ? 99_999 : customer),
      eventId: uuid(1, n),
      name: kept ? 'Order Completed' : 'Line Rejected',
      ts,
      properties: { order_id: invoice, ...revenue, products: [product] },
      seq: n,
    };
  }
}

/** A store with the 541,909 lines of the Online Retail data set, one event each. */
export async function openFeaturesBench(folder: string) {
  const store = await startTestColumns();
  await store.addEvents(eventsOf(folder));
  return {
    events: () => store.columns.store.count('SELECT event_id FROM live_events', {}),
    async run(keys: readonly string[] | undefined, cpuSeconds: () => number) {
      const definitions = featureSet(undefined, keys);
      const asOf = Date.UTC(2011, 11, 10);
      const statement = featureStatement({ workspaceId, asOf, timeZone: 'Europe/London', definitions });
      const [cpu, wall] = [cpuSeconds(), performance.now()];
      const { matrix, rows, cols } = await store.columns.store.matrix(statement);
      const sums = definitions.map((_, j) =>
        Array.from({ length: rows }, (_row, i) => matrix[i * cols + j] ?? 0).reduce((a, b) => a + b, 0),
      );
      return { seconds: cpuSeconds() - cpu, wallMs: performance.now() - wall, people: rows, features: cols, sums };
    },
    stop: () => store.stop(),
  };
}
