import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WorkspaceId } from '@kohort/kernel-contracts';
import { postgresErrors } from './postgres-errors';
import type { LogPosition, LogTable } from './read-log';

/** What a cursor is bound to: it is good for this log of this workspace, on this timeline, and nowhere else. */
export interface CursorScope {
  readonly table: LogTable;
  readonly workspaceId: WorkspaceId;
  /** Raised when transaction ids may have gone back (a restore, a major upgrade). */
  readonly epoch: number;
  /** Secret of this installation. */
  readonly key: Buffer;
}

const TAG_BYTES = 16;

function tagOf(body: string, scope: Omit<CursorScope, 'epoch'>): Buffer {
  const bound = `${scope.table}|${scope.workspaceId}|${body}`;
  return createHmac('sha256', scope.key).update(bound).digest().subarray(0, TAG_BYTES);
}

/** A place in a log as an opaque text for clients: base64url of tag and place. It names no table and no tenant. */
export function encodeCursor(position: LogPosition, scope: CursorScope): string {
  const body = `${scope.epoch}.${position.xid}.${position.seq}`;
  return Buffer.concat([tagOf(body, scope), Buffer.from(body, 'latin1')]).toString('base64url');
}

/**
 * Reads a client's cursor back, of whatever epoch.
 *
 * Throws  POSTGRES_CURSOR_INVALID when it was not made here, for this log and workspace
 */
export function openCursor(cursor: string, scope: Omit<CursorScope, 'epoch'>): LogPosition & { epoch: number } {
  const bytes = Buffer.from(cursor, 'base64url');
  const body = bytes.subarray(TAG_BYTES).toString('latin1');
  const parts = /^(\d{1,9})\.(\d{1,20})\.(\d{1,19})$/.exec(body);
  // Decoding is lenient; only the one spelling that we gave out is ours.
  const canonical = bytes.toString('base64url') === cursor;
  if (!canonical || !parts || !timingSafeEqual(bytes.subarray(0, TAG_BYTES), tagOf(body, scope))) {
    throw postgresErrors.POSTGRES_CURSOR_INVALID();
  }
  const [, epoch = '', xid = '', seq = ''] = parts;
  return { epoch: Number(epoch), xid, seq };
}

/**
 * Reads a client's cursor of the present epoch back.
 *
 * Throws  POSTGRES_CURSOR_INVALID as `openCursor`; POSTGRES_CURSOR_EXPIRED when the epoch was raised after it was made
 */
export function decodeCursor(cursor: string, scope: CursorScope): LogPosition {
  const { epoch, xid, seq } = openCursor(cursor, scope);
  if (epoch !== scope.epoch) throw postgresErrors.POSTGRES_CURSOR_EXPIRED();
  return { xid, seq };
}
