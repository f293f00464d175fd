import { defineErrors } from '@kohort/kernel-errors';

const list = (value: unknown): string => (Array.isArray(value) ? value.join('; ') : String(value));

/** What can be wrong with a tracking plan as a whole. What a plan finds in events is a violation, not an error. */
export const planErrors = defineErrors({
  PLAN_INVALID: { kind: 'invalid-input', message: (d) => `the tracking plan is not valid: ${list(d['issues'])}` },
  PLAN_NOTHING_TO_LEARN: {
    kind: 'unsuitable-data',
    message: () => 'there is no event to learn from',
  },
});
