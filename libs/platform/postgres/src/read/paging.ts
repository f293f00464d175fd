import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Page, PageRequest, WorkspaceId } from '@kohort/kernel-contracts';
import { readErrors } from './read.errors';

const position = z.array(z.string().max(500)).max(5);
const MARK_CHARS = 12;

/** The mark of the list that a cursor was made by; null for places that are kept inside and shown to nobody. */
export type ListMark = string | null;

/**
 * The mark of a list: its workspace, its name, whose list it is, and what else its order hangs on. A narrower filter
 * leaves the order as it is, and is no part of it.
 */
export function listOf(
  of: { readonly workspaceId: WorkspaceId },
  name: string,
  ...parents: readonly (string | number | null | undefined)[]
): string {
  const named = JSON.stringify([of.workspaceId, name, ...parents]);
  return createHash('sha256').update(named).digest('base64url').slice(0, MARK_CHARS);
}

/** Writes the sort values of a row as a cursor of a list. It holds nothing that the row itself does not show. */
export function encodeCursor(values: readonly string[], list: ListMark): string {
  return Buffer.from(JSON.stringify(list === null ? values : [list, ...values])).toString('base64url');
}

/**
 * Reads a cursor of a list back, each value against the schema of its column, so that a forged one is refused before a
 * query.
 *
 * Throws  READ_CURSOR_INVALID, also for a cursor of another list
 */
export function parseCursor<T extends z.ZodType>(text: string | null, schema: T, list: ListMark): z.infer<T> | null {
  if (text === null) return null;
  try {
    const values = position.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (list === null) return schema.parse(values);
    z.literal(list).parse(values[0]);
    return schema.parse(values.slice(1));
  } catch (thrown) {
    throw readErrors.READ_CURSOR_INVALID({}, { cause: thrown });
  }
}

/** Column schemas of cursors. */
export const cursorText = z.tuple([z.string()]);
export const cursorUuid = z.tuple([z.uuid()]);
export const cursorTwoUuids = z.tuple([z.uuid(), z.uuid()]);
export const cursorNumber = z.tuple([z.string().regex(/^\d{1,15}$/)]);
/** An instant as PostgreSQL prints it, microseconds included, and a row's id. */
export const cursorInstantUuid = z.tuple([z.iso.datetime({ offset: true }), z.uuid()]);

/** How a list is cut: its rows, made into nodes and cursors. */
export interface PageShape<Row, Node> {
  readonly request: PageRequest;
  readonly list: ListMark;
  readonly node: (row: Row) => Node;
  readonly cursor: (row: Row) => readonly string[];
}

/** Makes a page of rows that were asked for with `limit first + 1`. */
export function toPage<Row, Node>(rows: readonly Row[], shape: PageShape<Row, Node>): Page<Node> {
  return {
    items: rows
      .slice(0, shape.request.first)
      .map((row) => ({ cursor: encodeCursor(shape.cursor(row), shape.list), node: shape.node(row) })),
    hasNextPage: rows.length > shape.request.first,
  };
}

const uuid = z.uuid();

/** The well-formed ids of a list: what is no UUID names nothing, and must not become a database error. */
export function uuidsOf(ids: readonly string[]): readonly string[] {
  return ids.filter((id) => uuid.safeParse(id).success);
}
