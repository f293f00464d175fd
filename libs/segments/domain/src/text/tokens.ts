import { segmentsErrors } from '../errors';

/** One word of a rule's text, and where it stands. Lines and columns count from 1. */
export interface Token {
  readonly kind: 'word' | 'path' | 'string' | 'number' | 'sign' | 'end';
  /** The word, the path or the string's content, the number's text, the sign. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** The longest text that is read. */
export const LONGEST_TEXT = 200_000;

const SPACE = /(?:\s|--[^\n]*)+/y;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*(?:\[\d{1,6}\])*(?:\.[\p{L}_$][\p{L}\p{N}_$]*(?:\[\d{1,6}\])*)*/uy;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const QUOTED_PATH = /`(?:[^`\\\n]|\\.)*`/y;
const SIGN = />=|<=|!=|[=<>(),@/]/y;

/** Refuses a text at a place of it. */
export function textProblem(at: Pick<Token, 'line' | 'column'>, reason: string): Error {
  return segmentsErrors.SEGMENTS_TEXT_INVALID({ line: at.line, column: at.column, reason });
}

/** Splits a rule's text. Cost: O(length). Throws SEGMENTS_TEXT_INVALID with line and column. */
export function readTokens(text: string): readonly Token[] {
  if (text.length > LONGEST_TEXT) {
    throw textProblem({ line: 1, column: 1 }, `the text is longer than ${LONGEST_TEXT} characters`);
  }
  const tokens: Token[] = [];
  let [at, line, lineStart] = [0, 1, 0];
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  for (;;) {
    const space = take(SPACE) ?? '';
    for (let i = 0; i < space.length; i += 1) {
      if (space[i] !== '\n') continue;
      line += 1;
      lineStart = at - space.length + i + 1;
    }
    const place = { line, column: at - lineStart + 1 };
    if (at >= text.length) return [...tokens, { kind: 'end', text: 'the end', ...place }];
    tokens.push({ ...readToken(take, place), ...place });
  }
}

function readToken(
  take: (pattern: RegExp) => string | undefined,
  place: Pick<Token, 'line' | 'column'>,
): Pick<Token, 'kind' | 'text'> {
  const word = take(WORD);
  if (word !== undefined) return { kind: 'word', text: word };
  const number = take(NUMBER);
  if (number !== undefined) return { kind: 'number', text: number };
  const string = take(STRING);
  if (string !== undefined) return { kind: 'string', text: readString(string, place) };
  const path = take(QUOTED_PATH);
  if (path !== undefined) return { kind: 'path', text: path.slice(1, -1).replace(/\\(.)/gsu, '$1') };
  const sign = take(SIGN);
  if (sign !== undefined) return { kind: 'sign', text: sign };
  throw textProblem(place, 'nothing of a rule begins so; texts stand in "…", odd names in `…`');
}

function readString(written: string, place: Pick<Token, 'line' | 'column'>): string {
  try {
    const content: unknown = JSON.parse(written);
    if (typeof content === 'string') return content;
  } catch {
    // Said below: a string with an escape that JSON does not know.
  }
  throw textProblem(place, 'the text between "…" has an escape that is not one of JSON');
}
