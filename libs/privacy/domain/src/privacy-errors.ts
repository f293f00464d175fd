import { defineErrors } from '@kohort/kernel-errors';

/** Errors of consent and suppression. No message holds an identifier. */
export const privacyErrors = defineErrors({
  PRIVACY_KEY_MISSING: { kind: 'configuration', message: () => 'KOHORT_SUPPRESSION_KEY is needed' },
  PRIVACY_KEY_LOST: {
    kind: 'configuration',
    message: (d) =>
      `the suppression list has entries made under another key (${String(d['generation'])}): name it as KOHORT_SUPPRESSION_KEY_PREVIOUS`,
  },
  PRIVACY_KEY_TOO_SHORT: { kind: 'configuration', message: () => 'a key of the suppression list has 32 bytes' },
  PRIVACY_PURPOSE_INVALID: {
    kind: 'invalid-input',
    message: (d) => `"${String(d['purpose'])}" cannot name a purpose: letters, digits and _, a letter first`,
  },
  PRIVACY_PURPOSE_UNKNOWN: {
    kind: 'invalid-input',
    message: (d) => `the workspace has no purpose "${String(d['purpose'])}"`,
  },
  PRIVACY_TARGET_MISSING: { kind: 'not-found', message: (d) => `there is no such ${String(d['kind'])}` },
  PRIVACY_IDENTIFIER_USELESS: {
    kind: 'invalid-input',
    message: (d) => `identifier ${String(d['index'])} names nobody: its type is "${String(d['type'])}"`,
  },
  PRIVACY_REASON_MISSING: { kind: 'invalid-input', message: () => 'say why: the reason is kept with the entry' },
});
