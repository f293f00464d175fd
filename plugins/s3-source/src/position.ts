import { readShape, type Json } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { s3SourceErrors } from './errors';

const mark = z.strictObject({ at: z.number(), key: z.string() });

/**
 * How far a bucket has been read: the latest object by time and key, and those of the overlap before it that are known,
 * with their versions. Times are epoch milliseconds.
 */
const positionSchema = z.strictObject({
  v: z.literal(1),
  where: z.string(),
  mark,
  seen: z.array(z.tuple([z.number(), z.string(), z.string()])),
});

export type Position = z.infer<typeof positionSchema>;
export type Mark = z.infer<typeof mark>;

/** Known objects of the overlap are kept up to this many; the latest stay. */
const MAX_SEEN = 5_000;

/** Order of objects: by time, then key. */
export function compareMarks(a: Mark, b: Mark): number {
  return a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

/**
 * Reads a stored position; null at the beginning.
 *
 * Throws  S3_SOURCE_POSITION
 */
export function parsePosition(stored: Json, where: string): Position | null {
  if (stored === null) return null;
  const read = readShape(positionSchema, stored);
  if (read.success && read.data.where === where) return read.data;
  throw s3SourceErrors.S3_SOURCE_POSITION();
}

/** The position once an object has been read. The mark only rises, also when the object was a late one. */
export function beyond(
  before: Position | null,
  object: Mark & { readonly version: string },
  rules: { readonly where: string; readonly overlapMs: number },
): Position {
  const here: Mark = { at: object.at, key: object.key };
  const furthest = before && compareMarks(before.mark, here) > 0 ? before.mark : here;
  const seen = [...(before?.seen ?? []), [object.at, object.key, object.version] as [number, string, string]]
    .filter(([at]) => at >= furthest.at - rules.overlapMs)
    .sort(([a], [b]) => a - b)
    .slice(-MAX_SEEN);
  return { v: 1, where: rules.where, mark: furthest, seen };
}
