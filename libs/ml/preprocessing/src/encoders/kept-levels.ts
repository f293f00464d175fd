import type { CategoryColumn } from '../feature-table';

export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The levels of a column that are there, with how often; by code unit order. Cost O(n + levels · log levels). */
export function countLevels({ codes, levels }: CategoryColumn): { counts: [string, number][]; missing: number } {
  const counts = new Map<string, number>();
  let missing = 0;
  for (const code of codes) {
    const level = levels[code];
    if (level === undefined) missing += 1;
    else counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  return { counts: [...counts].sort((a, b) => byCodeUnit(a[0], b[0])), missing };
}

/**
 * Parts levels into those kept and those too rare.
 *
 * Ties    of equally frequent levels at the limit, the first by code unit order stay
 */
export function partLevels(
  counts: readonly (readonly [string, number])[],
  { maxLevels, minCount }: { readonly maxLevels?: number; readonly minCount: number },
): { kept: string[]; rare: string[] } {
  const frequent = [...counts]
    .filter(([, count]) => count >= minCount)
    .sort((a, b) => b[1] - a[1] || byCodeUnit(a[0], b[0]))
    .slice(0, maxLevels)
    .map(([level]) => level);
  const kept = new Set(frequent);
  return { kept: frequent.sort(byCodeUnit), rare: counts.map(([level]) => level).filter((level) => !kept.has(level)) };
}
