import { sql, type QueryResult, type RawBuilder } from 'kysely';
import type { WorkspaceTransaction } from './database';
import { ALONG, LAST } from './quick-pool';

/**
 * A statement of whose answer nothing is read: within a transaction it leaves with the next statement, or with the
 * commit, in the order in which it was given. Where it fails, that one fails with its error.
 */
export async function sendAlong(tx: WorkspaceTransaction, statement: RawBuilder<unknown>): Promise<void> {
  await sql`${sql.raw(ALONG)} ${statement}`.execute(tx);
}

/**
 * A statement with parameters behind which its transaction asks nothing more: the commit leaves with it, which spares a
 * round trip. Answered after the commit.
 *
 * Throws  POSTGRES_AFTER_LAST (kind bug) of whatever is asked behind it
 */
export function askLast<R>(tx: WorkspaceTransaction, statement: RawBuilder<R>): Promise<QueryResult<R>> {
  return sql<R>`${sql.raw(LAST)} ${statement}`.execute(tx);
}
