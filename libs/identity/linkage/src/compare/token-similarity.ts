import { JaroWinkler } from './jaro-winkler';
import { packTexts, type TextUnits } from './text-units';

const { log, max, min, sqrt } = Math;

/** Words of two texts count as the same from this Jaro–Winkler similarity on. */
export const SAME_WORD = 0.9;
/** Words after these do not count: a text of many words is told by its first. */
export const MOST_WORDS = 12;

/** The words of many texts, on shared memory. */
export interface WordTable {
  /** Text t has the words ids[starts[t] .. starts[t + 1]), each once, rarest first. */
  readonly starts: Uint32Array;
  readonly ids: Uint32Array;
  readonly words: TextUnits;
  /** Inverse document frequency of a word. */
  readonly weights: Float64Array;
}

/** Splits folded texts into words and weighs each by how rare it is among the texts. */
export function wordTable(texts: readonly string[]): WordTable {
  const idOf = new Map<string, number>();
  const seen: number[] = [];
  const lists = texts.map((text) => {
    const unique = [...new Set(text.split(' '))].filter((word) => word !== '').slice(0, MOST_WORDS);
    return unique.map((word) => {
      const id = idOf.get(word) ?? idOf.size;
      idOf.set(word, id);
      seen[id] = (seen[id] ?? 0) + 1;
      return id;
    });
  });
  const weights = new Float64Array(new SharedArrayBuffer(max(8, idOf.size * 8)));
  seen.forEach((count, id) => {
    weights[id] = log(1 + texts.length / count);
  });
  const starts = new Uint32Array(new SharedArrayBuffer((texts.length + 1) * 4));
  const total = lists.reduce((sum, list) => sum + list.length, 0);
  const ids = new Uint32Array(new SharedArrayBuffer(max(4, total * 4)));
  let at = 0;
  lists.forEach((list, t) => {
    for (const id of list.sort((x, y) => (weights[y] as number) - (weights[x] as number) || x - y)) {
      ids[at] = id;
      at += 1;
    }
    starts[t + 1] = at;
  });
  return { starts, ids, words: packTexts([...idOf.keys()]), weights };
}

/**
 * Soft TF-IDF cosine of texts in a word table: words that are nearly the same (Jaro–Winkler from 0.9) count by how near
 * they are; each word is paired once, rarest first. Order of words does not matter.
 *
 * Units   0 to 1; 1 for the same words; symmetric (the text with fewer words, then the earlier one, chooses)
 * Source  after Cohen, Ravikumar & Fienberg 2003
 */
export class SoftCosine {
  private readonly likeness: JaroWinkler;

  constructor(private readonly table: WordTable) {
    this.likeness = new JaroWinkler(table.words);
  }

  similarity(a: number, b: number): number {
    const { starts } = this.table;
    const countA = (starts[a + 1] as number) - (starts[a] as number);
    const countB = (starts[b + 1] as number) - (starts[b] as number);
    if (countA === 0 || countB === 0) return countA === countB ? 1 : 0;
    return countA < countB || (countA === countB && a < b) ? this.paired(a, b) : this.paired(b, a);
  }

  private paired(few: number, many: number): number {
    const { starts, ids, weights } = this.table;
    const endFew = starts[few + 1] as number;
    const startMany = starts[many] as number;
    const endMany = starts[many + 1] as number;
    let taken = 0;
    let sum = 0;
    let normFew = 0;
    for (let x = starts[few] as number; x < endFew; x += 1) {
      const word = ids[x] as number;
      const weight = weights[word] as number;
      normFew += weight * weight;
      let best = 0;
      let at = -1;
      for (let y = startMany; y < endMany && best < 1; y += 1) {
        if ((taken & (1 << (y - startMany))) !== 0) continue;
        const other = ids[y] as number;
        const near = word === other ? 1 : this.likeness.similarity(word, other);
        if (near >= SAME_WORD && near > best) {
          best = near;
          at = y;
        }
      }
      if (at < 0) continue;
      taken |= 1 << (at - startMany);
      sum += weight * (weights[ids[at] as number] as number) * best;
    }
    let normMany = 0;
    for (let y = startMany; y < endMany; y += 1) normMany += (weights[ids[y] as number] as number) ** 2;
    return min(1, sum / sqrt(normFew * normMany));
  }
}

/** Soft TF-IDF cosine of two folded strings, weights taken from these two alone; see SoftCosine. */
export function softCosine(a: string, b: string): number {
  return new SoftCosine(wordTable([a, b].sort())).similarity(0, 1);
}
