import { isUtf8 } from 'node:buffer';
import { IMPORT_LIMITS } from '../limits';

export type LineFault = 'line_too_long' | 'invalid_utf8';

/** A physical line: its text without the line feed, or why there is none. */
export type Line =
  { readonly number: number; readonly text: string } | { readonly number: number; readonly fault: LineFault };

const LINE_FEED = 10;
const BOM = '\ufeff';

/** Cuts chunks into lines and keeps what has no end yet; a line over the limit is skipped to its end and reported. */
class LineCutter {
  private carry: Buffer = Buffer.alloc(0);
  private skipping = false;
  private next = 1;

  take(chunk: Uint8Array, limit: number): Line[] {
    let bytes = Buffer.concat([this.carry, chunk]);
    const lines: Line[] = [];
    if (this.skipping) {
      const end = bytes.indexOf(LINE_FEED);
      if (end < 0) {
        this.carry = Buffer.alloc(0);
        return lines;
      }
      bytes = bytes.subarray(end + 1);
      this.skipping = false;
    }
    const last = bytes.lastIndexOf(LINE_FEED);
    if (last >= 0) this.cut(bytes.subarray(0, last), limit, lines);
    this.carry = bytes.subarray(last + 1);
    if (this.carry.length > limit) {
      this.pushFault('line_too_long', lines);
      this.carry = Buffer.alloc(0);
      this.skipping = true;
    }
    return lines;
  }

  end(limit: number): Line[] {
    const lines: Line[] = [];
    if (this.carry.length > 0) this.cut(this.carry, limit, lines);
    return lines;
  }

  private cut(block: Buffer, limit: number, into: Line[]): void {
    if (isUtf8(block) && block.length <= limit) {
      for (const text of block.toString('utf8').split('\n')) this.pushText(text, into);
      return;
    }
    let start = 0;
    while (start <= block.length) {
      const found = block.indexOf(LINE_FEED, start);
      const end = found < 0 ? block.length : found;
      const line = block.subarray(start, end);
      if (line.length > limit) this.pushFault('line_too_long', into);
      else if (isUtf8(line)) this.pushText(line.toString('utf8'), into);
      else this.pushFault('invalid_utf8', into);
      start = end + 1;
    }
  }

  private pushText(text: string, into: Line[]): void {
    const number = this.next;
    this.next += 1;
    into.push({ number, text: number === 1 && text.startsWith(BOM) ? text.slice(1) : text });
  }

  private pushFault(fault: LineFault, into: Line[]): void {
    into.push({ number: this.next, fault });
    this.next += 1;
  }
}

/**
 * Physical lines of a stream of bytes, in blocks. Nothing is decoded by guess: a line that is not UTF-8 is reported as
 * such. A byte order mark at the start is taken off; a carriage return stays at the line's end, for it may be content.
 *
 * Cost    one chunk and the unfinished line in memory, at most `limit` bytes
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  limit: number = IMPORT_LIMITS.lineBytes,
): AsyncGenerator<readonly Line[]> {
  const cutter = new LineCutter();
  for await (const chunk of chunks) {
    const lines = cutter.take(chunk, limit);
    if (lines.length > 0) yield lines;
  }
  const rest = cutter.end(limit);
  if (rest.length > 0) yield rest;
}
