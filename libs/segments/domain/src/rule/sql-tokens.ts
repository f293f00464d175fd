/** One word of an SQL predicate. */
export interface SqlToken {
  readonly kind: 'name' | 'number' | 'text' | 'sign' | 'end';
  /** A text's content, else the word as it is written. */
  readonly text: string;
  /** Counts from 1. */
  readonly at: number;
}

const SPACE = /\s+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,3})?/y;
/** No backslash: it would mean different things before and behind the engine's reading. */
const TEXT = /'(?:[^'\\]|'')*'/y;
const SIGN = /<=|>=|!=|<>|==|[=<>+\-*/%(),]/y;

/** Splits a predicate; answers the place (from 1) of what no predicate holds: comments, brackets, semicolons. */
export function readSqlTokens(predicate: string): readonly SqlToken[] | number {
  const tokens: SqlToken[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(predicate)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  for (;;) {
    take(SPACE);
    const start = at + 1;
    if (at >= predicate.length) return [...tokens, { kind: 'end', text: 'the end', at: start }];
    const kinds = [
      ['name', NAME],
      ['number', NUMBER],
      ['text', TEXT],
      ['sign', SIGN],
    ] as const;
    let isFound = false;
    for (const [kind, pattern] of kinds) {
      const found = take(pattern);
      if (found === undefined) continue;
      tokens.push({ kind, text: kind === 'text' ? found.slice(1, -1).replaceAll("''", "'") : found, at: start });
      isFound = true;
      break;
    }
    // Two hyphens begin a comment, and nothing of it is ours to guess.
    const [before, last] = tokens.slice(-2);
    const isComment = last?.text === '-' && before?.text === '-' && last.at === before.at + 1;
    if (!isFound || isComment) return isComment ? before.at : start;
  }
}
