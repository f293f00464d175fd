const EULER = 0.5772156649015329;

/**
 * c(n): the average path to a row in a random binary tree of n rows.
 *
 * Shape   0 for n ≤ 1, 1 for n = 2, else 2·(ln(n−1) + γ) − 2·(n−1)/n
 * Source  Preiss 1999, as Liu, Ting & Zhou 2008 use it; held to scikit-learn by reference/isolation-forest.golden.json
 */
export function averagePath(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + EULER) - (2 * (rows - 1)) / rows;
}
