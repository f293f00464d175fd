import { readShape, type Json } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { postgresSourceErrors } from './errors';

/**
 * How far has been read: the cursor's and the key's values of the furthest record, in the server's text. `columns` says
 * whose values they are, so that a position of other settings is not taken for one of these.
 */
const positionSchema = z.strictObject({ v: z.literal(1), columns: z.array(z.string()), at: z.array(z.string()) });

export type Position = z.infer<typeof positionSchema>;

/**
 * Reads a stored position; null at the beginning.
 *
 * Throws  POSTGRES_SOURCE_POSITION
 */
export function parsePosition(stored: Json, columns: readonly string[]): Position | null {
  if (stored === null) return null;
  const read = readShape(positionSchema, stored);
  if (read.success && read.data.columns.join('\u0000') === columns.join('\u0000')) return read.data;
  throw postgresSourceErrors.POSTGRES_SOURCE_POSITION();
}
