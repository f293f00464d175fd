import { z } from 'zod';
import type { Clock } from '@kohort/kernel-clock-random';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, WorkspaceTransaction } from '../database';
import { readErrors } from './read.errors';

/** What every reader and writer of the API stands on: one workspace, one deadline. */
export interface Scope {
  readonly database: Database;
  readonly clock: Clock;
  readonly workspaceId: WorkspaceId;
  /** Epoch milliseconds. */
  readonly deadlineMs: number;
}

/** What a reader outside an operation of the API is made with. */
export interface ReaderParts {
  readonly database: Database;
  readonly clock: Clock;
  /** A read that takes longer is stopped. */
  readonly timeoutMs: number;
}

/** The scope of one read, its deadline counted from now. */
export function scopeOf({ database, clock, timeoutMs }: ReaderParts, workspaceId: WorkspaceId): Scope {
  return { database, clock, workspaceId, deadlineMs: clock.now() + timeoutMs };
}

/** SQLSTATE query_canceled: the statement timeout struck. */
const QUERY_CANCELED = '57014';
const withSqlState = z.object({ code: z.string() });

/** The SQLSTATE of a database error; undefined for anything else. */
export function sqlStateOf(thrown: unknown): string | undefined {
  const parsed = withSqlState.safeParse(thrown);
  return parsed.success ? parsed.data.code : undefined;
}

async function bounded<T>(scope: Scope, readOnly: boolean, work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> {
  const left = scope.deadlineMs - scope.clock.now();
  if (left <= 0) throw readErrors.READ_DEADLINE();
  try {
    return await scope.database.inWorkspace(scope.workspaceId, work, {
      readOnly,
      statementTimeoutMs: Math.ceil(left),
    });
  } catch (thrown) {
    if (sqlStateOf(thrown) === QUERY_CANCELED) throw readErrors.READ_DEADLINE({}, { cause: thrown });
    throw thrown;
  }
}

/**
 * Reads in a transaction of the workspace; the database itself stops the work at the deadline.
 *
 * Throws  READ_DEADLINE
 */
export function reading<T>(scope: Scope, work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> {
  return bounded(scope, true, work);
}

/**
 * The same for a write: all of it is committed, or nothing.
 *
 * Throws  READ_DEADLINE
 */
export function writing<T>(scope: Scope, work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> {
  return bounded(scope, false, work);
}
