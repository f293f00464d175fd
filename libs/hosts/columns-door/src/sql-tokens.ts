import type { AppError } from '@kohort/kernel-errors';
import { refuse } from './exception';

export type SqlTokenKind = 'word' | 'quoted' | 'string' | 'number' | 'symbol';

/** One token; `value` is the name without quotes for `quoted`, the source text otherwise. */
export interface SqlToken {
  readonly kind: SqlTokenKind;
  readonly value: string;
}

const SPACE = /[ \t\r\n\f\v]/;
const WORD_START = /[A-Za-z_]/;
const WORD = /[A-Za-z0-9_]/;
const DIGIT = /[0-9]/;

function cannotRead(what: string): AppError {
  return refuse(62, 'SYNTAX_ERROR', `the statement cannot be read: ${what}`);
}

/** End of a string literal that starts at `from`: backslash escapes and doubled quotes, as in ClickHouse. */
function endOfString(sql: string, from: number): number {
  for (let i = from + 1; i < sql.length; i += 1) {
    if (sql[i] === '\\') i += 1;
    else if (sql[i] === "'") {
      if (sql[i + 1] !== "'") return i + 1;
      i += 1;
    }
  }
  throw cannotRead('a string is not closed');
}

/** A quoted name. Escapes inside are legal ClickHouse, but nothing of ours writes them, and they hide names. */
function endOfName(sql: string, from: number): number {
  const quote = sql[from];
  for (let i = from + 1; i < sql.length; i += 1) {
    if (sql[i] === '\\') throw cannotRead('a quoted name holds a backslash');
    if (sql[i] === quote) {
      if (sql[i + 1] === quote) throw cannotRead('a quoted name holds a quote');
      return i + 1;
    }
  }
  throw cannotRead('a quoted name is not closed');
}

function endOfSpace(sql: string, from: number): number {
  let i = from;
  for (;;) {
    if (i < sql.length && SPACE.test(sql[i] as string)) i += 1;
    else if (sql.startsWith('--', i)) {
      const end = sql.indexOf('\n', i);
      i = end < 0 ? sql.length : end + 1;
    } else if (sql.startsWith('/*', i)) {
      const end = sql.indexOf('*/', i + 2);
      if (end < 0) throw cannotRead('a comment is not closed');
      i = end + 2;
    } else return i;
  }
}

function endOfRun(sql: string, from: number, pattern: RegExp): number {
  let i = from + 1;
  while (i < sql.length && pattern.test(sql[i] as string)) i += 1;
  return i;
}

function tokenAt(sql: string, at: number): { readonly token: SqlToken; readonly end: number } {
  const c = sql[at] as string;
  const take = (kind: SqlTokenKind, end: number, value = sql.slice(at, end)) => ({ token: { kind, value }, end });
  if (c === "'") return take('string', endOfString(sql, at));
  if (c === '`' || c === '"') {
    const end = endOfName(sql, at);
    return take('quoted', end, sql.slice(at + 1, end - 1));
  }
  if (WORD_START.test(c)) return take('word', endOfRun(sql, at, WORD));
  if (DIGIT.test(c)) return take('number', endOfRun(sql, at, WORD));
  // `#` and `$` open comments and heredocs, letters beyond ASCII open typographic quotes: none is needed in a query.
  if (c === '#' || c === '$' || c < ' ' || c > '~') throw cannotRead('a character outside of the plain set');
  return take('symbol', at + 1);
}

/**
 * Splits a ClickHouse statement into tokens; comments and space are left out. Deliberately stricter than the engine
 * (no escapes in quoted names, no heredocs, no characters beyond ASCII outside of literals), so that what it lets
 * through, the engine reads the same way.
 *
 * Cost    O(length), no backtracking
 * Throws  DOOR_STATEMENT_REFUSED (62 SYNTAX_ERROR)
 */
export function tokenizeSql(sql: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = endOfSpace(sql, 0);
  while (at < sql.length) {
    const { token, end } = tokenAt(sql, at);
    tokens.push(token);
    at = endOfSpace(sql, end);
  }
  return tokens;
}
