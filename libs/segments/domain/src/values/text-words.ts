import { laterLetters } from './later-letters';

/** Characters that are not seen: soft hyphens, joiners, marks of direction, variants of signs. */
const UNSEEN = '\\u00AD\\u200C-\\u200F\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u2069\\uFE00-\\uFE0F\\uFEFF';
/** Scripts that put no space between words: each character stands for itself. */
const UNSPACED = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'];

const unseen = new RegExp(`[${UNSEEN}]`, 'gu');
const unspaced = new RegExp(`[${UNSPACED.map((script) => `\\p{Script=${script}}`).join('')}]`, 'gu');
const apart = new RegExp(`(?:[^\\p{L}\\p{M}\\p{N}_]|[${laterLetters((hex) => `\\u{${hex}}`)}])+`, 'gu');
/** Of texts of ASCII alone, in small letters: the same, found several times as fast. */
const PLAIN = /^[\x00-\x7F]*$/;
const PLAINLY_APART = '[^0-9a-z_]+';
const plainlyApart = new RegExp(PLAINLY_APART, 'g');

/** The same in the syntax of the column store's patterns, and of what replaces a character that stands for itself. */
export const RE2_PATTERNS = {
  unseen: `[${UNSEEN.replace(/\\u([0-9A-F]{4})/g, '\\x{$1}')}]`,
  unspaced: `[${UNSPACED.map((script) => `\\p{${script}}`).join('')}]`,
  plainlyApart: PLAINLY_APART,
  apart: `(?:[^\\pL\\pM\\pN_]|[${laterLetters((hex) => `\\x{${hex}}`)}])+`,
} as const;

/** One form for what is the same to a reader: compatibility forms, letter case, final sigma. */
function folded(text: string): string {
  const seen = text.normalize('NFKC').replace(unseen, '');
  const lower = seen.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return lower.normalize('NFKC').replace(unspaced, ' $& ');
}

/**
 * The words of a text, each between single spaces: ` late delivery `, so that words and phrases are found by `includes`. A
 * word is a run of letters, marks, digits and underscores; of scripts without spaces each character. Letter case and
 * compatibility forms (ﬁ, ｆｕｌｌ, ß and ss) make no difference; accents do. No word is brought to a basic form.
 *
 * Cost    O(length)
 */
export function wordsOfText(text: string): string {
  if (PLAIN.test(text)) return ` ${text.toLowerCase()} `.replace(plainlyApart, ' ');
  return ` ${folded(text)} `.replace(apart, ' ');
}

/** A phrase as it is looked for in `wordsOfText`: ` late delivery `, and for `deliver*` ` deliver`; null without a word. */
export function needleOf(phrase: string): string | null {
  const trimmed = phrase.trimEnd();
  const words = wordsOfText(trimmed);
  if (words === ' ') return null;
  const isBeginning = trimmed.endsWith('*') && !wordsOfText(`${trimmed.slice(0, -1)}x`).endsWith(' x ');
  return isBeginning ? words.trimEnd() : words;
}

/** Whether some `within` words in a row hold all needles. Cost: O(words × within). */
export function areNear(words: string, needles: readonly string[], within: number): boolean {
  if (!needles.every((needle) => words.includes(needle))) return false;
  const list = words.trim().split(' ');
  return list.some((_word, at) => {
    const run = ` ${list.slice(at, at + within).join(' ')} `;
    return needles.every((needle) => run.includes(needle));
  });
}
