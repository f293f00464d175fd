import type { Operand } from '../rule/operand';
import type { Operator } from '../rule/operators';
import { RE2_PATTERNS } from '../values/text-words';
import type { SqlParams } from './sql-params';

/** The words of a text as `wordsOfText` gives them, step by step the same. */
export function sqlWordsOf(text: string, params: SqlParams): string {
  const [unseen, unspaced, apart] = [RE2_PATTERNS.unseen, RE2_PATTERNS.unspaced, RE2_PATTERNS.apart].map((pattern) =>
    params.text(pattern),
  );
  const seen = `replaceRegexpAll(normalizeUTF8NFKC(${text}), ${unseen}, '')`;
  const lower = `replaceAll(lowerUTF8(upperUTF8(${seen})), 'ς', 'σ')`;
  const spaced = `replaceRegexpAll(normalizeUTF8NFKC(${lower}), ${unspaced}, ' \\\\0 ')`;
  // A text of ASCII alone needs none of that.
  const folded = `if(length(${text}) = lengthUTF8(${text}), lower(${text}), ${spaced})`;
  return `replaceRegexpAll(concat(' ', ${folded}, ' '), ${apart}, ' ')`;
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
