import type { Operand } from '../rule/operand';
import type { Operator } from '../rule/operators';
import { RE2_PATTERNS } from '../values/text-words';
import type { SqlParams } from './sql-params';

/** The words of a text as `wordsOfText` gives them, step by step the same. */
export function sqlWordsOf(text: string, params: SqlParams): string {
  const replaced = (value: string, pattern: keyof typeof RE2_PATTERNS, by: string): string =>
    `replaceRegexpAll(${value}, ${params.text(RE2_PATTERNS[pattern])}, '${by}')`;
  const seen = replaced(`normalizeUTF8NFKC(${text})`, 'unseen', '');
  const lower = `replaceAll(lowerUTF8(upperUTF8(${seen})), 'ς', 'σ')`;
  const spaced = replaced(`normalizeUTF8NFKC(${lower})`, 'unspaced', ' \\\\0 ');
  const words = replaced(`concat(' ', ${spaced}, ' ')`, 'apart', ' ');
  const plain = replaced(`concat(' ', lower(${text}), ' ')`, 'plainlyApart', ' ');
  return `if(length(${text}) = lengthUTF8(${text}), ${plain}, ${words})`;
}

const needlesOf = (needles: readonly string[], params: SqlParams): string => params.bind('Array(String)', [...needles]);

/** Whether a text says any, all or none of some phrases. */
export function sqlPhrases(op: Operator, text: string, needles: readonly string[], params: SqlParams): string {
  const test = `${op === 'wordsAll' ? 'arrayAll' : 'arrayExists'}(needle -> position(${sqlWordsOf(text, params)}, needle) > 0, ${needlesOf(needles, params)})`;
  return op === 'wordsNone' ? `NOT ${test}` : test;
}

/** Whether some words in a row of a text hold all phrases. */
export function sqlNearby(
  text: string,
  { needles, within }: Pick<Extract<Operand, { family: 'nearby' }>, 'needles' | 'within'>,
  params: SqlParams,
): string {
  const wanted = needlesOf(needles, params);
  const said = sqlWordsOf(text, params);
  const list = `splitByChar(' ', trimBoth(${said}))`;
  const runs = `arrayMap(at -> concat(' ', arrayStringConcat(arraySlice(${list}, at, ${params.integer(within)}), ' '), ' '), arrayEnumerate(${list}))`;
  const all = (run: string): string => `arrayAll(needle -> position(${run}, needle) > 0, ${wanted})`;
  return `(${all(said)} AND arrayExists(run -> ${all('run')}, ${runs}))`;
}
