import { defineErrors } from '@kohort/kernel-errors';

/**
 * Why somebody is not let in. Unknown, wrong, expired and revoked keys share one sentence, so that an answer tells a
 * guesser nothing.
 */
export const accessErrors = defineErrors({
  ACCESS_KEY_MISSING: { kind: 'unauthenticated', message: () => 'a key is needed: Authorization: Bearer khk_…' },
  ACCESS_KEY_MALFORMED: { kind: 'unauthenticated', message: () => 'this is not a Kohort key, or it was cut short' },
  ACCESS_KEY_REFUSED: { kind: 'unauthenticated', message: () => 'this key is not known, has expired or was revoked' },
  ACCESS_SCOPE_MISSING: {
    kind: 'forbidden',
    message: (details) => `this key does not carry the scope ${String(details['scope'])}`,
  },
  ACCESS_SCOPE_UNKNOWN: {
    kind: 'invalid-input',
    message: (details) => `there is no scope called ${String(details['scope'])}`,
  },
  ACCESS_SCOPE_NOT_HELD: {
    kind: 'forbidden',
    message: (details) => `a key cannot hand on the scope ${String(details['scope'])} that it does not carry itself`,
  },
  ACCESS_RANDOM_TOO_SHORT: { kind: 'bug', message: () => 'a key needs 32 random bytes' },
});
