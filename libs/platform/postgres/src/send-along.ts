import { sql, type RawBuilder } from 'kysely';
import type { WorkspaceTransaction } from './database';
import { ALONG } from './quick-pool';

/**
 * A statement of whose answer nothing is read: within a transaction it leaves with the next statement, or with the
 * commit, in the order in which it was given. Where it fails, that one fails with its error.
 */
export async function sendAlong(tx: WorkspaceTransaction, statement: RawBuilder<unknown>): Promise<void> {
  await sql`${sql.raw(ALONG)} ${statement}`.execute(tx);
}
