import { defineErrors } from '@kohort/kernel-errors';

/** What the ingest paths refuse as a whole. The wire shows the lower-case code (`write_key_mismatch`). */
export const wireErrors = defineErrors({
  WIRE_WRITE_KEY_MISSING: { kind: 'unauthenticated', message: () => 'a write key is needed' },
  WIRE_WRITE_KEY_UNKNOWN: { kind: 'unauthenticated', message: () => 'this write key is not known' },
  WIRE_WRITE_KEY_MISMATCH: {
    kind: 'invalid-input',
    message: () => 'the write keys of the header and of the body differ',
  },
  WIRE_INVALID_JSON: { kind: 'invalid-input', message: () => 'the body is not a JSON object' },
  WIRE_INVALID_ENCODING: { kind: 'invalid-input', message: () => 'the body is not gzip, as its header says' },
  WIRE_BODY_BROKEN: { kind: 'transient', message: () => 'the body broke off before its end' },
  WIRE_PAYLOAD_TOO_LARGE: {
    kind: 'invalid-input',
    message: (d) => `at most ${String(d['limit'])} bytes are taken`,
  },
  WIRE_EVENT_TOO_LARGE: {
    kind: 'invalid-input',
    message: (d) => `item ${String(d['index'])} is larger than ${String(d['limit'])} bytes`,
  },
  WIRE_BATCH_EMPTY: { kind: 'invalid-input', message: () => 'a batch needs an array `batch` with at least one item' },
  WIRE_BATCH_TOO_LONG: {
    kind: 'invalid-input',
    message: (d) => `a batch holds at most ${String(d['limit'])} items`,
  },
  WIRE_SOURCE_UNNAMED: {
    kind: 'invalid-input',
    message: () => 'with an API key, name the source: ?source=KEY',
  },
  WIRE_SOURCE_UNKNOWN: { kind: 'not-found', message: () => 'there is no such source' },
  WIRE_MASKING_UNKNOWN: { kind: 'transient', message: () => 'not stored; send it again' },
  WIRE_OVERLOADED: { kind: 'rate-limited', message: () => 'too much at once; come again after the time named' },
});

/** The code as the wire shows it. */
export function wireCode(code: string): string {
  return code.replace(/^WIRE_/, '').toLowerCase();
}
