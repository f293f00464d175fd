import { AppError, isAppError, toAppError } from '@kohort/kernel-errors';

/** SQLSTATE classes that say "not now": connection, conflict with another transaction, resources, shutdown, system. */
const PASSING_STATES = /^(08|40|53|57P|58|55P03)/;
/** Two transactions stood in each other's way, and this one was ended: nothing is away. */
const CONFLICT_STATES = /^40/;
const PASSING_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}

/** SQLSTATE classes and codes of a server that cannot be reached, is starting or is shutting down. */
const AWAY_STATES = /^(08|57P0[1235])/;

/**
 * Whether the database could not be reached, as against refusing a statement: connections that fail, time out or end
 * under a query (the driver has no code for those), and a server that starts or stops.
 */
export function isAway(thrown: unknown): boolean {
  const code = codeOf(thrown);
  if (AWAY_STATES.test(code) || PASSING_CODES.has(code)) return true;
  return (
    thrown instanceof Error &&
    /^Connection terminated|timeout exceeded when trying to connect|^Client has encountered a connection error/.test(
      thrown.message,
    )
  );
}

/** A statement was kept under a plan or a name that is good no more: it is asked again on another connection. */
export function isStalePlan(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === '26000' || (code === '0A000' && thrown instanceof Error && /cached plan/.test(thrown.message));
}

function isPassing(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return PASSING_STATES.test(code) || isAway(thrown) || isStalePlan(thrown);
}

/** Whatever was thrown, as one of ours: outages and conflicts become `transient`. */
export function classifyFailure(thrown: unknown, doing: string): AppError {
  if (isAppError(thrown)) return thrown;
  if (!isPassing(thrown)) return toAppError(thrown, doing);
  if (CONFLICT_STATES.test(codeOf(thrown))) {
    return new AppError({
      code: 'POSTGRES_CONFLICT',
      kind: 'transient',
      message: `${doing}: met another transaction and gave way (${codeOf(thrown)})`,
      cause: thrown,
    });
  }
  const code = 'POSTGRES_AWAY';
  return new AppError({
    code,
    kind: 'transient',
    message: `${doing}: the database or another resource is away (${codeOf(thrown)})`,
    cause: thrown,
  });
}
