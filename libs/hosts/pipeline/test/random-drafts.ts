import { parseIdentityRules } from '@kohort/identity-domain';
import type { Random } from '@kohort/kernel-clock-random';
import type { Draft } from './identity-world';

/** Rules with limits, under which links are refused and held. */
export const limited = parseIdentityRules({
  identifiers: [
    { type: 'user_id', limit: { count: 1, period: 'ever' } },
    { type: 'email', limit: { count: 2, period: 'ever' } },
    { type: 'anonymous_id', limit: { count: 2, period: 'day' } },
  ],
  risk: { profiles: 3, action: 'hold' },
});

/** A message of four people and five devices. */
export function draftOf(random: Random, n: number): Draft {
  const userId = `u${random.int(4)}`;
  const anonymousId = `a${random.int(5)}`;
  const traits = { plan: random.int(2) === 0 ? 'pro' : 'free', email: `e${random.int(3)}@x.org` };
  const forms: readonly Draft[] = [
    { n, userId, anonymousId },
    { n, anonymousId },
    { n, userId },
    { n, type: 'identify', userId, anonymousId, traits },
    { n, type: 'identify', anonymousId, traits },
    { n, type: 'alias', userId, previousId: random.int(2) === 0 ? anonymousId : `u${random.int(4)}` },
  ];
  return forms[random.int(forms.length)] ?? { n };
}

/** A list in pieces. */
export function cut<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
