import { defineErrors, type ErrorKind } from '@kohort/kernel-errors';

/** What a destination's refusal means for the next step; vendors' codes are mapped to it in a plugin's `errors.ts`. */
export const ERROR_CLASSES = [
  'retry',
  'rate_limit',
  'auth_refresh',
  'auth_fatal',
  'config_fatal',
  'record',
  'split',
  'not_ready',
  'gone',
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** Each class in the words of the error catalogue. */
export const ERROR_CLASS_KINDS: Readonly<Record<ErrorClass, ErrorKind>> = {
  retry: 'transient',
  not_ready: 'transient',
  rate_limit: 'rate-limited',
  auth_refresh: 'configuration',
  auth_fatal: 'configuration',
  config_fatal: 'configuration',
  gone: 'configuration',
  record: 'rejected-remotely',
  split: 'rejected-remotely',
};

export const pluginErrors = defineErrors({
  PLUGIN_MANIFEST_INVALID: { kind: 'bug', message: (d) => `plugin.json of ${d['plugin']}: ${d['reason']}` },
  PLUGIN_SETTINGS_INVALID: { kind: 'configuration', message: (d) => `settings of ${d['plugin']}: ${d['reason']}` },
  PLUGIN_MAPPING_INVALID: { kind: 'configuration', message: (d) => `mapping for ${d['plugin']}: ${d['reason']}` },
  PLUGIN_DEFINITION_INVALID: { kind: 'bug', message: (d) => `plugin ${d['plugin']}: ${d['reason']}` },
});

/**
 * The plain reading of an HTTP status, for vendors whose status can be trusted. Vendors that answer 200 on failure, or
 * 400 for what is transient, look at the body first and fall back to this.
 */
export function classifyStatus(status: number): ErrorClass | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return 'config_fatal';
  const known: Readonly<Record<number, ErrorClass>> = {
    400: 'record',
    401: 'auth_fatal',
    403: 'auth_fatal',
    404: 'config_fatal',
    405: 'config_fatal',
    408: 'retry',
    409: 'retry',
    410: 'gone',
    413: 'split',
    422: 'record',
    423: 'not_ready',
    425: 'retry',
    429: 'rate_limit',
    501: 'config_fatal',
    505: 'config_fatal',
  };
  return known[status] ?? (status >= 500 ? 'retry' : 'config_fatal');
}
