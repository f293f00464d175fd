import { integerText, type Setting } from './define-config';

/** How long message ids are remembered where a workspace does not say. */
export const dedupeSettings = {
  KOHORT_DEDUPE_DAYS: {
    type: integerText(1, 30),
    default: 7,
    audience: 'server',
    help: 'days within which an event with a known messageId is a duplicate, where the workspace does not say; the same in the gateway and in the pipeline worker',
  },
} as const satisfies Record<string, Setting<unknown>>;
