import { defineErrors } from '@kohort/kernel-errors';

/** What can be wrong with the database itself, as against with a query. */
export const postgresErrors = defineErrors({
  POSTGRES_MIGRATION_FAILED: {
    kind: 'configuration',
    message: (d) => `migration ${d['migration']} failed: ${d['reason']}`,
  },
  POSTGRES_NOT_MIGRATED: {
    kind: 'configuration',
    message: (d) => `the database lacks migrations of this release: ${String(d['missing'])}`,
  },
  POSTGRES_UNSAFE: {
    kind: 'configuration',
    message: (d) => `the database is not safe to use: ${String(d['findings'])}`,
  },
  POSTGRES_NO_CURSORS: {
    kind: 'bug',
    message: () => 'rows cannot be streamed through this pool',
  },
  POSTGRES_AFTER_LAST: {
    kind: 'bug',
    message: () => 'a statement follows the one that was to be the last of its transaction',
  },
  POSTGRES_CURSOR_INVALID: {
    kind: 'invalid-input',
    message: () => 'the cursor was not made by this server, or for another log',
  },
  POSTGRES_CURSOR_EXPIRED: {
    kind: 'conflict',
    message: () => 'the cursor is older than what is kept; read a snapshot and start from there',
  },
});
