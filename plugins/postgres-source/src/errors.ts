import { defineErrors, isAppError, type AppError } from '@kohort/kernel-errors';

/** What PostgreSQL and the network can do to a pull. */
export const postgresSourceErrors = defineErrors({
  POSTGRES_SOURCE_REFUSED: {
    kind: 'configuration',
    message: (d) => `PostgreSQL refuses: ${String(d['reason'])} (SQLSTATE ${String(d['state'])})`,
  },
  POSTGRES_SOURCE_AWAY: {
    kind: 'transient',
    message: (d) => `PostgreSQL cannot be reached or broke off: ${String(d['reason'])}`,
  },
  POSTGRES_SOURCE_TLS: {
    kind: 'configuration',
    message: (d) => `no encrypted connection: ${String(d['reason'])}`,
  },
  POSTGRES_SOURCE_TOO_SLOW: {
    kind: 'configuration',
    message: () =>
      'a statement took longer than its time limit; an index on cursor and key columns helps, or a higher limit',
  },
  POSTGRES_SOURCE_NO_KEY: {
    kind: 'configuration',
    message: () => 'the table has no primary key and none is named: name key columns',
  },
  POSTGRES_SOURCE_COLUMN: {
    kind: 'configuration',
    message: (d) => `there is no column "${String(d['column'])}"; there are: ${String(d['known'])}`,
  },
  POSTGRES_SOURCE_COLUMN_TWICE: {
    kind: 'configuration',
    message: (d) => `the query gives the column "${String(d['column'])}" twice; name each once`,
  },
  POSTGRES_SOURCE_KEY_NULL: {
    kind: 'configuration',
    message: (d) =>
      `a record has no value in the key column "${String(d['column'])}"; such records cannot be told apart`,
  },
  POSTGRES_SOURCE_QUERY: {
    kind: 'configuration',
    message: () => 'the query must be one select without a semicolon at its end',
  },
  POSTGRES_SOURCE_POSITION: {
    kind: 'configuration',
    message: () => 'the stored position does not fit the settings any more; pull from the beginning',
  },
});

const stateOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';

const REASONS: Readonly<Record<string, string>> = {
  '28P01': 'user or password are wrong',
  '28000': 'this user may not connect',
  '3D000': 'there is no such database',
  '42P01': 'there is no such table',
  '42501': 'this user may not read it',
  '42703': 'the query names a column that there is not',
  '25006': 'the query would write',
};

/** Certificates that are not taken. */
const TLS = /^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_|EPROTO)/;
/** The driver has no code for it. */
const NO_TLS = 'The server does not support SSL connections';

/** Classes that pass: connection, resources, operator intervention, rollbacks by conflict. */
const PASSING = /^(?:08|53|57|40)/;

/**
 * A driver's error as ours. The server's prose may quote values, so it is not passed on.
 *
 * Source  https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function toSourceError(thrown: unknown): AppError {
  if (isAppError(thrown)) return thrown;
  const state = stateOf(thrown);
  const because = { cause: thrown };
  if (state === '57014') return postgresSourceErrors.POSTGRES_SOURCE_TOO_SLOW({}, because);
  if (TLS.test(state)) return postgresSourceErrors.POSTGRES_SOURCE_TLS({ reason: state }, because);
  if (thrown instanceof Error && thrown.message === NO_TLS) {
    return postgresSourceErrors.POSTGRES_SOURCE_TLS({ reason: 'the server does not offer it' }, because);
  }
  const isSqlState = /^[0-9A-Z]{5}$/.test(state) && /\d/.test(state);
  if (!isSqlState || PASSING.test(state)) {
    return postgresSourceErrors.POSTGRES_SOURCE_AWAY(
      { reason: state === '' ? 'the connection ended' : state },
      because,
    );
  }
  const reason = REASONS[state] ?? 'the statement cannot be run';
  return postgresSourceErrors.POSTGRES_SOURCE_REFUSED({ reason, state }, because);
}
