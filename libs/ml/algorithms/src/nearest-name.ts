/** Edits (insert, delete, replace) that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * The name that a mistyped one most likely meant: a beginning of it, else the fewest edits; case and dashes do not count.
 *
 * Ties    the first of the list
 */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const typed = plain(given).slice(0, 64);
  const cost = (name: string): number => {
    const known = plain(name);
    if (typed.length > 1 && (known.startsWith(typed) || typed.startsWith(known))) return 0;
    return editDistance(typed, known);
  };
  return names
    .map((name) => ({ name, cost: cost(name) }))
    .reduce<{ name: string; cost: number } | undefined>(
      (best, one) => (best && best.cost <= one.cost ? best : one),
      undefined,
    )?.name;
}
