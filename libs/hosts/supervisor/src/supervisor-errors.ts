import { defineErrors } from '@kohort/kernel-errors';

/** What may go wrong with a supervisor itself. */
export const supervisorErrors = defineErrors({
  SUPERVISOR_WORKER_FAILED: {
    kind: 'configuration',
    message: (d) => `the first worker ended before it could serve (${String(d['status'])}): its own line says why`,
  },
});
