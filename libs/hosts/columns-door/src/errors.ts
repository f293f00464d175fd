import { defineErrors } from '@kohort/kernel-errors';

export const doorErrors = defineErrors({
  DOOR_DIRECTORY_LOCKED: {
    kind: 'conflict',
    message: (d) => `the column store at ${d['dataDir']} is open in another process; it has exactly one owner`,
  },
  DOOR_ENGINE_UNAVAILABLE: {
    kind: 'configuration',
    message: (d) => `the embedded ClickHouse engine could not be opened: ${d['reason']}`,
  },
  DOOR_KEY_TOO_SHORT: {
    kind: 'configuration',
    message: (d) => `the ${d['user']} key must have at least 16 characters`,
  },
  DOOR_PORT_UNAVAILABLE: {
    kind: 'configuration',
    message: (d) => `port ${d['port']} on loopback cannot be opened: ${d['reason']}`,
  },
  DOOR_STATEMENT_REFUSED: { kind: 'forbidden', message: (d) => String(d['reason']) },
  DOOR_DID_NOT_START: {
    kind: 'transient',
    message: (d) => `the column-store process ended before it was ready: ${d['reason']}`,
  },
  DOOR_HANDSHAKE_INVALID: {
    kind: 'invalid-input',
    message: (d) => `the line on standard input is not the door's start message: ${d['reason']}`,
  },
});
