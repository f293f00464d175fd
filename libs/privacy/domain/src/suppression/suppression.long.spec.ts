import { seededRandom } from '@kohort/kernel-clock-random';
import { SuppressionKeys } from './suppression-keys';

const ws = '5b6f1a52-3a0b-4b7e-8f43-0a3f5f6c9d10';

describe('the suppression list at size', () => {
  it('stops none of 1,000,000 others', () => {
    const keys = new SuppressionKeys([Buffer.alloc(32, 7)]);
    const random = seededRandom(20);
    const digits = (n: number): string => Array.from({ length: n }, () => Math.floor(random.next() * 10)).join('');
    const listed = new Set<string>();
    for (let i = 0; i < 20; i += 1) {
      const person = [
        { type: 'user_id', value: `u${i}` },
        { type: 'email', value: `person.${i}@${i % 2 === 0 ? 'gmail.com' : 'example.org'}` },
        { type: 'phone', value: `+4930${1_000_000 + i}` },
      ];
      for (const one of person) for (const { kind, hash } of keys.toEnter(ws, one)) listed.add(`${kind} ${hash}`);
    }
    let wrong = 0;
    for (let i = 0; i < 1_000_000; i += 1) {
      const message = {
        type: 'identify',
        userId: `u${20 + i}`,
        anonymousId: `a${digits(12)}`,
        previousId: null,
        traits: {
          email: `person.${20 + i}@${i % 3 === 0 ? 'gmail.com' : 'example.org'}`,
          ...(i % 10 === 0 ? { phone: `+49${30 + (i % 60)}${2_000_000 + i}` } : {}),
        },
      } as const;
      if (keys.ofMessage(ws, message).some(({ kind, hash }) => listed.has(`${kind} ${hash}`))) wrong += 1;
    }
    expect(wrong).toBe(0);
  });
});
