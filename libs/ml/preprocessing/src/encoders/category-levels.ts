import type { CategoryColumn } from '../feature-table';

/** The levels a transform knows, by code unit order; null stands for "missing" where missing was seen in fitting. */
export interface CategoryLevels {
  readonly levels: readonly (string | null)[];
}

export interface LevelLimits {
  /** Keep at most this many levels, the most frequent ones; the others are treated like unseen ones. */
  readonly maxLevels?: number;
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Learns the levels of a column.
 *
 * Ties    of equally frequent levels at the limit, the first by code unit order stay
 * Cost    O(n + levels · log levels)
 */
export function fitCategoryLevels(column: CategoryColumn, { maxLevels = 100 }: LevelLimits = {}): CategoryLevels {
  const counts = new Map<string | null, number>();
  for (const code of column.codes) {
    const level = code < 0 ? null : (column.levels[code] ?? null);
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  const named = [...counts].filter((entry): entry is [string, number] => entry[0] !== null);
  const kept = named
    .sort((a, b) => b[1] - a[1] || byCodeUnit(a[0], b[0]))
    .slice(0, maxLevels)
    .map(([level]) => level)
    .sort(byCodeUnit);
  return { levels: counts.has(null) ? [...kept, null] : kept };
}

/**
 * Ordinal codes: the index of each row's level in the fitted levels; -1 for levels not seen in fitting, and for
 * missing where no row was missing then.
 */
export function ordinalCodes(fitted: CategoryLevels, column: CategoryColumn): Int32Array {
  const position = new Map(fitted.levels.map((level, i) => [level, i]));
  const translated = Int32Array.from(column.levels, (level) => position.get(level) ?? -1);
  const missing = position.get(null) ?? -1;
  return column.codes.map((code) => (code < 0 ? missing : (translated[code] ?? -1)));
}

/**
 * One column of 0 and 1 per fitted level, row-major; a row of zeros for levels not seen in fitting.
 *
 * Shape   n × levels
 * Source  held to scikit-learn's OneHotEncoder(handle_unknown='ignore') by designs/reference/designs.golden.json
 */
export function oneHot(fitted: CategoryLevels, column: CategoryColumn): Float64Array {
  const width = fitted.levels.length;
  const out = new Float64Array(column.codes.length * width);
  ordinalCodes(fitted, column).forEach((code, row) => {
    if (code >= 0) out[row * width + code] = 1;
  });
  return out;
}
