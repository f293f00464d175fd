import type { Entity, EntityKind } from './entity';

/** A name that the workspace knows: its products, brands, shops. */
export interface KnownName {
  readonly text: string;
  readonly kind: EntityKind;
}

/** Names by their words. */
export interface Gazetteer {
  /** Kind by words in lower case, joined by a space. */
  readonly names: ReadonlyMap<string, EntityKind>;
  /** Words of the longest name. */
  readonly mostWords: number;
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/**
 * Makes known names ready to be found; letter case and what stands between words do not count.
 *
 * Ties    of two kinds for one name the first given counts
 */
export function gazetteerOf(known: Iterable<KnownName>): Gazetteer {
  const names = new Map<string, EntityKind>();
  let mostWords = 0;
  for (const { text, kind } of known) {
    const words = text.toLowerCase().match(WORD) ?? [];
    const key = words.join(' ');
    if (words.length === 0 || names.has(key)) continue;
    names.set(key, kind);
    mostWords = Math.max(mostWords, words.length);
  }
  return { names, mostWords };
}

/**
 * Finds known names as whole words, the longest at each place.
 *
 * Cost    O(words · words of the longest name)
 */
export function findKnownNames({ names, mostWords }: Gazetteer, text: string): Entity[] {
  const words = Array.from(text.matchAll(WORD), (match) => ({ text: match[0], start: match.index }));
  const found: Entity[] = [];
  for (let at = 0; at < words.length; at += 1) {
    for (let size = Math.min(mostWords, words.length - at); size > 0; size -= 1) {
      const run = words.slice(at, at + size);
      const kind = names.get(run.map((word) => word.text.toLowerCase()).join(' '));
      const [first, last] = [run[0], run.at(-1)];
      if (kind === undefined || !first || !last) continue;
      const end = last.start + last.text.length;
      found.push({ kind, text: text.slice(first.start, end), start: first.start, end });
      at += size - 1;
      break;
    }
  }
  return found;
}
