import { setTimeout as pause } from 'node:timers/promises';
import { clientErrors } from '../client/client-errors';
import type { DemoContext } from './demo-context';
import { LIVE_SEGMENT } from './segments-step';

interface Change {
  readonly membershipChanged: {
    readonly kind: string;
    readonly segmentKey: string;
    readonly profile: { readonly canonicalId: string };
  };
}

const LIMIT_MS = 30_000;

async function postOrder({ client, writeKey, orderEvent }: DemoContext, userId: string): Promise<void> {
  const response = await fetch(`${client.url}/v1/track`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
    },
    body: JSON.stringify({
      userId,
      event: orderEvent,
      properties: {
        order_id: `demo-${userId}`,
        revenue: 49.9,
        currency: 'EUR',
        products: [{ product_id: 'demo', quantity: 1, price: 49.9 }],
      },
      timestamp: new Date().toISOString(),
      messageId: `demo-${userId}-${Date.now()}`,
    }),
  });
  if (!response.ok)
    throw clientErrors.CLIENT_REFUSED({ reason: await response.text(), remoteCode: String(response.status) });
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!condition()) {
    if (Date.now() > deadline)
      throw clientErrors.CLIENT_JOB_FAILED({ job: what, reason: `nothing within ${LIMIT_MS / 1000} s` });
    await pause(2);
  }
}

/** Posts new orders and shows each person enter a segment: event → membership → subscription → webhook, with the times. */
export async function showLiveEntry(context: DemoContext, people: number): Promise<void> {
  const { client, account, receiver } = context;
  account.heading('Live: a new order, and who hears of it');
  const entered = new Map<string, number>();
  const hooked = new Map<string, number>();
  const stop = client.subscribe<Change>(
    'subscription ($segment: String!) { membershipChanged(segment: $segment) { kind segmentKey profile { canonicalId } } }',
    { segment: LIVE_SEGMENT },
    ({ membershipChanged }) => void entered.set(membershipChanged.profile.canonicalId, Date.now()),
  );
  receiver.onArrival((arrival) => {
    for (const item of arrival.items) if (item.segment === LIVE_SEGMENT) hooked.set(item.id, arrival.at);
  });
  // The socket opens with the first subscription; an event before that would be seen too, but not by this stream.
  await pause(500);
  const subscribed: number[] = [];
  const delivered: number[] = [];
  for (let i = 1; i <= people; i += 1) {
    const userId = `live-${String(i).padStart(2, '0')}`;
    const posted = Date.now();
    await postOrder(context, userId);
    const acknowledged = Date.now();
    await until(() => entered.has(userId), 'the subscription');
    await until(() => hooked.has(userId), 'the webhook');
    subscribed.push((entered.get(userId) ?? 0) - posted);
    delivered.push((hooked.get(userId) ?? 0) - posted);
    account.line(
      `  ${userId} ordered: acknowledged after ${acknowledged - posted} ms, entered ${LIVE_SEGMENT} and heard on the subscription after ${subscribed.at(-1)} ms, webhook after ${delivered.at(-1)} ms`,
    );
  }
  stop();
  const median = (values: readonly number[]): number =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  account.line(`  Median: event → subscription ${median(subscribed)} ms, event → webhook ${median(delivered)} ms.`);
}
