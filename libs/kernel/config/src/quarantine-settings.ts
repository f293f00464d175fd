import { integerText, type Setting } from './define-config';

/** How long what cannot be stored is kept. */
export const quarantineSettings = {
  KOHORT_QUARANTINE_DAYS: {
    type: integerText(1, 395),
    default: 30,
    audience: 'server',
    help: 'days that a quarantined event is kept for a replay',
  },
} as const satisfies Record<string, Setting<unknown>>;
