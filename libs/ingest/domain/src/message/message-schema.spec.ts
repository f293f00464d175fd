import { seededRandom } from '@kohort/kernel-clock-random';
import type { Json } from '@kohort/kernel-contracts';
import { hostileJson } from '@kohort/testing-hostile';
import { inspectJson, isJsonObject } from '../json/inspect-json';
import { isRawMessage, messageSchema } from './message-schema';

const FIELDS = Object.keys(messageSchema.shape);

describe('isRawMessage', () => {
  it('takes exactly what the schema takes, for 20,000 seeded messages', () => {
    const random = seededRandom(9);
    const plain: readonly Json[] = ['text', '', 5, null, true, {}, [], { a: 1 }, 'track', -0.5];
    const counts = { taken: 0, refused: 0 };
    for (let n = 0; n < 20_000; n += 1) {
      const message: Record<string, Json> = {
        type: 'track',
        userId: 'u',
        event: 'x',
        properties: {},
        timestamp: 'now',
      };
      for (let i = 0; i < n % 4; i += 1) {
        const field = FIELDS[Math.floor(random.next() * FIELDS.length)] ?? 'type';
        message[field] = plain[Math.floor(random.next() * plain.length)] ?? null;
      }
      if (n % 7 === 0) Object.assign(message, { extra: hostileJson(random) });
      // It is asked behind `inspectJson`, which refuses numbers that are none.
      if (inspectJson(message) !== null || !isJsonObject(message)) continue;
      const isTaken = messageSchema.safeParse(message).success;
      expect([message, isRawMessage(message)]).toEqual([message, isTaken]);
      counts[isTaken ? 'taken' : 'refused'] += 1;
    }
    expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(2_000);
  });
});
