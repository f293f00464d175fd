/** The place of the smallest number that is not hidden; -1 when all are. */
function smallestShown(values: readonly number[], hidden: readonly boolean[]): number {
  let best = -1;
  values.forEach((value, at) => {
    if (!hidden[at] && (best < 0 || value < (values[best] ?? Infinity))) best = at;
  });
  return best;
}

/**
 * Which cells of a table of counts are hidden: those below a least count, and in each row and column with one hidden cell
 * alone the smallest of the others, because the total would tell it.
 *
 * Shape   table: rows of one length; returns the same shape
 * Ties    of equal cells the first is hidden
 */
export function hiddenCells(table: readonly (readonly number[])[], leastCount: number): boolean[][] {
  const hidden = table.map((row) => row.map((value) => value < leastCount));
  const columns = table[0]?.map((_, g) => g) ?? [];
  const alone = (line: readonly boolean[]): boolean => line.filter(Boolean).length === 1;
  for (let changed = true; changed;) {
    changed = false;
    for (const [c, row] of table.entries()) {
      const own = hidden[c] ?? [];
      const at = alone(own) ? smallestShown(row, own) : -1;
      if (at < 0) continue;
      own[at] = true;
      changed = true;
    }
    for (const g of columns) {
      const own = hidden.map((row) => row[g] ?? false);
      const at = alone(own)
        ? smallestShown(
            table.map((row) => row[g] ?? 0),
            own,
          )
        : -1;
      const row = hidden[at];
      if (!row) continue;
      row[g] = true;
      changed = true;
    }
  }
  return hidden;
}
