import { defineErrors } from '@kohort/kernel-errors';

export const spoolErrors = defineErrors({
  SPOOL_IN_USE: {
    kind: 'configuration',
    message: (d) => `the spool folder is in use by process ${String(d['pid'])}; each process needs its own`,
  },
  SPOOL_FULL: {
    kind: 'rate-limited',
    message: () => 'the spool is full; come again after the time named',
  },
  SPOOL_BROKEN: {
    kind: 'transient',
    message: () => 'the record could not be written to the spool',
  },
  SPOOL_CLOSED: { kind: 'transient', message: () => 'the spool is closed' },
});
