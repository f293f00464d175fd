/** Levenshtein distance, given up (returned as limit + 1) once every cell of a row is beyond the limit. */
function editDistance(a: string, b: string, limit: number): number {
  // So many characters at least have to come or go.
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    let [left, least] = [i, i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const above = (previous[j] ?? 0) + 1;
      const moved = above < left + 1 ? above : left + 1;
      left = change < moved ? change : moved;
      if (left < least) least = left;
      current.push(left);
    }
    if (least > limit) return limit + 1;
    previous = current;
  }
  return previous[b.length] ?? limit + 1;
}

/**
 * The known name that a mistyped one most likely means, or undefined when none is near (a third of its length, at
 * least two edits). Case is forgiven.
 *
 * Ties    the first of `names` wins
 * Cost    O(names × length²); names longer than 64 characters get no suggestion
 */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
  if (wrong.length > 64) return undefined;
  const limit = Math.max(2, Math.floor(wrong.length / 3));
  const meant = wrong.toLowerCase();
  let best: { name: string; distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(meant, name.toLowerCase(), limit);
    if (distance <= limit && distance < name.length && (best === undefined || distance < best.distance)) {
      best = { name, distance };
    }
  }
  // A longer or shorter word for the same thing: "equals" for "eq".
  return best?.name ?? names.find((name) => name.length > 1 && meant.startsWith(name.toLowerCase()));
}
