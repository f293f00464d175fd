import { defineErrors } from '@kohort/kernel-errors';

export const syncErrors = defineErrors({
  SYNC_NOT_FOUND: { kind: 'not-found', message: () => 'there is no such sync' },
  SYNC_DESTINATION_NOT_FOUND: { kind: 'not-found', message: () => 'there is no such destination' },
  SYNC_RUN_NOT_HELD: { kind: 'conflict', message: () => 'this run does not wait for a decision' },
  SYNC_CONSENT_CHANGED: {
    kind: 'cancelled',
    message: () => 'somebody of the page has withdrawn consent; the others are sent again without them',
  },
  SYNC_STOPPED: { kind: 'cancelled', message: () => 'the run was asked to stop; what was done is written down' },
});
