import { LineCounter, isScalar, parseDocument, type Document } from 'yaml';
import { isAppError, type AppError, type ErrorDetails } from '@kohort/kernel-errors';

/** A text that people write may be this long; what is longer belongs into a file of its own. */
const MAX_CHARS = 10_000_000;

const MANY_DOCUMENTS = 'another document begins here ("---"); a file holds one, so keep each in a file of its own';

/** A part of a YAML text, by its keys and indexes. */
export type TextPath = readonly (string | number)[];

/** Makes the error that names file, and line, column and path where they are known. */
export type Refuse = (details: ErrorDetails, options?: { readonly cause?: unknown }) => AppError;

/** A YAML or JSON text as data that knows where each part stands. */
export class PlacedText {
  readonly data: unknown;
  /** The text with its comments and the order of its keys. */
  readonly document: Document.Parsed;
  private readonly lines = new LineCounter();

  /** Throws what `refuse` makes, with line and column, when the text is neither YAML nor JSON. */
  constructor(
    readonly file: string,
    readonly text: string,
    private readonly refuse: Refuse,
  ) {
    if (text.length > MAX_CHARS) throw refuse({ file, reason: 'the file is too long' });
    try {
      // What people wrote is no warning of the process: `error` keeps it out of its log.
      const options = { merge: false, prettyErrors: false, logLevel: 'error' } as const;
      this.document = parseDocument(text, { lineCounter: this.lines, ...options });
      const [fault] = this.document.errors;
      if (fault !== undefined) {
        const { line, col: column } = this.lines.linePos(fault.pos[0]);
        const reason = fault.code === 'MULTIPLE_DOCS' ? MANY_DOCUMENTS : (fault.message.split('\n')[0] ?? '');
        throw refuse({ file, line, column, reason }, { cause: fault });
      }
      this.data = this.document.toJS({ maxAliasCount: 0 });
    } catch (cause) {
      // Brackets in brackets without end, or an alias: the reader says so in its own words.
      if (isAppError(cause)) throw cause;
      const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
      throw refuse({ file, reason }, { cause });
    }
  }

  /** Line and column, both from 1, of the part at a path; of the nearest part above it that the text has, else. */
  position(path: TextPath): { line: number; column: number } {
    for (let length = path.length; length > 0; length -= 1) {
      const start = this.startOf(path.slice(0, length));
      if (start === undefined) continue;
      const { line, col: column } = this.lines.linePos(start);
      return { line, column };
    }
    return { line: 1, column: 1 };
  }

  /**
   * Where line `line`, column `column` of the text that stands at a path lies in the file. Null when it is written so
   * that the two cannot be laid beside each other (folded, or with escapes).
   */
  within(path: TextPath, line: number, column: number): { line: number; column: number } | null {
    const node: unknown = this.document.getIn(path, true);
    const start = this.startOf(path);
    if (!isScalar(node) || start === undefined || typeof node.value !== 'string') return null;
    const at = this.lines.linePos(start);
    if (node.type === 'BLOCK_LITERAL') {
      const body = this.text.slice(start, node.range?.[1]).split('\n').slice(1);
      const first = body.find((one) => one.trim() !== '') ?? '';
      return { line: at.line + line, column: column + first.length - first.trimStart().length };
    }
    const quotes = node.type === 'PLAIN' ? 0 : 2;
    const isAsWritten = (node.range?.[1] ?? 0) - start === node.value.length + quotes && line === 1;
    return isAsWritten ? { line: at.line, column: at.col + quotes / 2 + column - 1 } : null;
  }

  /** An error about the part at a path. */
  problem(path: TextPath, reason: string, cause?: unknown): AppError {
    return this.refuse({ file: this.file, ...this.position(path), path: path.join('.'), reason }, { cause });
  }

  /** An error about a place in the text that stands at a path. */
  problemWithin(path: TextPath, place: { line: number; column: number }, reason: string, cause?: unknown): AppError {
    return this.refuse({ file: this.file, ...place, path: path.join('.'), reason }, { cause });
  }

  private startOf(path: TextPath): number | undefined {
    const node: unknown = this.document.getIn(path, true);
    const range: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'range') : undefined;
    const start: unknown = Array.isArray(range) ? range[0] : undefined;
    return typeof start === 'number' ? start : undefined;
  }
}
