import { createHash, randomUUID } from 'node:crypto';
import { commandErrors } from './command.errors';
import { sqlStateOf } from '../read/deadline';

const UNIQUE_VIOLATION = '23505';

/**
 * The id that a request with an idempotency key gives to what it makes: the same key finds the same row again, without
 * a table of keys. Without one the id is random.
 *
 * Shape   a UUID of version 8 (its bits are a digest)
 */
export function idForRequest(workspaceId: string, operation: string, idempotencyKey: string | null): string {
  if (idempotencyKey === null) return randomUUID();
  const digest = createHash('sha256')
    .update(JSON.stringify([workspaceId, operation, idempotencyKey]))
    .digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/**
 * Refuses when a row found by an idempotency key is not what this request would have made.
 *
 * Throws  COMMAND_IDEMPOTENCY_REUSED
 */
export function requireSameRequest(same: boolean): void {
  if (!same) throw commandErrors.COMMAND_IDEMPOTENCY_REUSED();
}

/** Turns a violated unique key into the conflict that a caller can act on; all else passes through. */
export async function orTaken<T>(what: string, key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (sqlStateOf(thrown) === UNIQUE_VIOLATION)
      throw commandErrors.COMMAND_KEY_TAKEN({ what, key }, { cause: thrown });
    throw thrown;
  }
}
