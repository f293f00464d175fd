import { defineErrors } from '@kohort/kernel-errors';

/** `details.delivered`: `no` when the other side cannot have acted, `unknown` when it may have. */
export const httpErrors = defineErrors({
  HTTP_EGRESS_REFUSED: {
    kind: 'configuration',
    message: (d) => `calls to this address are not allowed: ${d['reason']}`,
  },
  HTTP_NAME_UNKNOWN: { kind: 'transient', message: () => 'the host name could not be resolved' },
  HTTP_UNREACHABLE: { kind: 'transient', message: (d) => `no connection to the destination (${d['reason']})` },
  HTTP_TLS: {
    kind: 'configuration',
    message: (d) => `the destination's certificate was not accepted (${d['reason']})`,
  },
  HTTP_TIMEOUT: { kind: 'transient', message: (d) => `no whole answer within ${d['timeoutMs']} ms` },
  HTTP_CONNECTION_LOST: {
    kind: 'transient',
    message: (d) => `the connection broke before the answer (${d['reason']})`,
  },
  HTTP_REPLY_TOO_LARGE: { kind: 'transient', message: (d) => `the answer is larger than ${d['maxBytes']} bytes` },
  HTTP_CANCELLED: { kind: 'cancelled', message: () => 'the call was stopped on our side' },
});
