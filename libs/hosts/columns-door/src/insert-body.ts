import type { Readable } from 'node:stream';
import type { EngineSession } from './engine';
import { refuse } from './exception';
import { formatClause, isCutAtLines } from './formats';

export interface InsertBody {
  /** `INSERT INTO … FORMAT X`, the rows not included. */
  readonly statement: string;
  readonly body: Readable;
  /** Bytes held in memory at most, for formats that cannot be cut. */
  readonly maxBytes: number;
}

/** Rows handed to the engine at a time where the format can be cut: some ten thousand usual events. */
const PIECE_BYTES = 16 * 1024 * 1024;
const LINE_END = 0x0a;

/** Cuts at the last line end; the rest waits for more. */
function cut(held: Buffer): { readonly ready: Buffer; readonly rest: Buffer } {
  const end = held.lastIndexOf(LINE_END) + 1;
  return { ready: held.subarray(0, end), rest: held.subarray(end) };
}

/**
 * Inserts a request's body while it arrives. Formats with one row a line go to the engine in pieces, the others whole;
 * the next piece is read while the engine writes the one before.
 * As on a server, an insert of several pieces is not atomic: what was inserted before a failure stays.
 *
 * Throws  DOOR_STATEMENT_REFUSED (307) when a body that cannot be cut is too long; what the engine says
 */
export async function insertBody(session: EngineSession, insert: InsertBody): Promise<{ readonly rows: number }> {
  const cuttable = isCutAtLines(formatClause(insert.statement));
  let pieces: Buffer[] = [];
  let size = 0;
  let rows = 0;
  let writing = Promise.resolve(0);
  const flush = async (ready: Buffer): Promise<void> => {
    rows += await writing;
    writing = ready.length > 0 ? session.insert(insert.statement, ready) : Promise.resolve(0);
    // Its failure is told by the next await; until then it must not count as unhandled.
    writing.catch(() => undefined);
  };
  const take = async (chunk: unknown): Promise<void> => {
    const piece: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    pieces.push(piece);
    size += piece.length;
    if (cuttable && size >= PIECE_BYTES) {
      const { ready, rest } = cut(Buffer.concat(pieces));
      await flush(ready);
      pieces = [rest];
      size = rest.length;
    }
    if (size > insert.maxBytes) {
      throw refuse(307, 'TOO_MANY_BYTES', `the body is longer than ${insert.maxBytes} bytes`, 413);
    }
  };
  try {
    for await (const chunk of insert.body) await take(chunk);
    await flush(Buffer.concat(pieces));
  } finally {
    // The session must not be closed under a write, whatever ended the body.
    rows += await writing;
  }
  if (rows === 0 && size === 0 && !/\bformat\b/i.test(insert.statement)) await session.run(insert.statement, 'Null');
  return { rows };
}
