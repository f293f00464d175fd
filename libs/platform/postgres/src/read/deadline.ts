import type { RawBuilder } from 'kysely';
import { z } from 'zod';
import type { Clock } from '@kohort/kernel-clock-random';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import type { Database, TransactionOptions, WorkspaceTransaction } from '../database';
import { askLast } from '../send-along';
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

async function bounded<T>(
  scope: Scope,
  options: Pick<TransactionOptions, 'readOnly' | 'keepPlans'>,
  work: (tx: WorkspaceTransaction) => Promise<T>,
): Promise<T> {
  const left = scope.deadlineMs - scope.clock.now();
  if (left <= 0) throw readErrors.READ_DEADLINE();
  try {
    return await scope.database.inWorkspace(scope.workspaceId, work, {
      ...options,
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
  return bounded(scope, { readOnly: true }, work);
}

/**
 * The same with one statement that is planned once a connection: for what a stream asks of each change.
 *
 * Shape   statement: the same text each time, going by keys, with parameters
 * Throws  READ_DEADLINE
 */
export async function readingOften<R>(scope: Scope, statement: RawBuilder<R>): Promise<readonly R[]> {
  const options = { readOnly: true, keepPlans: true };
  const { rows } = await bounded(scope, options, (tx) => askLast(tx, statement));
  return rows;
}

/**
 * The same for a write: all of it is committed, or nothing.
 *
 * Throws  READ_DEADLINE
 */
export function writing<T>(scope: Scope, work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> {
  return bounded(scope, {}, work);
}
