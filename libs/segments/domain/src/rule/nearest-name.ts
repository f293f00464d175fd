/** Levenshtein distance, given up (returned as limit + 1) once every cell of a row is beyond the limit. */
function editDistance(a: string, b: string, limit: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    if (Math.min(...current) > limit) return limit + 1;
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
  let best: { name: string; distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase(), limit);
    if (distance <= limit && distance < name.length && (best === undefined || distance < best.distance)) {
      best = { name, distance };
    }
  }
  // A longer or shorter word for the same thing: "equals" for "eq".
  return best?.name ?? names.find((name) => name.length > 1 && wrong.toLowerCase().startsWith(name.toLowerCase()));
}
