import { defineErrors } from '@kohort/kernel-errors';

/** What the API itself refuses. */
export const gatewayErrors = defineErrors({
  GATEWAY_DOCUMENT_INVALID: { kind: 'invalid-input', message: () => 'the document is not GraphQL text' },
  GATEWAY_TOO_DEEP: {
    kind: 'invalid-input',
    message: (d) => `the operation is ${String(d['depth'])} levels deep, ${String(d['limit'])} are allowed`,
  },
  GATEWAY_TOO_MANY_ALIASES: {
    kind: 'invalid-input',
    message: (d) => `the document has ${String(d['aliases'])} aliases, ${String(d['limit'])} are allowed`,
  },
  GATEWAY_TOO_MANY_DIRECTIVES: {
    kind: 'invalid-input',
    message: (d) => `the document has ${String(d['directives'])} directives, ${String(d['limit'])} are allowed`,
  },
  GATEWAY_TOO_COSTLY: {
    kind: 'invalid-input',
    message: (d) => `the operation may read ${String(d['cost'])} objects, ${String(d['limit'])} are allowed`,
  },
  GATEWAY_FIRST_OUT_OF_RANGE: { kind: 'invalid-input', message: () => '`first` is 1 to 100' },
  GATEWAY_CURSOR_INVALID: { kind: 'invalid-input', message: () => 'this cursor was not made by this list' },
  GATEWAY_AS_OF_AHEAD: {
    kind: 'invalid-input',
    message: () => '`asOf` is ahead of now: who will be in is not recorded yet; `known: NOW` asks the rule',
  },
  GATEWAY_TEXT_INVALID: {
    kind: 'invalid-input',
    message: (d) => `${String(d['path'])}: a text ${String(d['fault'])}`,
  },
  GATEWAY_SEGMENTS_OUT_OF_RANGE: { kind: 'invalid-input', message: () => 'name 1 to 20 segments' },
  GATEWAY_INTROSPECTION_OFF: { kind: 'forbidden', message: () => 'introspection is off; the schema is published' },
  GATEWAY_ACCOUNT_UNNAMED: { kind: 'invalid-input', message: () => 'name an account by `id` or by `groupId`' },
  GATEWAY_PROFILE_UNNAMED: { kind: 'invalid-input', message: () => 'name a profile by `id` or by `identifier`' },
  GATEWAY_NOT_FOUND: { kind: 'not-found', message: (d) => `there is no such ${String(d['what'])}` },
  GATEWAY_POLICY_MISSING: {
    kind: 'bug',
    message: (d) => `these do not name their policy: ${String(d['handlers'])}`,
  },
  GATEWAY_NO_CLUSTER_RULE: {
    kind: 'unsuitable-data',
    message: (d) => `no rule stands for this cluster: ${String(d['reason'])}`,
  },
  GATEWAY_LIST_TOO_LONG: {
    kind: 'invalid-input',
    message: (d) => `an edit of a list names at most ${String(d['limit'])} people`,
  },
  GATEWAY_NO_COLUMNS: {
    kind: 'configuration',
    message: () => 'this gateway knows no column store; set CLICKHOUSE_URL',
  },
  GATEWAY_NOT_A_SUBSCRIPTION: {
    kind: 'invalid-input',
    message: () => 'only subscriptions go over a websocket; ask everything else over HTTP',
  },
  GATEWAY_EXPORT_INVALID: {
    kind: 'invalid-input',
    message: (d) => `the export needs a good \`${String(d['name'])}\``,
  },
  GATEWAY_EXPORT_AFTER_MISSING: {
    kind: 'invalid-input',
    message: () =>
      'the export needs `after`: the cursor of a line that you have, or where the log ends now, `{ changeLog { head } }` ' +
      'over GraphQL; `membershipSnapshot(token:)` tells who is in at that place, and `follow=true` begins there by itself',
  },
  GATEWAY_EXPORT_UNKNOWN_PARAMETER: {
    kind: 'invalid-input',
    message: (d) => `the export knows no \`${String(d['name'])}\`; there are ${String(d['known'])}`,
  },
  GATEWAY_STREAM_SLOW: {
    kind: 'rate-limited',
    message: () => 'nothing was taken for too long; resume from the cursor',
  },
  GATEWAY_STREAM_LIMIT: { kind: 'rate-limited', message: () => 'one connection carries at most 50 subscriptions' },
  GATEWAY_STREAM_BROKEN: {
    kind: 'transient',
    message: () => 'the change log cannot be read now; resume from the last cursor',
  },
});
