/** JSON that is looked at no deeper than this: what is deeper is refused by its own schema. */
const DEEPEST = 40;

/** Under `u` a pair is one character: what is found is half of one. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What keeps a text from being stored and compared, in words; undefined when nothing does. */
export function textFault(text: string): string | undefined {
  if (text.includes('\u0000')) return 'holds a NUL character (U+0000), which no text may; take it out';
  if (LONE_SURROGATE.test(text))
    return 'holds half of a character (a lone surrogate), so it is not Unicode; take it out';
  return undefined;
}

/** A text within JSON that cannot be stored. */
export interface FaultyText {
  /** Keys and indexes that lead to it; those of the object that has it as a key, for a key. */
  readonly path: readonly string[];
  readonly fault: string;
}

/** The first text of some JSON, keys included, that cannot be stored; undefined when all can. Cost: O(size). */
export function faultyText(json: unknown, skip: (key: string) => boolean = () => false): FaultyText | undefined {
  const visit = (value: unknown, path: readonly string[]): FaultyText | undefined => {
    if (typeof value === 'string') {
      const fault = textFault(value);
      return fault === undefined ? undefined : { path, fault };
    }
    if (typeof value !== 'object' || value === null || path.length >= DEEPEST) return undefined;
    for (const [key, inner] of Object.entries(value)) {
      const fault = textFault(key);
      if (fault !== undefined) return { path, fault };
      const found = skip(key) ? undefined : visit(inner, [...path, key]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(json, []);
}
