import { createHash } from 'node:crypto';
import { z } from 'zod';
import { gatewayErrors } from '../errors/gateway.errors';

/** A list that is cut here and not by a reader: its workspace, its name, and whose list it is. */
export type ListName = readonly [workspaceId: string, name: string, ...parents: (string | number)[]];

const MARK_CHARS = 12;
const body = z.tuple([z.string(), z.string().max(500)]);

const markOf = (list: ListName): string =>
  createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, MARK_CHARS);

/** A place in a list as a cursor that is good in this list alone. */
export function cursorIn(list: ListName, place: string): string {
  return Buffer.from(JSON.stringify([markOf(list), place])).toString('base64url');
}

/**
 * Reads a cursor of a list back, its place against a schema.
 *
 * Throws  GATEWAY_CURSOR_INVALID, also for a cursor of another list
 */
export function placeIn<T extends z.ZodType>(list: ListName, cursor: string | null, schema: T): z.infer<T> | null {
  if (cursor === null) return null;
  try {
    const [mark, place] = body.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    z.literal(markOf(list)).parse(mark);
    return schema.parse(place);
  } catch (thrown) {
    throw gatewayErrors.GATEWAY_CURSOR_INVALID({}, { cause: thrown });
  }
}
