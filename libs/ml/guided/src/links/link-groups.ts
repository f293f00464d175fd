import { guidedErrors } from '../guided-errors';

/** Two rows by their numbers. */
export type Link = readonly [number, number];

/** Rows that must be together, as one group; groups that must not. */
export interface LinkGroups {
  readonly groups: number;
  /** The group of each row. */
  readonly of: Int32Array;
  /** Per group: those it must not be with, each once. */
  readonly foes: readonly (readonly number[])[];
}

function checkLinks(links: readonly Link[], rows: number): void {
  for (const [a, b] of links) {
    const fits = [a, b].every((row) => Number.isInteger(row) && row >= 0 && row < rows);
    if (!fits || a === b) {
      throw guidedErrors.GUIDED_LINKS({ expected: `two different rows of 0..${rows - 1}`, got: `${a} and ${b}` });
    }
  }
}

/**
 * Joins rows along their must-links, and carries the cannot-links over to the groups.
 *
 * Throws  GUIDED_LINKS for rows that do not exist; GUIDED_LINKS_CONFLICT naming the first cannot-link within a group
 */
export function linkGroups(rows: number, must: readonly Link[], cannot: readonly Link[]): LinkGroups {
  checkLinks(must, rows);
  checkLinks(cannot, rows);
  const parent = Int32Array.from({ length: rows }, (_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  for (const [a, b] of must) {
    const [low, high] = [Math.min(root(a), root(b)), Math.max(root(a), root(b))];
    parent[high] = low;
  }
  const numbers = new Map<number, number>();
  const of = Int32Array.from({ length: rows }, (_, i) => {
    const at = root(i);
    const known = numbers.get(at) ?? numbers.size;
    numbers.set(at, known);
    return known;
  });
  const torn = cannot.filter(([a, b]) => of[a] === of[b]);
  const [first] = torn;
  if (first) throw guidedErrors.GUIDED_LINKS_CONFLICT({ first: first[0], second: first[1], conflicts: torn.length });
  const foes = Array.from({ length: numbers.size }, () => new Set<number>());
  for (const [a, b] of cannot) {
    foes[of[a] as number]?.add(of[b] as number);
    foes[of[b] as number]?.add(of[a] as number);
  }
  return { groups: numbers.size, of, foes: foes.map((list) => [...list].sort((a, b) => a - b)) };
}
