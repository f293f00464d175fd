import { seededRandom } from '@kohort/kernel-clock-random';

/** What senders heard. */
export interface Heard {
  /** Message ids of calls that were answered 200. */
  readonly acknowledged: Set<string>;
  /** Of those the ones that the spool took. */
  readonly spooled: Set<string>;
  /** Statuses of other answers, by how often; 0: no answer at all. */
  readonly refused: Map<number, number>;
  /** Calls sent. */
  sent: number;
}

export interface Traffic {
  readonly heard: Heard;
  /** Ends after the calls under way. */
  stop(): Promise<Heard>;
}

export interface TrafficOptions {
  /** Asked before each call: the door may have moved. */
  readonly url: () => string;
  readonly headers: Readonly<Record<string, string>>;
  readonly senders: number;
  readonly batch: number;
  readonly seed: number;
  /** Part of the calls that repeats the one before it. */
  readonly repeated?: number;
  /** Between two calls of a sender. */
  readonly pauseMs?: number;
}

interface Call {
  readonly ids: readonly string[];
  readonly body: string;
}

function makeCall(name: string, batch: number): Call {
  const ids = Array.from({ length: batch }, (_, n) => `${name}-${n}`);
  const items = ids.map((messageId) => ({
    ...{ type: 'track', event: 'Order Completed', userId: name, messageId },
    properties: { order_id: messageId, revenue: 12.5 },
  }));
  return { ids, body: JSON.stringify({ batch: items, sentAt: '2026-11-01T12:00:00.000Z' }) };
}

/** Sends until it is stopped. A call without an answer is not repeated: only what was acknowledged counts. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { senders, batch, seed, repeated = 0, pauseMs = 0 } = options;
  const heard: Heard = { acknowledged: new Set(), spooled: new Set(), refused: new Map(), sent: 0 };
  let running = true;
  const count = (status: number): void => void heard.refused.set(status, (heard.refused.get(status) ?? 0) + 1);
  const send = async ({ ids, body }: Call): Promise<void> => {
    heard.sent += 1;
    try {
      const response = await fetch(`${options.url()}/v1/batch`, { method: 'POST', headers: options.headers, body });
      const text = await response.text();
      if (response.status !== 200 || text !== '{"success":true}') return count(response.status);
      const isSpooled = response.headers.get('x-durability') === 'spool';
      for (const id of ids) {
        heard.acknowledged.add(id);
        if (isSpooled) heard.spooled.add(id);
      }
    } catch {
      count(0);
      // The door is gone for a moment.
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  const sender = async (number: number): Promise<void> => {
    const random = seededRandom(seed).split(number);
    let last: Call | null = null;
    for (let n = 0; running; n += 1) {
      const call: Call = last && random.next() < repeated ? last : makeCall(`s${seed}.${number}.${n}`, batch);
      last = call;
      await send(call);
      if (pauseMs > 0) await new Promise((done) => setTimeout(done, pauseMs));
    }
  };
  const all = Promise.all(Array.from({ length: senders }, (_, number) => sender(number)));
  return {
    heard,
    async stop() {
      running = false;
      await all;
      return heard;
    },
  };
}
