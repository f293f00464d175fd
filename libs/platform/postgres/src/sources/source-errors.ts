import { defineErrors } from '@kohort/kernel-errors';

/** What can be wrong with a source connection, seen from the store. */
export const sourceErrors = defineErrors({
  SOURCE_CONNECTION_MISSING: { kind: 'not-found', message: () => 'there is no such source connection' },
  SOURCE_BUSY: {
    kind: 'conflict',
    message: () => 'another pull of this connection has not ended; cancel it or wait for it',
  },
});
